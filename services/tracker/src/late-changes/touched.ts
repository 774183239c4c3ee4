import { type Fact, patientKey } from '@cufflink/contracts'
import { utcMonth } from '@cufflink/folds'

const DAY_MS = 86_400_000
/**
 * A line is locked once its window and the grace of five days have ended: what is younger lies in no locked window, though a local date
 * lies a day around an instant, and a correction may reach a day before what it corrects.
 */
const YOUNG_MS = 3 * DAY_MS

/** Of which locked lines of a patient it is asked whether they still stand: those that an instant of these UTC months may touch, or all. */
export type Touched = {
  readonly tenant: string
  readonly patient: string
  readonly months: ReadonlySet<string>
  readonly all: boolean
  /** Months in which stretches changed that may trim what was done with other patients. */
  readonly beside: ReadonlySet<string>
}

const BESIDE = '/beside'
const ALL = 'all'

/** The name of a mark: `riverside/p-0042/2026-03`; `…/all`; `…/2026-03/beside`. */
export const touchedName = (tenant: string, patient: string, what: string = ALL): string =>
  `${patientKey(tenant, patient)}/${what}`

/** What marks of one patient say together. */
export function touchedBy(marks: readonly string[]): Touched {
  const parts = marks.map((mark) => mark.split('/'))
  const [[tenant = '', patient = ''] = []] = parts
  const whats = parts.map((part) => part.slice(2).join('/'))
  const [beside, own] = [
    whats.filter((what) => what.endsWith(BESIDE)),
    whats.filter((what) => !what.endsWith(BESIDE)),
  ]
  return {
    tenant,
    patient,
    months: new Set(own.filter((what) => what !== ALL)),
    all: own.includes(ALL),
    beside: new Set(beside.map((what) => what.slice(0, -BESIDE.length))),
  }
}

/** Whether an instant of these months may lie in a window: a local date lies a day around it. */
export function isTouched(
  { from, to }: { readonly from: string; readonly to: string },
  { months, all }: Touched,
): boolean {
  const first = utcMonth(Date.parse(from) - DAY_MS)
  const last = utcMonth(Date.parse(to) + 2 * DAY_MS)
  return all || [...months].some((month) => month >= first && month <= last)
}

/** What a fact that tells of a time long ago marks, so that the locked lines that it may touch are compared with what is known now. */
export function lateMarks(fact: Fact): readonly string[] {
  const { tenant, data, at } = fact
  if (!('patient' in data)) return []
  const name = (what?: string): string => touchedName(tenant, data.patient, what)
  // What changed while it was being locked is found by this; and where an append came late, what was told after it was found.
  if (fact.type === 'claim.locked' || fact.type === 'claim.decided' || fact.type === 'claim.differs')
    return [name(fact.data.to.slice(0, 7))]
  if (standsOnFile(fact)) return [name()]
  const late = instantsOf(fact).filter((instant) => at - instant >= YOUNG_MS)
  if (late.length === 0) return []
  if (fact.type === 'reading.recorded' && !isClockKnown(fact)) return [name()]
  const months = [...new Set(late.map(utcMonth))]
  const isTime = fact.type.startsWith('time.')
  return months.flatMap((month) => (isTime ? [name(month), name(`${month}${BESIDE}`)] : [name(month)]))
}

/** What people put on a patient's file may touch every line, as a consent that is withdrawn. */
const standsOnFile = ({ type }: Fact): boolean =>
  /^(?:patient|consent|order|episode|set-up|visit)\./.test(type)

/** When what a fact tells of was, ms; of a correction also where it was before. */
function instantsOf(fact: Fact): readonly number[] {
  switch (fact.type) {
    case 'reading.recorded':
      return [fact.data.reading.measuredAt]
    case 'reading.retracted':
    case 'reading.restored':
      return [fact.data.measuredAt]
    case 'time.started':
    case 'time.voided':
    case 'interaction.recorded':
    case 'interaction.voided':
      return [fact.data.startedAt]
    case 'time.extended':
    case 'time.stopped':
    case 'time.entered':
      return [fact.data.startedAt, fact.data.until]
    case 'time.amended':
      return [fact.data.startedAt, fact.data.from, fact.data.until]
    default:
      return []
  }
}

const isClockKnown = ({ data: { reading } }: Extract<Fact, { type: 'reading.recorded' }>): boolean =>
  reading.clockQuality === 'synced' || reading.clockQuality === 'offset'
