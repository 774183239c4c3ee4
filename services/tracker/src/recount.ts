import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createDocuments, createPractices, createReadingCharts, statesOf, tallyOf } from '@cufflink/charts'
import { patientKey } from '@cufflink/contracts'
import type { Counted } from '@cufflink/contracts/recount'
import { type Ledger, type LedgerReader, openAccounts, openRegistry } from '@cufflink/ledger'
import { localDate } from '@cufflink/rules'
import type { Clock, Logger } from '@cufflink/runtime'
import { openSqliteViews, type Tally, type Views } from '@cufflink/views'
import { openSecondCount, type SecondCount } from './second-count.ts'
import { startTracking, trackedTopics } from './tracking.ts'

/** This is a bulk read, where no one waits for a single fact: documents stay decoded while there is room. */
const CACHE_BYTES = 256 * 2 ** 20
const NEVER_MS = 2 ** 31 - 1
const STALLED_MS = 120_000
/** A tally that differs is looked at again so often: facts come in meanwhile, and the tracker evaluates after it has folded. */
const LOOKS = 8
const LOOK_EVERY_MS = 1_000
/** Of the trackers' own use, or of the moment at which they looked. */
const notCompared: ReadonlySet<string> = new Set([
  'asOfReadings',
  'asOfActivity',
  'basis',
  'lockedBasis',
  'work',
])

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
  /** `practice/patient` */
  readonly patient: string
  /** The fields that differ from what the program's own folds and rules come to now. */
  readonly folded: readonly string[]
  /** The fields that differ from what the records come to by code that shares nothing with those. */
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
 * evaluated, and compares; counts the main fields a second time, by other code; and compares a practice's counts with its tallies. Nothing is
 * written but in the folder; trackers and consoles may run.
 * @throws {CufflinkError} LEDGER_GAP when the ledger no longer holds its beginning · VIEWS_UNAVAILABLE
 */
export async function recountTallies(options: RecountOptions): Promise<Recounted> {
  const { ledger, views, folder, clock, logger, says = () => undefined } = options
  await using stack = new AsyncDisposableStack()
  const own = stack.adopt(await openSqliteViews({ path: join(folder, 'views.db') }), (one) => one.close())
  const second = stack.adopt(openSecondCount(ledger, join(folder, 'records.db')), (one) => one.close())
  const readOn = async (): Promise<void> => {
    await foldToEnd(own, { ledger, logger })
    await second.readOn()
  }

  says(`Folding ${sum(await ends(ledger))} facts …`)
  await readOn()
  const patients = await patientsOf(ledger, [own, views], second.patients())
  says(`Comparing the tallies of ${patients.length} patients …`)
  let differing = await compare(patients, { ledger, views, own, second, clock })
  for (let look = 1; look < LOOKS && differing.length > 0; look += 1) {
    await pause(LOOK_EVERY_MS)
    await readOn()
    differing = await compare(
      differing.map(({ patient }) => patient),
      { ledger, views, own, second, clock },
    )
  }
  const miscounted = await compareCounts(patients, { ledger, views })
  const behind = sum(await ends(ledger)) - sum(await watermarks(ledger, views))
  return { patients: patients.length, differing, miscounted, behind: Math.max(0, behind) }
}

/** Every partition, beside every other tracker. */
async function foldToEnd(
  views: Views,
  { ledger, logger }: Pick<RecountOptions, 'ledger' | 'logger'>,
): Promise<void> {
  const failed = Promise.withResolvers<never>()
  const follow: Ledger['follow'] = (topics, _group, follower) => ledger.followAll(topics, follower)
  // The embedded ledger is read once, from its beginning to its end: what is appended meanwhile is not waited for.
  const goal = await ends(ledger)
  const tracking = await startTracking({
    ledger: { ...ledger, follow },
    views,
    logger,
    cacheBytes: CACHE_BYTES,
    verifyMs: NEVER_MS,
    stalledMs: STALLED_MS,
    failed: failed.reject,
  })
  const folded = async (): Promise<void> => {
    const isBehind = async (): Promise<boolean> =>
      (await watermarks(ledger, views)).some((watermark, index) => watermark < goal[index]!)
    while (await isBehind()) await pause(LOOK_EVERY_MS / 10)
  }
  try {
    await Promise.race([folded(), failed.promise])
  } finally {
    await tracking.close()
  }
}

