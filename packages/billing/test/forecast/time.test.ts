import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chanceOfTime, type PastMonth } from '../../src/index.ts'
import { calibration, createRandom, type Forecasted } from './simulated.ts'

const month = (days: Readonly<Record<number, number>>, conversationDays: readonly number[]): PastMonth => ({
  secondsPerDay: Array.from({ length: 31 }, (_, index) => days[index + 1] ?? 0),
  conversationDays,
})

describe('the chance of enough time', () => {
  const past = [month({ 20: 600, 25: 600 }, [25]), month({ 5: 1200 }, [5]), month({ 28: 300 }, [])]

  test('is how often the practice gained as much in as many days before its end', () => {
    const goal = { secondsNeeded: 600, conversationNeeded: false, daysLeft: 11 }
    assert.deepEqual(chanceOfTime(goal, past), {
      chance: 1.5 / 4,
      because:
        'In the last 11 days of the month, 1 of 3 past patient-months like this one gained 10 more minutes.',
    })
    assert.equal(chanceOfTime({ ...goal, daysLeft: 12 }, past).chance, 1.5 / 4)
    assert.equal(chanceOfTime({ ...goal, secondsNeeded: 601, daysLeft: 12 }, past).chance, 1.5 / 4)
    assert.equal(chanceOfTime({ ...goal, secondsNeeded: 300 }, past).chance, 2.5 / 4)
  })

  test('goes by the last days of shorter and longer months alike', () => {
    const february = { secondsPerDay: [...Array(27).fill(0), 600], conversationDays: [28] }
    const goal = { secondsNeeded: 600, conversationNeeded: true, daysLeft: 1 }
    assert.deepEqual(chanceOfTime(goal, [february, month({ 31: 600 }, [31]), month({ 30: 600 }, [30])]), {
      chance: 2.5 / 3,
      because:
        'On the last day of the month, 2 of 2 past patient-months like this one gained 10 more minutes and a conversation.',
    })
    assert.equal(chanceOfTime({ ...goal, daysLeft: 31 }, [february]).chance, 1.5 / 2)
  })

  test('asks for the conversation too where it is still missing', () => {
    const goal = { secondsNeeded: 600, conversationNeeded: true, daysLeft: 21 }
    assert.deepEqual(chanceOfTime(goal, past), {
      chance: 1.5 / 3,
      because:
        'In the last 21 days of the month, 1 of 2 past patient-months like this one gained 10 more minutes and a conversation.',
    })
    const talk = chanceOfTime({ ...goal, secondsNeeded: 0, daysLeft: 6 }, past)
    assert.deepEqual(talk, {
      chance: 0.5 / 2,
      because:
        'In the last 6 days of the month, 0 of 1 past patient-months like this one gained a conversation.',
    })
  })

  test('is 1 when all is there, and one half without any experience', () => {
    assert.equal(chanceOfTime({ secondsNeeded: 0, conversationNeeded: false, daysLeft: 28 }, past).chance, 1)
    assert.equal(chanceOfTime({ secondsNeeded: 1, conversationNeeded: false, daysLeft: 28 }, []).chance, 0.5)
  })

  test('is calibrated on simulated histories', () => {
    const random = createRandom(7)
    const draw = (): PastMonth => ({
      secondsPerDay: Array.from({ length: 30 }, () =>
        random.unit() < 0.12 ? 120 + Math.floor(random.unit() * 600) : 0,
      ),
      conversationDays: Array.from({ length: 30 }, (_, day) => day + 1).filter(() => random.unit() < 0.04),
    })
    const experience = Array.from({ length: 1500 }, draw)
    const forecasts: Forecasted[] = Array.from({ length: 4000 }, () => {
      const own = draw()
      const dayOfMonth = 3 + Math.floor(random.unit() * 25)
      const have = own.secondsPerDay.slice(0, dayOfMonth).reduce((sum, seconds) => sum + seconds, 0)
      const talked = own.conversationDays.some((day) => day <= dayOfMonth)
      const { chance } = chanceOfTime(
        { secondsNeeded: 1200 - have, conversationNeeded: !talked, daysLeft: 30 - dayOfMonth },
        experience,
      )
      const total = own.secondsPerDay.reduce((sum, seconds) => sum + seconds, 0)
      return { chance, came: total >= 1200 && own.conversationDays.length > 0 }
    })
    for (const { forecast, observed, count, tolerance } of calibration(forecasts)) {
      assert.ok(
        Math.abs(forecast - observed) <= tolerance + 0.02,
        `forecast ${forecast}, came true ${observed}, of ${count}`,
      )
    }
  })
})
