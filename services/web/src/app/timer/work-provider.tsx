import type { Session } from '@cufflink/contracts'
import type { ReactNode } from 'react'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { browser } from '../live/browser.ts'
import { mayDo } from '../session/session.ts'
import { watchActivity } from './activity.ts'
import { createDesk, type DeskWorld } from './desk.ts'
import { WorkContext } from './work.ts'

/** Tells whether the page is looked at, and when it goes; a browser may keep a page that goes, and bring it back. */
const watchPage: DeskWorld['watchPage'] = (page) => {
  const ended = new AbortController()
  const { signal } = ended
  const seen = () => page.seen(document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', seen, { signal })
  window.addEventListener('pagehide', page.leave, { signal })
  window.addEventListener('pageshow', ({ persisted }) => persisted && page.return(), { signal })
  seen()
  return () => ended.abort()
}

const browserDesk: DeskWorld = {
  ...browser,
  stopwatchMs: () => performance.now(),
  watchActivity,
  watchPage,
}

type WorkProviderProps = { session: Session; children: ReactNode }

/** Only clinicians have a timer. */
export const WorkProvider = ({ session, children }: WorkProviderProps) =>
  mayDo(session, 'liveWork') ? (
    <AtDesk key={session.practice.id} practice={session.practice.id}>
      {children}
    </AtDesk>
  ) : (
    children
  )

const AtDesk = ({ practice, children }: { practice: string; children: ReactNode }) => {
  const [desk] = useState(() => createDesk(practice, browserDesk))
  useEffect(() => desk.open(), [desk])
  const shown = useSyncExternalStore(desk.subscribe, desk.shown)
  const { start, stop, show, call } = desk
  const work = useMemo(() => ({ ...shown, start, stop, show, call }), [shown, start, stop, show, call])
  return <WorkContext value={work}>{children}</WorkContext>
}
