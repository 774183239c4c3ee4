import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  createChartReader,
  createDocuments,
  createPractices,
  DocumentUnreadable,
  type ReadChart,
  tallyOf,
} from '@cufflink/charts'
import { patientKey } from '@cufflink/contracts'
import type { Accounts, Registry } from '@cufflink/directory'
import { localDate } from '@cufflink/folds'
import type { Ledger, LedgerReader } from '@cufflink/ledger'
import type { Clock } from '@cufflink/runtime'
import type { Shard, Tally, Views } from '@cufflink/views'
import { trackedTopics } from '../fold/tracking.ts'
import type { Filling } from './filling.ts'
import { inThousands, sayProgress } from './progress.ts'

/** What differs is looked at again so often: facts come in meanwhile, and the trackers evaluate after they have folded. */
export const LOOKS = 8
export const LOOK_EVERY_MS = 1_000
/** Of the trackers' own use, or of the moment at which they looked. */
const notCompared: ReadonlySet<string> = new Set([
  'asOfReadings',
  'asOfActivity',
  'basis',
  'lockedBasis',
  'work',
  'revision',
])

/** A patient whose tally in the views is not what the ledger comes to. */
export type ViewsDifference = {
  /** `practice/patient` */
  readonly patient: string
  /** The fields of the tally that differ; `documents` when the chart is another, as where something older than the tally is damaged. */
  readonly fields: readonly string[]
}

export type ComparisonOptions = {
  readonly ledger: LedgerReader
  /** Whose tallies and documents are judged. */
  readonly views: Views
  /** The same, folded from the ledger again. */
  readonly own: Views
  readonly accounts: Pick<Accounts, 'of'>
  readonly registry: Pick<Registry, 'of'>
  readonly clock: Clock
}

/** `practice/patient` of everyone that one of the views knows. */
export async function patientsOfBoth({ ledger, views, own }: ComparisonOptions): Promise<string[]> {
  const names = new Set<string>()
  for (const each of [own, views]) {
    const practices = createPractices(createDocuments({ ledger, views: each }))
    for (const { id } of await practices.all())
      for (const patient of await practices.patients(id)) names.add(patientKey(id, patient))
  }
  return [...names].toSorted()
}

type FilledComparison = ComparisonOptions & { readonly filling: Filling; says(line: string): void }

/** What differs, and still does so once the facts that came in meanwhile are folded. */
export async function stillDifferent(
  patients: readonly string[],
  options: FilledComparison,
): Promise<ViewsDifference[]> {
  let differing = await differencesOf(patients, options)
  for (let look = 1; look < LOOKS && differing.length > 0; look += 1) {
    options.says(`Looking again at ${inThousands(differing.length)} that differ …`)
    await pause(LOOK_EVERY_MS)
    await options.filling.reached(await endsOf(options.ledger))
    differing = await differencesOf(
      differing.map(({ patient }) => patient),
      options,
    )
  }
  return differing
}

/** Compares each patient as of the instant at which the tally that stands was evaluated. */
async function differencesOf(
  patients: readonly string[],
  options: FilledComparison,
): Promise<ViewsDifference[]> {
  const { ledger, views, own, clock, filling, says } = options
  const progress = sayProgress({ what: 'compared', says })
  const [standing, folded] = [chartsOf(views, options), chartsOf(own, options)]
  const differing: ViewsDifference[] = []
  // One after the other: each at the instant of its own tally.
  for (const [index, patient] of patients.entries()) {
    progress(index, patients.length)
    const [stands = {}] = await views.evaluations.tallies(ledger.partitionOf(patient), [patient])
    const at = Number(stands['evaluatedAt'] ?? clock.now())
    const chart = await readable(folded(patient, at), filling.foldAgain)
    const fields = differentFields(stands, fieldsOf(chart === 'unreadable' ? undefined : chart))
    // Of a document that could not be read nothing is known: what is folded again meanwhile is looked at then.
    if (chart === 'unreadable' || !isDeepStrictEqual(await readable(standing(patient, at)), chart))
      fields.push('documents')
    if (fields.length > 0) differing.push({ patient, fields })
  }
  return differing
}

/** The charts that the documents of some views come to. */
export function chartsOf(views: Views, { ledger, accounts, registry, clock }: ComparisonOptions) {
  const documents = createDocuments({ ledger, views })
  const practices = createPractices(documents)
  let at = 0
  const now = { rate: clock.rate, now: () => at }
  const charts = createChartReader({ documents, accounts, registry, clock: now })
  return async (name: string, instant: number): Promise<ReadChart | undefined> => {
    const [tenant, patient] = name.split('/') as [string, string]
    const practice = await practices.find(tenant)
    if (practice === undefined) return undefined
    at = instant
    return charts.read(practice, patient, { month: localDate(at, practice.zone).slice(0, 7) })
  }
}

async function readable<Value>(
  reading: Promise<Value>,
  unreadable: (shard: Shard) => void = () => undefined,
): Promise<Value | 'unreadable'> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof DocumentUnreadable)) throw error
    unreadable(error.shard)
    return 'unreadable'
  }
}

export const fieldsOf = (chart: ReadChart | undefined): Tally =>
  chart === undefined ? {} : tallyOf(chart).fields

export const differentFields = (a: Tally, b: Tally): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => !notCompared.has(field) && a[field] !== b[field])
    .toSorted()

type Ends = Pick<Ledger, 'endOffsets' | 'partitions'>

/** The ends of what is folded, in the order of `watermarksOf`. */
export const endsOf = async (ledger: Ends): Promise<number[]> =>
  (await Promise.all(trackedTopics.map((topic) => ledger.endOffsets(topic)))).flat()

export const watermarksOf = ({ partitions }: Ends, views: Pick<Views, 'watermark'>): Promise<number[]> =>
  Promise.all(
    trackedTopics.flatMap((topic) =>
      Array.from({ length: partitions }, (_, partition) => views.watermark({ topic, partition })),
    ),
  )

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
