import type { ChartStretch } from '@cufflink/contracts'
import { useState } from 'react'
import { useChart } from './chart-context.ts'
import { stretchKey } from './time/stretch-text.ts'

export type Standing = {
  /** As it was when the form was opened, or accepted since: the version that is sent. */
  readonly basis: ChartStretch
  /** As it stands now, when someone has changed it since. */
  readonly changed: ChartStretch | undefined
  accept(): void
}

/** What is being corrected, and whether someone else corrects it at the same time. */
export const useStanding = (session: ChartStretch): Standing => {
  const { chart } = useChart()
  const [basis, setBasis] = useState(session)
  const now = chart.sessions.find((one) => stretchKey(one) === stretchKey(session)) ?? session
  return {
    basis,
    changed: now.version === basis.version ? undefined : now,
    accept: () => setBasis(now),
  }
}
