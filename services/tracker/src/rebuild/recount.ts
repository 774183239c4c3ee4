import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  clinicianMonthName,
  clinicianTally,
  createDocuments,
  createPractices,
  homeOf,
  isClinicianMonth,
  readClinicianMonthName,
  statesOf,
} from '@cufflink/charts'
import type { Counted } from '@cufflink/contracts/recount'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { clinicianMonthsOf, monthsAround } from '@cufflink/folds'
import { type LedgerReader } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import { openSqliteViews, type Tally, type Views } from '@cufflink/views'
import {
  type ComparisonOptions,
  chartsOf,
  differentFields,
  endsOf,
  fieldsOf,
  LOOK_EVERY_MS,
  LOOKS,
  patientsOfBoth,
  sum,
  watermarksOf,
} from './comparison.ts'
import { startFilling } from './filling.ts'
import { openSecondCount, type SecondCount } from './second-count.ts'

export type RecountOptions = {
  readonly ledger: LedgerReader
  /** Whose tallies are compared. */
  readonly views: Views
  /** An empty folder, which the caller removes: what is written there is what patients measured. */
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
  /** Told how many facts there are to fold, and then how many patients to compare. */
  says?(line: string): void
}

/** A tally that is not what the ledger comes to. */
export type TallyDifference = {
  /** `practice/patient`, or `clinician:practice/clinician:2026-10` */
  readonly name: string
  /** The fields that differ from what the program's own folds and rules come to now. */
  readonly folded: readonly string[]
  /** The fields that differ from what the records come to by code that shares nothing with those; none of a clinician's month. */
  readonly counted: readonly string[]
}

export type Recounted = {
  readonly patients: number
  readonly differing: readonly TallyDifference[]
  /** Of which practices, and in which states, not as many patients are counted as there are tallies in them. */
  readonly miscounted: readonly { readonly practice: string; readonly states: readonly string[] }[]
  /** Facts that the trackers have not folded yet: what differs may be of these. */
  readonly behind: number
}

/**
 * Folds the whole ledger again, into views of its own, evaluates each patient as of the instant at which the tally that stands was
 * evaluated, and compares; clinicians' months likewise; counts the main fields of patients a second time, by other code; and compares a practice's
 * counts with its tallies. Nothing is written but in the folder; trackers and consoles may run.
 * @throws {CufflinkError} LEDGER_GAP when the ledger no longer holds its beginning · VIEWS_UNAVAILABLE
 */
export async function recountTallies(options: RecountOptions): Promise<Recounted> {
  const { ledger, views, folder, clock, logger, says = () => undefined } = options
  await using stack = new AsyncDisposableStack()
  const own = stack.adopt(await openSqliteViews({ path: join(folder, 'views.db') }), (one) => one.close())
  const second = stack.adopt(openSecondCount(ledger, join(folder, 'records.db')), (one) => one.close())
  const filling = stack.adopt(await startFilling({ ledger, views: own, logger, says }), (one) => one.close())
  const readOn = async (): Promise<void> => {
    await filling.reached(await endsOf(ledger))
    await second.readOn()
  }
  await readOn()
  const accounts = stack.adopt(await openAccounts(ledger, clock), (one) => one.close())
  const registry = stack.adopt(await openRegistry(ledger), (one) => one.close())
  const both = { ledger, views, own, accounts, registry, clock, second }
  const patients = [...new Set([...(await patientsOfBoth(both)), ...second.patients()])].toSorted()
  says(`Comparing the tallies of ${patients.length} patients and of their clinicians …`)
  let differing = await compare([...patients, ...(await clinicianMonthsOfBoth(both))], both)
  let miscounted = await compareCounts(await countsOf(patients, both), views)
  for (let look = 1; look < LOOKS && differing.length + miscounted.length > 0; look += 1) {
    await pause(LOOK_EVERY_MS)
    await readOn()
    differing = await compare(
      differing.map(({ name }) => name),
      both,
    )
    miscounted = await compareCounts(miscounted, views)
  }
  const behind = sum(await endsOf(ledger)) - sum(await watermarksOf(ledger, views))
  return {
    patients: patients.length,
    differing,
    miscounted: byPractice(miscounted),
    behind: Math.max(0, behind),
  }
}

