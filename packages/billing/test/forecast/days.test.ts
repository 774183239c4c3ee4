import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runs } from '@cufflink/folds/invented/arbitrary'
import fc from 'fast-check'
import { chanceOfDays, openPrior, priorOf } from '../../src/index.ts'

describe('the chance of enough data-days', () => {
  test('is 1 when they are there, 0 when too few are left, and says why', () => {
    const habit = { daysWith: 10, daysObserved: 14 }
    assert.deepEqual(chanceOfDays({ daysNeeded: 0, daysLeft: 0 }, habit), {
      chance: 1,
      because: 'The days are there already.',
    })
    assert.deepEqual(chanceOfDays({ daysNeeded: 4, daysLeft: 3 }, habit), {
      chance: 0,
      because: '4 days are needed and 3 are left.',
    })
    assert.match(
      chanceOfDays({ daysNeeded: 3, daysLeft: 3 }, habit).because,
      /3 of the 3 days left are needed; so far a reading on 10 of 14 days/,
    )
  })

  test('rises with the habit and with the days left, and falls with the days needed', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(29),
        fc.nat(30),
        fc.integer({ min: 1, max: 60 }),
        (needed, left, seen, observed) => {
          const of = (daysNeeded: number, daysLeft: number, daysWith: number) =>
            chanceOfDays(
              { daysNeeded, daysLeft },
              { daysWith: Math.min(daysWith, observed), daysObserved: observed },
            ).chance
          const chance = of(needed, left, seen)
          assert.ok(chance >= 0 && chance <= 1)
          assert.ok(of(needed + 1, left, seen) <= chance + 1e-9)
          assert.ok(of(needed, left + 1, seen) >= chance - 1e-9)
          assert.ok(of(needed, left, seen + 1) >= chance - 1e-9)
        },
      ),
      runs,
    )
  })

  test('of one day after no observation at all is that of an unknown habit: one half', () => {
    assert.equal(chanceOfDays({ daysNeeded: 1, daysLeft: 1 }, { daysWith: 0, daysObserved: 0 }).chance, 0.5)
  })

  test('leans on the practice only when it knows ten patients who differ', () => {
    const habits = (count: number, daysWith: number) =>
      Array.from({ length: count }, () => ({ daysWith, daysObserved: 10 }))
    assert.deepEqual(priorOf(habits(9, 5)), openPrior)
    assert.deepEqual(priorOf(habits(10, 5)), { a: 100, b: 100 })
    assert.deepEqual(priorOf([...habits(9, 5), { daysWith: 0, daysObserved: 0 }]), openPrior)
    assert.deepEqual(priorOf(habits(10, 0)), openPrior)
    assert.deepEqual(priorOf(habits(10, 10)), openPrior)
    // half of them read on 3 days of ten, half on 7: beyond chance they differ by a variance of 0.0171
    const apart = priorOf([...habits(10, 3), ...habits(10, 7)])
    assert.deepEqual(
      [apart.a, apart.b].map((part) => part.toFixed(2)),
      ['6.81', '6.81'],
    )
    const { a, b } = priorOf([...habits(10, 1), ...habits(10, 9)])
    assert.ok(Math.abs(a - b) < 1e-9 && a < 1)
  })
})