/** `practice/patient` of everyone whom one of the views knows, or a record. */
async function patientsOf(
  ledger: LedgerReader,
  both: readonly Views[],
  recorded: readonly string[],
): Promise<string[]> {
  const names = new Set<string>(recorded)
  for (const views of both) {
    const practices = createPractices(createDocuments({ ledger, views }))
    for (const { id } of await practices.all())
      for (const patient of await practices.patients(id)) names.add(patientKey(id, patient))
  }
  return [...names].toSorted()
}

type Compared = Pick<RecountOptions, 'ledger' | 'views' | 'clock'> & {
  readonly own: Views
  readonly second: SecondCount
}

async function compare(
  patients: readonly string[],
  { ledger, views, own, second, clock }: Compared,
): Promise<TallyDifference[]> {
  await using stack = new AsyncDisposableStack()
  const accounts = stack.adopt(await openAccounts(ledger, clock), (one) => one.close())
  const registry = stack.adopt(await openRegistry(ledger), (one) => one.close())
  const documents = createDocuments({ ledger, views: own })
  const practices = createPractices(documents)
  let now = 0
  const charts = createReadingCharts({
    documents,
    accounts,
    registry,
    clock: { rate: clock.rate, now: () => now },
  })
  const expected = async (name: string, at: number): Promise<Tally> => {
    const [tenant, patient] = name.split('/') as [string, string]
    const practice = await practices.find(tenant)
    if (practice === undefined) return {}
    now = at
    const month = localDate(now, practice.zone).slice(0, 7)
    const chart = await charts.read(practice, patient, { month })
    return chart === undefined ? {} : tallyOf(chart).fields
  }
  const differing: TallyDifference[] = []
  for (const patient of patients) {
    const [stands = {}] = await views.evaluations.tallies(ledger.partitionOf(patient), [patient])
    // One after the other: each at the instant of its own tally.
    const at = Number(stands['evaluatedAt'] ?? clock.now())
    const folded = differentFields(stands, await expected(patient, at))
    const counted = countedOtherwise(stands, second.count(patient, at))
    if (folded.length + counted.length > 0) differing.push({ patient, folded, counted })
  }
  return differing
}

const differentFields = (a: Tally, b: Tally): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => !notCompared.has(field) && a[field] !== b[field])
    .toSorted()

/** Who has no tally must not be enrolled, and the other way around; of what was not counted nothing is said. */
function countedOtherwise(stands: Tally, expected: Counted | undefined): readonly string[] {
  if (expected === undefined) return Object.keys(stands).length > 0 ? ['patient'] : []
  const { fields, counted } = expected
  return counted.filter((field) => fields[field] !== stands[field]).toSorted()
}

type Counting = Pick<RecountOptions, 'views'> & { readonly ledger: Pick<Ledger, 'partitionOf'> }

/** Partition by partition, and again where they differ: patients are evaluated meanwhile. */
async function compareCounts(
  patients: readonly string[],
  { ledger, views }: Counting,
): Promise<Recounted['miscounted']> {
  const found = new Map<string, Set<string>>()
  for (const [partition, some] of Map.groupBy(patients, ledger.partitionOf))
    for (const [practice, names] of Map.groupBy(some, (name) => name.split('/')[0]!)) {
      const miscounted = async (): Promise<string[]> => {
        const tallies = await views.evaluations.tallies(partition, names)
        const counted = await views.evaluations.counts(partition, practice)
        const expected = Map.groupBy(tallies.flatMap(statesOf), (state) => state)
        const states = new Set([...expected.keys(), ...Object.keys(counted)])
        return [...states].filter((state) => (expected.get(state)?.length ?? 0) !== (counted[state] ?? 0))
      }
      let states = await miscounted()
      for (let look = 1; look < LOOKS && states.length > 0; look += 1) {
        await pause(LOOK_EVERY_MS)
        states = await miscounted()
      }
      for (const state of states) found.getOrInsertComputed(practice, () => new Set()).add(state)
    }
  return [...found].map(([practice, states]) => ({ practice, states: [...states].toSorted() }))
}

type Ends = Pick<Ledger, 'endOffsets' | 'partitions'>

const ends = async (ledger: Ends): Promise<number[]> =>
  (await Promise.all(trackedTopics.map((topic) => ledger.endOffsets(topic)))).flat()

const watermarks = ({ partitions }: Ends, views: Pick<Views, 'watermark'>): Promise<number[]> =>
  Promise.all(
    trackedTopics.flatMap((topic) =>
      Array.from({ length: partitions }, (_, partition) => views.watermark({ topic, partition })),
    ),
  )

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
