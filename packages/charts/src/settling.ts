import { hash } from 'node:crypto'
import { medicare, resume, type Settled, type SettledDocument, settle, unsettled } from '@cufflink/billing'
import { type DaysDocument, monthAfter, monthName, utcMonth } from '@cufflink/folds'
import type { ReadChart } from './chart-reader.ts'
import type { Documents, ReadHistory } from './documents.ts'
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
const SETTLED_VERSION = 2
/** Another with other rules. */
export const RULES = hash('sha256', JSON.stringify(medicare), 'base64url')
/** A period that holds began so long ago at the earliest, with a day for zones and one more that is not settled. */
const PERIOD_MS = 33 * 86_400_000

/**
 * Evaluates a patient from what is not settled, where something is, and from the whole history where nothing is, where what it was settled
 * from has changed, or where what came since may concern it (ADR 24).
 */
export async function evaluateBegun(documents: Documents, begun: BegunChart): Promise<EvaluatedChart> {
  const { practice, patient, months, now } = begun
  const read = (some: readonly string[]): Promise<ReadHistory> =>
    documents.history(practice.id, patient, some)
  const first = [monthAfter(utcMonth(now), -1), utcMonth(now - PERIOD_MS)].toSorted()[0]!
  const recent = months.filter((month) => month >= first)
  const history = await read(recent)
  if (recent.length === months.length) return evaluateWhole(begun, history)
  const stamp = stampOf(begun)
  const settled = holding(history, stamp)
  const days = settled && monthName(settled.before) >= first ? daysSince(history, settled) : undefined
  if (settled === undefined || days === undefined) return evaluateWhole(begun, await read(months), stamp)
  const evaluated = goOn(begun, days, settled)
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
  const days = daysSince(history, settled)
  const again = days && goOn(begun, days, settled)?.tally
  // Proven by properties, and looked at once more: what does not agree is not kept.
  const agrees = again !== undefined && JSON.stringify(again) === JSON.stringify(tally)
  return { chart, tally, ...(agrees && { settled: { ...settled, stamp, lastLate: late.lastOffset } }) }
}

type Resumed = EvaluatedChart & {
  /** More could be settled now. */
  readonly mayGoOn: boolean
}

/** What is settled, with what came later; nothing where something that is dated before came in since. */
const daysSince = ({ daysFrom }: ReadHistory, settled: Settled): readonly DaysDocument[] | undefined =>
  unsettled(daysFrom(monthName(settled.before)), settled)

function goOn(begun: BegunChart, days: readonly DaysDocument[], settled: Settled): Resumed | undefined {
  const chart = begun.withDays(days)
  const evaluation = resume(chart.input, settled)
  if (evaluation?.period === undefined) return undefined
  const mayGoOn = evaluation.period.firstDay > settled.firstDay
  return { chart, tally: tallyOf(chart, evaluation, settled.latest), mayGoOn }
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
    let last = list[0]
    for (const one of list) if (one.offset >= last!.offset) last = one
    return [list.length, last?.offset, last?.fact.id]
  })
  const known = devices.map(({ device, version }) => [device, version])
  return hash('sha256', JSON.stringify([SETTLED_VERSION, RULES, lists, known]), 'base64url')
}
