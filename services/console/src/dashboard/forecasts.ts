import { type Experience, pastMonthOf, priorOf } from '@cufflink/billing'
import {
  type ChartReader,
  type Documents,
  type Ends,
  endsNow,
  habitOf,
  type Practice,
  type Practices,
  programsOf,
  rowOf,
} from '@cufflink/charts'
import type { AnswerOf } from '@cufflink/contracts'
import { monthAfter } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import type { Clock } from '@cufflink/runtime'
import type { Tally, Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { estimatesOf } from '../charts/estimates.ts'
import { inSlices } from '../charts/slices.ts'
import { goneOf, readTallies } from '../live/practice-feed.ts'

type Program = keyof Experience['months']

/** Patients whose tallies a practice's prior is learned from, and of each program those whose last month is its experience: that many at most, spread evenly. */
const HABITS = 1_000
const MONTHS = 300
/** Patients whose tallies are in memory at once, and between which everything else has its turn. */
const AT_ONCE = 500
/** What was learned stands for so long; of no patient at all, or while the views or the tallies are being filled, for so long. */
const LEARNED_FOR_MS = 3_600_000
const FILLING_FOR_MS = 60_000
/** A practice's sums are of all tallies, and stand for so long. */
const SUMS_FOR_MS = 300_000

export type ForecastsOptions = {
  readonly practices: Pick<Practices, 'patients'>
  readonly documents: Pick<Documents, 'shardOf' | 'isCaughtUp' | 'activityShards'>
  readonly charts: Pick<ChartReader, 'currentMonth' | 'round' | 'withoutDays'>
  readonly ledger: Pick<Ledger, 'endOffsets'>
  readonly views: Pick<Views, 'watermark'> & {
    readonly evaluations: Pick<Views['evaluations'], 'tallies' | 'marksOf'>
  }
  readonly alone: Alone
  readonly clock: Clock
}

export type Forecasts = {
  /** What a practice's past says, learned at most once an hour. @throws {CufflinkError} VIEWS_UNAVAILABLE */
  experience(practice: Practice): Promise<Experience>
  /** How many patients of a practice will reach each code that is short for them. */
  sums(practice: Practice): Promise<AnswerOf<'forecastCodes'>>
}

type Made<Value> = { readonly value: Value; readonly forMs: number }

/** One value for each practice, made again when its time has passed, and when it could not be made. */
function createHeld<Value>(clock: Clock) {
  const held = new Map<
    string,
    { readonly since: number; readonly made: Promise<Made<Value>>; until: number }
  >()
  return async (practice: string, make: () => Promise<Made<Value>>): Promise<Value> => {
    const known = held.get(practice)
    const since = clock.now()
    // The clock may have been set back.
    if (known && known.since <= since && since < known.until) return (await known.made).value
    const fresh = { since, made: make(), until: Number.POSITIVE_INFINITY }
    held.set(practice, fresh)
    try {
      const { value, forMs } = await fresh.made
      fresh.until = since + forMs * clock.rate
      return value
    } catch (error) {
      if (held.get(practice) === fresh) held.delete(practice)
      throw error
    }
  }
}

export function createForecasts(options: ForecastsOptions): Forecasts {
  const { practices, charts, alone, clock, documents, ledger, views } = options
  const { evaluations } = views
  const experiences = createHeld<Experience>(clock)
  const sums = createHeld<AnswerOf<'forecastCodes'>>(clock)
  const partitions = new Set(documents.activityShards.map(({ partition }) => partition))
  let before: Ends | undefined

  /** Whether the views have what was on the ledger when it was asked last: what is on it by now they hardly ever have. */
  async function areFilled(): Promise<boolean> {
    const ends = await endsNow({ ledger, views }, partitions)
    const asked = before ?? ends
    before = ends
    return asked.isReached()
  }

  async function learn(practice: Practice): Promise<Made<Experience>> {
    const filled = await areFilled()
    const patients = spread(await practices.patients(practice.id), HABITS)
    const tallies = await readTallies(patients, practice.id, { documents, evaluations })
    const rows = tallies.flatMap((tally) => rowOf(tally, clock.now()) ?? [])
    const there = new Set(rows.map(({ patient }) => patient))
    const missing = patients.filter((patient) => !there.has(patient))
    const gone = await goneOf(missing, practice.id, { documents, evaluations })
    const value = { prior: priorOf(rows.map(habitOf)), months: await pastMonths(practice, tallies) }
    const isWhole = filled && rows.length > 0 && gone.length === missing.length
    return { value, forMs: isWhole ? LEARNED_FOR_MS : FILLING_FOR_MS }
  }

  /** Of each program by itself: the patients of another would be months without any time. */
  async function pastMonths(practice: Practice, tallies: readonly Tally[]): Promise<Experience['months']> {
    const month = monthAfter(charts.currentMonth(practice), -1)
    const round = charts.round(practice, month)
    const of = (program: Program): readonly string[] =>
      tallies.flatMap((tally) => (programsOf(tally).has(program) ? (tally['patient'] ?? []) : []))
    const looked = new Set([...spread(of('RPM'), MONTHS), ...spread(of('RTM'), MONTHS)])
    const months = await inSlices([...looked], (patient) =>
      alone(
        async () => {
          const input = await charts.withoutDays(practice, patient, { month, round })
          return input === undefined ? {} : pastMonthOf(input, month)
        },
        (): ReturnType<typeof pastMonthOf> => ({}),
      ),
    )
    return {
      RPM: months.flatMap(({ RPM }) => RPM ?? []),
      RTM: months.flatMap(({ RTM }) => RTM ?? []),
    }
  }

  async function addUp(practice: Practice): Promise<Made<AnswerOf<'forecastCodes'>>> {
    const learned = await experience(practice)
    const patients = await practices.patients(practice.id)
    const at = { now: clock.now(), practiceZone: practice.zone }
    const codes = new Map<string, { patients: number; expected: number }>()
    const add = (tally: Tally): void => {
      for (const { code, estimate } of estimatesOf(tally, at, learned)) {
        const sum = codes.getOrInsertComputed(code, () => ({ patients: 0, expected: 0 }))
        sum.patients += 1
        sum.expected += estimate.chance
      }
    }
    for (let from = 0; from < patients.length; from += AT_ONCE) {
      const some = await readTallies(patients.slice(from, from + AT_ONCE), practice.id, {
        documents,
        evaluations,
      })
      some.forEach(add)
    }
    const value = {
      at: at.now,
      pastMonths: learned.months.RPM.length + learned.months.RTM.length,
      codes: [...codes].map(([code, sum]) => ({ code, ...sum })),
    }
    return { value, forMs: SUMS_FOR_MS }
  }

  const experience = (practice: Practice): Promise<Experience> =>
    experiences(practice.id, () => learn(practice))

  return { experience, sums: (practice) => sums(practice.id, () => addUp(practice)) }
}

/** At most `count` of a list, evenly spread. */
function spread(patients: readonly string[], count: number): readonly string[] {
  const step = Math.max(1, patients.length / count)
  return Array.from({ length: Math.min(count, patients.length) }, (_, at) => patients[Math.floor(at * step)]!)
}
