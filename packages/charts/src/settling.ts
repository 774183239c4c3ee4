import { hash } from 'node:crypto'
import {
  type DaysDocument,
  medicare,
  monthName,
  monthOf,
  resume,
  type Settled,
  type SettledDocument,
  settle,
  settledBefore,
} from '@cufflink/rules'
import type { Documents, ReadHistory } from './documents.ts'
import { monthAfter } from './months.ts'
import type { ReadChart } from './reading-charts.ts'
import { type PatientTally, tallyOf } from './tally.ts'

/** A chart without its readings; `months` are those of all that there may be. */
export type BegunChart = Omit<ReadChart, 'input'> & {
  readonly months: readonly string[]
  withDays(days: readonly DaysDocument[]): ReadChart
}

export type EvaluatedChart = {
  readonly chart: ReadChart
  readonly tally: PatientTally
  /** To be kept, for the evaluations to come. */
  readonly settled?: SettledDocument
}

/** Raised when an evaluation may need of older months what is not kept of them today. */
const SETTLED_VERSION = 1
/** Another with other rules. */
export const RULES = hash('sha256', JSON.stringify(medicare), 'base64url')
/** A period that holds began in one of the two months before this one, at the earliest. */
const MONTHS_BACK = -2

/**
 * Evaluates a patient from the months that are not settled, where older ones are, and from the whole history where none are, where what they
 * were settled from has changed, or where what came since may concern them (ADR 24).
 */
export async function evaluateBegun(documents: Documents, begun: BegunChart): Promise<EvaluatedChart> {
  const { practice, patient, months, now } = begun
  const read = (some: readonly string[]): Promise<ReadHistory> =>
    documents.history(practice.id, patient, some)
  const first = monthAfter(monthOf(now), MONTHS_BACK)
  const recent = months.filter((month) => month >= first)
  const history = await read(recent)
  if (recent.length === months.length) return evaluateWhole(begun, history)
  const stamp = stampOf(begun)
  const settled = holding(history, stamp)
  if (settled === undefined || monthName(settled.before) < first)
    return evaluateWhole(begun, await read(months), stamp)
  const evaluated = goOn(begun, history, settled)
  // What came since may concern what is settled: until it is older itself, settling again would not help.
  if (evaluated === undefined) return evaluateWhole(begun, await read(months))
  return evaluated.mayGoOn ? evaluateWhole(begun, await read(months), stamp) : evaluated
}

/** Settles past months, unless there is no stamp for it. */
function evaluateWhole(begun: BegunChart, history: ReadHistory, stamp?: string): EvaluatedChart {
  const chart = begun.withDays(history.daysFrom(''))
  const { late } = history
  if (stamp === undefined || late === undefined) return { chart, tally: tallyOf(chart) }
  const { evaluation, settled } = settle(chart.input, late.latestMonth - 1)
  const tally = tallyOf(chart, evaluation)
  if (settled === undefined) return { chart, tally }
  const again = goOn(begun, history, settled)?.tally
  // Proven by properties, and looked at once more: what does not agree is not kept.
  const agrees = again !== undefined && JSON.stringify(again) === JSON.stringify(tally)
  return { chart, tally, ...(agrees && { settled: { ...settled, stamp, lastLate: late.lastOffset } }) }
}

type Resumed = EvaluatedChart & {
  /** Another month could be settled now. */
  readonly mayGoOn: boolean
}

function goOn(begun: BegunChart, { late, daysFrom }: ReadHistory, settled: Settled): Resumed | undefined {
  const chart = begun.withDays([...settled.days, ...daysFrom(monthName(settled.before))])
  const evaluation = resume(chart.input, settled)
  if (evaluation?.period === undefined || late === undefined) return undefined
  const before = Math.min(settledBefore(evaluation.period), late.latestMonth - 1)
  return { chart, tally: tallyOf(chart, evaluation, settled.latest), mayGoOn: before > settled.before }
}

/** What is settled, if what it was settled from is still the same: no older month has changed, nor what decides which readings count. */
function holding({ late, settled }: ReadHistory, stamp: string): SettledDocument | undefined {
  if (settled === undefined || late === undefined || settled.stamp !== stamp) return undefined
  const isSame = settled.lastLate === late.lastOffset && settled.before < late.latestMonth
  return isSame ? settled : undefined
}

/** Another when a fact came that decides which readings count, and with other rules. */
function stampOf({ practice, devices, file, claims }: BegunChart): string {
  const lists = [practice.facts, file, claims].map((list) => {
    const last = list.reduce<(typeof list)[number] | undefined>(
      (latest, one) => (latest !== undefined && latest.offset > one.offset ? latest : one),
      undefined,
    )
    return [list.length, last?.offset, last?.fact.id]
  })
  const known = devices.map(({ device, version }) => [device, version])
  return hash('sha256', JSON.stringify([SETTLED_VERSION, RULES, lists, known]), 'base64url')
}