/** Of each clinician the months in which one of the views has a part, and those beside them: a UTC month reaches into another's dates. */
async function clinicianMonthsOfBoth({ ledger, views, own }: ComparisonOptions): Promise<string[]> {
  const names = new Set<string>()
  for (const each of [own, views]) {
    const documents = createDocuments({ ledger, views: each })
    for (const { id } of await createPractices(documents).all())
      for (const part of await documents.members(clinicianMonthsOf(id)))
        for (const month of monthsAround(part.slice(-7)))
          names.add(clinicianMonthName({ tenant: id, clinician: part.slice(0, -8), month }))
  }
  return [...names].toSorted()
}

/** What the tally of a clinician's month comes to by some views. */
function clinicianTallies(views: Views, { ledger }: ComparisonOptions) {
  const documents = createDocuments({ ledger, views })
  const practices = createPractices(documents)
  return async (name: string, now: number): Promise<Tally> => {
    const { tenant, clinician, month } = readClinicianMonthName(name)
    const practice = await practices.find(tenant)
    return practice === undefined ? {} : clinicianTally(documents, practice, { clinician, month, now })
  }
}

async function compare(
  names: readonly string[],
  options: ComparisonOptions & { readonly second: SecondCount },
): Promise<TallyDifference[]> {
  const { ledger, views, second, clock } = options
  const chartOf = chartsOf(options.own, options)
  const clinicianMonth = clinicianTallies(options.own, options)
  const differing: TallyDifference[] = []
  for (const name of names) {
    const key = isClinicianMonth(name) ? homeOf(readClinicianMonthName(name)) : name
    const [stands = {}] = await views.evaluations.tallies(ledger.partitionOf(key), [name])
    // One after the other: each at the instant of its own tally.
    const at = Number(stands['evaluatedAt'] ?? clock.now())
    const isMonth = isClinicianMonth(name)
    const folded = differentFields(
      stands,
      isMonth ? await clinicianMonth(name, at) : fieldsOf(await chartOf(name, at)),
    )
    const counted = isMonth ? [] : countedOtherwise(stands, second.count(name, at))
    if (folded.length + counted.length > 0) differing.push({ name, folded, counted })
  }
  return differing
}

/** Who has no tally must not be enrolled, and the other way around; of what was not counted nothing is said. */
function countedOtherwise(stands: Tally, expected: Counted | undefined): readonly string[] {
  if (expected === undefined) return Object.keys(stands).length > 0 ? ['patient'] : []
  const { fields, counted } = expected
  return counted.filter((field) => fields[field] !== stands[field]).toSorted()
}

/** What a practice counts in a partition, and who is known there. */
type PartitionCounts = {
  readonly partition: number
  readonly practice: string
  readonly names: readonly string[]
}
type Miscounted = PartitionCounts & { readonly states: readonly string[] }

/** Those of every practice in every partition, also where it has no patients, or none any more. */
async function countsOf(
  patients: readonly string[],
  { ledger, views, own }: ComparisonOptions,
): Promise<readonly PartitionCounts[]> {
  const all = [own, views].map((each) => createPractices(createDocuments({ ledger, views: each })).all())
  const named = patients.map((name) => name.split('/')[0]!)
  const practices = new Set([...named, ...(await Promise.all(all)).flat().map(({ id }) => id)])
  const known = Map.groupBy(patients, (name) => `${ledger.partitionOf(name)} ${name.split('/')[0]}`)
  return [...practices].flatMap((practice) =>
    Array.from({ length: ledger.partitions }, (_, partition) => {
      return { partition, practice, names: known.get(`${partition} ${practice}`) ?? [] }
    }),
  )
}

/** Those that have in a state another number than there are tallies in it. */
async function compareCounts(all: readonly PartitionCounts[], { evaluations }: Views): Promise<Miscounted[]> {
  const miscounted: Miscounted[] = []
  for (const { partition, practice, names } of all) {
    const tallies = await evaluations.tallies(partition, names)
    const counted = await evaluations.counts(partition, practice)
    const expected = Map.groupBy(tallies.flatMap(statesOf), (state) => state)
    const states = [...new Set([...expected.keys(), ...Object.keys(counted)])].filter(
      (state) => (expected.get(state)?.length ?? 0) !== (counted[state] ?? 0),
    )
    if (states.length > 0) miscounted.push({ partition, practice, names, states })
  }
  return miscounted
}

const byPractice = (miscounted: readonly Miscounted[]): Recounted['miscounted'] =>
  [...Map.groupBy(miscounted, ({ practice }) => practice)].map(([practice, parts]) => ({
    practice,
    states: [...new Set(parts.flatMap(({ states }) => states))].toSorted(),
  }))
