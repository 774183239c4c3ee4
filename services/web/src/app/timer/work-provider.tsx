import type { Session } from '@cufflink/contracts'
import type { ReactNode } from 'react'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { hasRole } from '../session/session.ts'
import { browserDesk } from './browser-desk.ts'
import { createDesk } from './desk.ts'
import { WorkContext } from './work.ts'

type WorkProviderProps = { session: Session; children: ReactNode }

/** Only clinicians have a timer. */
export const WorkProvider = ({ session, children }: WorkProviderProps) =>
  hasRole(session, 'clinician') ? (
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
