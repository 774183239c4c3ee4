import type { ChartSession } from '@cufflink/contracts'
import { useState } from 'react'
import { useChart } from './chart-context.ts'
import { sessionKey } from './time/session-text.ts'

export type Standing = {
  /** As it was when the form was opened, or accepted since: the version that is sent. */
  readonly basis: ChartSession
  /** As it stands now, when someone has changed it since. */
  readonly changed: ChartSession | undefined
  accept(): void
}

/** What is being corrected, and whether someone else corrects it at the same time. */
export const useStanding = (session: ChartSession): Standing => {
  const { chart } = useChart()
  const [basis, setBasis] = useState(session)
  const now = chart.sessions.find((one) => sessionKey(one) === sessionKey(session)) ?? session
  return {
    basis,
    changed: now.version === basis.version ? undefined : now,
    accept: () => setBasis(now),
  }
}
