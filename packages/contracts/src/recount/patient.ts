import { dateAt, datesBetween, monthIn } from './calendar.ts'
import { type FoundFile, type FoundRegistry, fileIn, homeStart, secondOf } from './file.ts'
import { periodOn } from './period.ts'
import type { FoundReading } from './readings.ts'
import { type FoundFact, holding, ofType } from './records.ts'
import { type CredentialAt, conversationsIn, countSeconds, type TimeFound } from './time.ts'

/** The fields of a tally that are counted here (docs/tallies.md). */
export const countedFields = [
  'name',
  'zone',
  'month',
  'periodStart',
  'periodEnd',
  'dataDays',
  'readingsPerDate',
  'lastReadingAt',
  'waitsFor',
  'seconds',
  'secondsDeducted',
  'conversations',
] as const
type Field = (typeof countedFields)[number]
type Fields = Readonly<Partial<Record<Field, string>>>

/** `counted` names the fields of which something can be said; one that is not in `fields` must be absent. */
export type Counted = { readonly fields: Fields; readonly counted: readonly Field[] }

/** All that the ledger holds about a patient and what counts for one. */
export type PatientFound = {
  readonly tenant: string
  readonly patient: string
  readonly registry: FoundRegistry
  /** Of the practice's key on `activity`. */
  readonly practice: readonly FoundFact[]
  /** Of the patient's key on `activity`. */
  readonly activity: readonly FoundFact[]
  /** Those that stand. */
  readonly readings: readonly FoundReading[]
  readonly time: TimeFound
}

const DAY_MS = 86_400_000

/**
 * What the fields of a patient's tally must be at an instant (ms); undefined for a patient who is not enrolled. Those of the period are not
 * counted where a line was billed for dates that are none of the periods that today's facts give: the billed ones hold then.
 */
export function countPatient(found: PatientFound, now: number): Counted | undefined {
  const { tenant, patient, registry, practice, activity, time } = found
  const file = fileIn(activity, { tenant, patient, registry })
  const opened = holding(ofType(practice, 'practice.opened'), 2)
  if (file === undefined || opened === undefined) return undefined
  const practiceZone = String(opened.data['zone'])
  const month = dateAt(secondOf(now), practiceZone).slice(0, 7)
  const credentialAt = credentialsOf(found)
  const asked = { file, credentialAt, practiceZone, month: monthIn(month, practiceZone), now }
  const { seconds, secondsDeducted } = countSeconds(time, asked)
  const period = periodFields(found, file, now)
  const fields = {
    name: file.name,
    zone: file.zoneAt(secondOf(now)),
    month,
    ...lastReading(found, file, now),
    ...period,
    seconds: String(seconds),
    secondsDeducted: String(secondsDeducted),
    conversations: String(conversationsIn(activity, asked)),
  }
  const isCounted = (field: Field): boolean => period !== undefined || !ofPeriod.has(field)
  return { fields, counted: countedFields.filter(isCounted) }
}

const ofPeriod: ReadonlySet<Field> = new Set([
  'periodStart',
  'periodEnd',
  'dataDays',
  'readingsPerDate',
  'waitsFor',
])

function periodFields(found: PatientFound, file: FoundFile, now: number): Fields | undefined {
  const today = dateAt(secondOf(now), file.zoneAt(secondOf(now)))
  const period = periodOn(today, { file, readings: readingsUntil(found, file, now) })
  if (period === 'unknown') return undefined
  if (period === undefined) return { dataDays: '0', waitsFor: waitingFor(file, today) }
  const { start, end, dates } = period
  return {
    periodStart: start,
    periodEnd: end,
    dataDays: String(dates.size),
    readingsPerDate: datesBetween(start, end)
      .map((date) => dates.get(date) ?? 0)
      .join(' '),
    waitsFor: '',
  }
}

function lastReading(found: PatientFound, file: FoundFile, now: number): Fields {
  const since = secondOf(beginningOf(file))
  const seconds = readingsUntil(found, file, now)
    .map(({ measuredAt }) => secondOf(measuredAt))
    .filter((second) => second >= since)
  return seconds.length > 0 ? { lastReadingAt: String(Math.max(...seconds) * 1000) } : {}
}

/** Readings are kept by UTC month, and looked for from the month of the day before the beginning until that of tomorrow. */
function readingsUntil({ readings }: PatientFound, file: FoundFile, now: number): FoundReading[] {
  const [first, last] = [utcMonth(beginningOf(file) - DAY_MS), utcMonth(now + DAY_MS)]
  return readings.filter(({ measuredAt }) => first <= utcMonth(measuredAt) && utcMonth(measuredAt) <= last)
}

/** The first instant (ms) of what readings are found by. */
function beginningOf({ consents, orders, episodes, devices, enrolledAt }: FoundFile): number {
  const spans = [consents, orders, episodes, ...devices.values()].flat()
  return Math.min(enrolledAt, ...spans.map(({ from }) => from))
}

const utcMonth = (instant: number): string => new Date(instant).toISOString().slice(0, 7)

function waitingFor({ consents, orders, episodes, devices, zoneAt }: FoundFile, today: string): string {
  const start = homeStart(today, zoneAt)
  const missing = [
    ...(consents.length === 0 ? ['CONSENT'] : []),
    ...(orders.length === 0 ? ['ORDER'] : []),
    ...(episodes.some(({ to }) => to > start * 1000) ? [] : ['EPISODE']),
    ...(devices.size === 0 ? ['DEVICE'] : []),
  ]
  return missing.length > 0 ? missing.join(' ') : 'READING'
}

/** A credential counts as it was when the service was given; of those who never had another, as the account has it. */
function credentialsOf({ tenant, practice, registry }: PatientFound): CredentialAt {
  const changes = ofType(practice, 'credential.changed')
  return (clinician, instant) => {
    const user = clinician.slice(tenant.length + 1)
    const own = changes
      .filter(({ data }) => data['user'] === user)
      .toSorted((a, b) => Number(a.data['from']) - Number(b.data['from']))
      .map(({ data }) => data)
    const account = registry.users.get(user)
    if (own.length === 0)
      return account?.tenant === tenant ? (account.data['credential'] as string | undefined) : undefined
    const last = own.findLast(({ from }) => Number(from) <= instant)
    return (last ? last['credential'] : own[0]!['before']) as string | undefined
  }
}
