import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Drafts } from './drafts.ts'
import { draftsIn } from './drafts.ts'
import { useSession } from './session.ts'

/** The drafts of the person who is signed in, on the page that is shown or at another `address`. */
export const useDrafts = (address?: string): Drafts => {
  const { user } = useSession()
  const [path] = useState(() => address ?? window.location.pathname)
  return useMemo(() => draftsIn(window.sessionStorage, { user, path }), [user, path])
}

type DraftOptions<Draft> = {
  /** The name of the form, unique on its page. */
  readonly name: string
  /** Where it is kept, for what belongs to several pages; else the page that is shown. */
  readonly address?: string
  readonly first: () => Draft
  /** Whether what was kept still fits: an older release of the page may have kept it. */
  readonly isDraft: (value: unknown) => value is Draft
  /** Whether there is anything in it that would be missed. */
  readonly isBegun: (draft: Draft) => boolean
}

type Change<Draft> = (before: Draft) => Draft

/** The state of a form, kept while it is begun and not sent. */
export const useDraft = <Draft>({
  name,
  address,
  first,
  isDraft,
  isBegun,
}: DraftOptions<Draft>): readonly [Draft, (change: Change<Draft>) => void, () => void] => {
  const drafts = useDrafts(address)
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = drafts.read(name)
    return isDraft(kept) ? kept : first()
  })
  const begun = isBegun(draft)
  useEffect(() => {
    if (begun) drafts.write(name, draft)
    else drafts.remove(name)
  }, [drafts, name, draft, begun])
  const discard = useCallback(() => drafts.remove(name), [drafts, name])
  return [draft, setDraft, discard]
}
