import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chanceOfDays, priorOf } from '../../../src/index.ts'
import { calibration, createRandom, type Forecasted, largestGap } from '../simulated.ts'

/** Whether each of `days` dates has a reading, for a patient of a habit. */
type Reads = (habit: number, days: number, unit: () => number) => readonly boolean[]

const eachDayByItself: Reads = (habit, days, unit) => Array.from({ length: days }, () => unit() < habit)

/** Half as often on Saturdays and Sundays; the first date is any day of the week. */
const lessAtWeekends: Reads = (habit, days, unit) => {
  const first = Math.floor(unit() * 7)
  return Array.from({ length: days }, (_, day) => unit() < ((first + day) % 7 < 2 ? habit / 2 : habit))
}

/** Three times in four as the day before, else by the habit: the same share of days, in streaks. */
const inStreaks: Reads = (habit, days, unit) => {
  const read: boolean[] = []
  for (let day = 0; day < days; day += 1) {
    const before = read[day - 1]
    read.push(before !== undefined && unit() < 0.75 ? before : unit() < habit)
  }
  return read
}

const PATIENTS = 200_000

/** Patients whose habits are spread like Beta(3, 2), each forecast on one of day 5 to 24 of a period: 16 of 30 days. */
function forecastsOf(reads: Reads): readonly Forecasted[] {
  const random = createRandom(20_261_101)
  const count = (read: readonly boolean[]): number => read.filter(Boolean).length
  const learned = Array.from({ length: 4000 }, () => ({
    daysWith: count(reads(random.beta(3, 2), 30, random.unit)),
    daysObserved: 30,
  }))
  const prior = priorOf(learned)
  return Array.from({ length: PATIENTS }, () => {
    const elapsed = 5 + Math.floor(random.unit() * 20)
    const period = reads(random.beta(3, 2), 30, random.unit)
    const seen = { daysWith: count(period.slice(0, elapsed)), daysObserved: elapsed }
    const goal = { daysNeeded: Math.max(0, 16 - seen.daysWith), daysLeft: 30 - elapsed }
    return { chance: chanceOfDays(goal, seen, prior).chance, came: count(period) >= 16 }
  })
}

const independent = forecastsOf(eachDayByItself)
const weekends = forecastsOf(lessAtWeekends)
const streaks = forecastsOf(inStreaks)

// The table of ADR 13. A change that makes a forecast better or worse shows here, and there.
describe('the chance of enough data-days', () => {
  test('is calibrated where each day is by itself: of the forecasts of about p, about p come true', () => {
    for (const { forecast, observed, count, tolerance } of calibration(independent))
      assert.ok(
        Math.abs(forecast - observed) <= tolerance,
        `forecast ${forecast}, came ${observed}, of ${count}`,
      )
  })

  for (const [what, forecasts, points] of [
    ['each day by itself', independent, 1],
    ['half as often at weekends', weekends, 3],
    ['in streaks', streaks, 28],
  ] as const) {
    test(`of patients who read ${what} is off by ${points} points at most`, () => {
      assert.equal(Math.round(largestGap(forecasts)), points)
    })
  }

  test('is too low where it is low, and too high where it is high, where patients read in streaks', () => {
    for (const { forecast, observed } of calibration(streaks)) {
      if (forecast < 0.5) assert.ok(observed > forecast, `${forecast}: ${observed}`)
      if (forecast > 0.6) assert.ok(observed < forecast, `${forecast}: ${observed}`)
    }
  })
})
