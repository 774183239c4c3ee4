import type { Chart, Session } from '@cufflink/contracts'
import { createContext, useContext, useMemo } from 'react'
import { mayDo, useSession } from '../app/session/session.ts'
import { useWork } from '../app/timer/work.ts'
import { serverNow } from '../ui/time/clock.ts'
import type { OfPatient } from './parts.ts'

/** What every part of a chart is about. */
export type ChartScope = {
  readonly chart: Chart
  readonly params: OfPatient
  /** The practice's, in which months, sessions and calls are told. */
  readonly zone: string
  readonly user: string
  readonly may: Permissions
  /** The server's clock, in ms: this computer's stopwatch carries it on. */
  now(): number
}

export type Permissions = {
  readonly work: boolean
  readonly enrol: boolean
  readonly visit: boolean
  /** Of another person's time and calls too. */
  readonly correct: boolean
}

export const permissionsOf = (session: Session): Permissions => ({
  work: mayDo(session, 'liveWork'),
  enrol: mayDo(session, 'recordConsent'),
  visit: mayDo(session, 'recordVisit'),
  correct: session.roles.includes('administrator'),
})

export const ChartContext = createContext<ChartScope | undefined>(undefined)

export const useChart = (): ChartScope => {
  const scope = useContext(ChartContext)
  if (scope === undefined) throw new Error('useChart outside of a chart')
  return scope
}

export const useScope = (chart: Chart, params: OfPatient): ChartScope => {
  const session = useSession()
  const told = useMemo(() => ({ now: chart.now, rate: chart.clockRate, atMs: performance.now() }), [chart])
  const clock = useWork()?.clock ?? told
  return {
    chart,
    params,
    zone: chart.practice.zone,
    user: session.user,
    may: permissionsOf(session),
    now: () => serverNow(clock, performance.now()),
  }
}

/** The title of a category of activity. */
export const categoryTitle = ({ categories }: Pick<Chart, 'categories'>, category: string): string =>
  categories.find((one) => one.category === category)?.title ?? category.replaceAll('-', ' ')

/** What a person is called, as far as the chart knows. */
export const personName = (chart: Chart, user: string): string => {
  const known = [...chart.tally.rows, ...chart.sessions, ...chart.interactions, ...chart.notes]
  const practitioner = chart.practitioners.find((one) => one.user === user)
  return practitioner?.name ?? known.find(({ clinician }) => clinician === user)?.clinicianName ?? user
}
