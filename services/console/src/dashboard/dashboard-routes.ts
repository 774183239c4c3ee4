import { clinicianMonthName, homeOf } from '@cufflink/charts'
import type { AnswerOf } from '@cufflink/contracts'
import type { Counts, Tally, Views } from '@cufflink/views'
import type { Commands } from '../api/carry-out.ts'
import { goneWith } from '../api/operation-routes.ts'
import { createKeyedMutex } from '../keyed-mutex.ts'
import { auditOf } from './audit.ts'
import type { Forecasts } from './forecasts.ts'

type Sources = {
  readonly evaluations: Pick<Views['evaluations'], 'counts' | 'tallies'>
  readonly forecasts: Pick<Forecasts, 'sums'>
}

/** What a practice comes to as a whole: what the trackers have counted, and its audit, for which each patient is evaluated. */
export function dashboardRoutes(commands: Commands, { evaluations, forecasts }: Sources): void {
  const { routes, documents, practices, charts, accounts } = commands

  routes.answer('countPatients', async ({ params }) => {
    const practice = await practices.get(params.practice)
    const parts = await Promise.all(
      documents.activityShards.map(({ partition }) => evaluations.counts(partition, practice.id)),
    )
    return { month: charts.currentMonth(practice), ...countsOf(parts) }
  })

  routes.answer('forecastCodes', async ({ params }) => forecasts.sums(await practices.get(params.practice)))

  routes.answer('clinicianMonths', async ({ params: { practice: tenant, month } }) => {
    await practices.get(tenant)
    const people = accounts.of(tenant).map(({ user, name }) => ({ tenant, clinician: user, name, month }))
    const parts = Map.groupBy(people, (one) => documents.shardOf('activity', homeOf(one)).partition)
    const found = await Promise.all(
      [...parts].map(async ([partition, some]) => {
        const tallies = await evaluations.tallies(partition, some.map(clinicianMonthName))
        return some.flatMap((one, index) => workedBy(one, tallies[index] ?? {}))
      }),
    )
    return { clinicians: found.flat().toSorted((a, b) => a.name.localeCompare(b.name, 'en-US')) }
  })

  /** One audit at a time: it takes the processor as long as a whole practice needs. */
  const inTurn = createKeyedMutex()
  routes.answer('auditMonth', async ({ params, reply }) => {
    const signal = goneWith(reply)
    const practice = await practices.get(params.practice)
    return inTurn('audit', () => auditOf(commands, { practice, month: params.month, signal }))
  })
}

type Status = AnswerOf<'countPatients'>['codes'][number]['status']

/** Each partition has counted its own patients. */
function countsOf(parts: readonly Counts[]): Omit<AnswerOf<'countPatients'>, 'month'> {
  const sums = new Map<string, number>()
  for (const [state, patients] of parts.flatMap((part) => Object.entries(part)))
    sums.set(state, (sums.get(state) ?? 0) + patients)
  const of = (state: string): number => sums.get(state) ?? 0
  const codes = [...sums].flatMap(([state, patients]) => {
    const [kind, code, status] = state.split('.')
    if (kind !== 'code' || code === undefined || patients === 0) return []
    return [{ code, status: status as Status, patients }]
  })
  return {
    patients: of('patients'),
    failed: of('failed'),
    call: of('call'),
    near: of('near'),
    missing: of('missing'),
    working: of('working'),
    codes,
  }
}

function workedBy(
  { clinician, name }: { readonly clinician: string; readonly name: string },
  tally: Tally,
): AnswerOf<'clinicianMonths'>['clinicians'] {
  if (tally['version'] === undefined) return []
  const of = (field: string): number => Number(tally[field] ?? 0)
  return [
    {
      clinician,
      name,
      seconds: of('seconds'),
      secondsDeducted: of('secondsDeducted'),
      patients: of('patients'),
    },
  ]
}
