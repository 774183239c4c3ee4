import { type Experience, pastMonthOf, priorOf } from '@cufflink/billing'
import {
  type ChartReader,
  type Documents,
  habitOf,
  type Practice,
  type Practices,
  rowOf,
  shortLinesOf,
} from '@cufflink/charts'
import type { AnswerOf } from '@cufflink/contracts'
import { localDate, monthAfter } from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { Tally, Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { estimateOf } from '../charts/estimates.ts'
import { inSlices } from '../charts/slices.ts'
import { readTallies } from '../live/practice-feed.ts'

/** Patients whose tallies a practice's prior is learned from, and whose last month is its experience: that many at most, spread evenly. */
const HABITS = 1_000
const MONTHS = 100
/** Patients whose tallies are in memory at once, and between which everything else has its turn. */
const AT_ONCE = 500
/** A practice's sums are of all tallies, and stand for so long. */
const SUMS_FOR_MS = 300_000

export type ForecastsOptions = {
  readonly practices: Pick<Practices, 'patients'>
  readonly documents: Pick<Documents, 'shardOf'>
  readonly charts: ChartReader
  readonly evaluations: Pick<Views['evaluations'], 'tallies'>
  readonly alone: Alone
  readonly clock: Clock
}

export type Forecasts = {
  /** What a practice's past says, learned once on each of its dates. @throws {CufflinkError} VIEWS_UNAVAILABLE */
  experience(practice: Practice): Promise<Experience>
  /** How many patients of a practice will reach each code that is short for them. */
  sums(practice: Practice): Promise<AnswerOf<'forecastCodes'>>
}

type Held<Value> = { readonly since: string; readonly value: Promise<Value> }

/** One value for each practice, made again when `since` is another, and when it could not be made. */
function createHeld<Value>() {
  const held = new Map<string, Held<Value>>()
  return (practice: string, since: string, make: () => Promise<Value>): Promise<Value> => {
    const known = held.get(practice)
    if (known?.since === since) return known.value
    const value = make()
    held.set(practice, { since, value })
    value.catch(() => held.delete(practice))
    return value
  }
}

export function createForecasts(options: ForecastsOptions): Forecasts {
  const { practices, charts, alone, clock } = options
  const experiences = createHeld<Experience>()
  const sums = createHeld<AnswerOf<'forecastCodes'>>()

  async function learn(practice: Practice): Promise<Experience> {
    const patients = await practices.patients(practice.id)
    const now = clock.now()
    const tallies = await readTallies(spread(patients, HABITS), practice.id, options)
    const rows = tallies.flatMap((tally) => rowOf(tally, now) ?? [])
    const month = monthAfter(charts.currentMonth(practice), -1)
    const round = charts.round(practice, month)
    const past = await inSlices(spread(patients, MONTHS), (patient) =>
      alone(
        async () => {
          const chart = await charts.read(practice, patient, { month, round })
          const wasThere =
            chart !== undefined && localDate(chart.enrolled.enrolledAt, practice.zone) <= `${month}-01`
          return wasThere ? [pastMonthOf(chart.input, month)] : []
        },
        () => [],
      ),
    )
    const months = past.flat()
    return {
      prior: priorOf(rows.map(habitOf)),
      months: { RPM: months.map(({ RPM }) => RPM), RTM: months.map(({ RTM }) => RTM) },
    }
  }

  async function addUp(practice: Practice): Promise<AnswerOf<'forecastCodes'>> {
    const learned = await experience(practice)
    const patients = await practices.patients(practice.id)
    const at = { now: clock.now(), practiceZone: practice.zone }
    const codes = new Map<string, { patients: number; expected: number }>()
    const add = (tally: Tally): void => {
      const { habit, lines } = shortLinesOf(tally, at)
      for (const line of lines) {
        const estimate = estimateOf(line, habit, learned)
        if (estimate === undefined) continue
        const sum = codes.getOrInsertComputed(line.code, () => ({ patients: 0, expected: 0 }))
        sum.patients += 1
        sum.expected += estimate.chance
      }
    }
    for (let from = 0; from < patients.length; from += AT_ONCE) {
      const some = await readTallies(patients.slice(from, from + AT_ONCE), practice.id, options)
      some.forEach(add)
    }
    return {
      at: at.now,
      pastMonths: learned.months.RPM.length,
      codes: [...codes].map(([code, sum]) => ({ code, ...sum })),
    }
  }

  const experience = (practice: Practice): Promise<Experience> =>
    experiences(practice.id, charts.todayIn(practice.zone), () => learn(practice))

  return {
    experience,
    sums: (practice) =>
      sums(practice.id, String(Math.floor(clock.now() / (SUMS_FOR_MS * clock.rate))), () => addUp(practice)),
  }
}

/** At most `count` of a list, evenly spread. */
function spread(patients: readonly string[], count: number): readonly string[] {
  const step = Math.max(1, patients.length / count)
  return Array.from({ length: Math.min(count, patients.length) }, (_, at) => patients[Math.floor(at * step)]!)
}
