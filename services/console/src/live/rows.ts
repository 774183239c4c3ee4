import { type PatientRow, patientKey } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import {
  countDays,
  type DaysDocument,
  daysKey,
  decodeDays,
  localDate,
  monthOf,
  type Period,
  periodAt,
} from '@cufflink/rules'
import type { Clock } from '@cufflink/runtime'
import {
  decodeRosterEntry,
  PRACTICES,
  patientDocumentKey,
  patientsOf,
  practiceDocumentKey,
  type RosterEntry,
  type Shard,
  type Views,
} from '@cufflink/views'

const DAY_MS = 86_400_000

export type RowsOptions = {
  readonly ledger: Pick<Ledger, 'partitions' | 'partitionOf'>
  readonly views: Views
  readonly clock: Clock
}

export type Practice = { readonly id: string; readonly name: string; readonly zone: string }

/** Reads what the pages show out of the views, and evaluates it (design rule 2: meaning is computed at read). */
export type Rows = {
  practices(): Promise<readonly Practice[]>
  practice(id: string): Promise<Practice | undefined>
  /** Every patient of a practice. */
  patients(practice: string): Promise<readonly string[]>
  /** When a patient's monitoring began, ms since 1970; `undefined` for a patient who is not enrolled. */
  enrolledAt(practice: string, patient: string): Promise<number | undefined>
  /** One line of the list; `undefined` for a patient who is not enrolled. */
  row(practice: string, patient: string): Promise<PatientRow | undefined>
  /** The local date, now, in a zone. */
  today(zone: string): string
}

export function createRows({ ledger, views, clock }: RowsOptions): Rows {
  const activityShards: readonly Shard[] = Array.from({ length: ledger.partitions }, (_, partition) => ({
    topic: 'activity',
    partition,
  }))

  async function members(set: string): Promise<string[]> {
    const lists = await Promise.all(activityShards.map((shard) => views.members(shard, set)))
    return lists.flat().toSorted()
  }

  async function entry(ledgerKey: string, key: string): Promise<RosterEntry | undefined> {
    const [bytes] = await views.load({ topic: 'activity', partition: ledger.partitionOf(ledgerKey) }, [key])
    return bytes === undefined ? undefined : decodeRosterEntry(bytes)
  }

  async function practice(id: string): Promise<Practice | undefined> {
    const found = await entry(id, practiceDocumentKey(id))
    return found === undefined ? undefined : { id, name: found.name, zone: found.zone }
  }

  const enrolmentOf = (tenant: string, patient: string): Promise<RosterEntry | undefined> =>
    entry(patientKey(tenant, patient), patientDocumentKey(tenant, patient))

  async function days(tenant: string, patient: string, since: number): Promise<DaysDocument[]> {
    const shard = { topic: 'readings', partition: ledger.partitionOf(patientKey(tenant, patient)) } as const
    const months = monthsBetween(since - DAY_MS, clock.now() + DAY_MS)
    const found = await views.load(
      shard,
      months.map((month) => daysKey(tenant, patient, month)),
    )
    return found.filter((bytes) => bytes !== undefined).map(decodeDays)
  }

  const today = (zone: string): string => localDate(clock.now(), zone)

  return {
    async practices() {
      const found = await Promise.all((await members(PRACTICES)).map(practice))
      return found.filter((one) => one !== undefined)
    },
    practice,
    patients: (id) => members(patientsOf(id)),
    enrolledAt: async (tenant, patient) => (await enrolmentOf(tenant, patient))?.enrolledAt,
    async row(tenant, patient) {
      const enrolment = await enrolmentOf(tenant, patient)
      if (enrolment === undefined) return undefined
      const { name, zone, enrolledAt = clock.now() } = enrolment
      const documents = await days(tenant, patient, enrolledAt)
      return { patient, name, zone, ...evaluate(documents, { zone, enrolledAt, today: today(zone) }) }
    },
    today,
  }
}

/** The 30-day period that holds today, anchored on the local date of the first reading, and its data-days. */
function evaluate(
  documents: readonly DaysDocument[],
  { zone, enrolledAt, today }: { zone: string; enrolledAt: number; today: string },
): Pick<PatientRow, 'today' | 'dataDays' | 'period' | 'lastReadingAt'> {
  const { readingsPerDate: all, lastReadingAt } = countDays(documents, { zone, since: enrolledAt })
  const [anchor] = all.keys()
  const period = anchor === undefined ? undefined : periodAt(anchor, today)
  if (period === undefined || lastReadingAt === undefined) return { today, dataDays: 0 }
  const readingsPerDate = datesOf(period).map((date) => all.get(date) ?? 0)
  return {
    today,
    dataDays: readingsPerDate.filter((count) => count > 0).length,
    period: { start: period.start, end: period.end, readingsPerDate },
    lastReadingAt,
  }
}

/** Every local date of a period, in order. */
function datesOf({ start, end }: Period): string[] {
  const dates: string[] = []
  for (let day = Temporal.PlainDate.from(start); ; day = day.add({ days: 1 })) {
    dates.push(day.toString())
    if (day.toString() === end) return dates
  }
}

/** The UTC months that hold an instant from `from` to `to` (ms), in order. */
function monthsBetween(from: number, to: number): string[] {
  const last = monthOf(to)
  const months = [monthOf(from)]
  while (months.at(-1)! < last)
    months.push(Temporal.PlainYearMonth.from(months.at(-1)!).add({ months: 1 }).toString())
  return months
}
