import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Assignment } from '@cufflink/contracts'
import fc from 'fast-check'
import { handOver } from '../../src/commands/assignments.ts'

const instant = fc.integer({ min: 0, max: 40 })
const handOvers = fc.array(fc.record({ patient: fc.constantFrom('a', 'b', 'c'), from: instant }), {
  maxLength: 12,
})

const holds = ({ from, to }: Assignment, at: number): boolean => from <= at && (to === undefined || at < to)

const after = (given: readonly { patient: string; from: number }[]): Assignment[] =>
  given.reduce<Assignment[]>(handOver, [])

describe('Giving a device from patient to patient', () => {
  test('leaves it with at most one at every instant, whatever the order', () => {
    fc.assert(
      fc.property(handOvers, instant, (given, at) => {
        assert.ok(after(given).filter((assignment) => holds(assignment, at)).length <= 1)
      }),
    )
  })

  test('gives it to the next one from that instant on, and changes nothing before it', () => {
    fc.assert(
      fc.property(
        handOvers,
        fc.record({ patient: fc.constant('next'), from: instant }),
        instant,
        (given, next, at) => {
          const holder = (history: readonly Assignment[]): string | undefined =>
            history.find((assignment) => holds(assignment, at))?.patient
          const before = after(given)
          assert.equal(holder(handOver(before, next)), at < next.from ? holder(before) : 'next')
        },
      ),
    )
  })

  test('keeps no assignment that lasted no time, and none out of order', () => {
    fc.assert(
      fc.property(handOvers, (given) => {
        const history = after(given)
        for (const { from, to } of history) assert.ok(to === undefined || from < to)
        for (const [index, { to }] of history.slice(0, -1).entries())
          assert.ok(to !== undefined && to <= history[index + 1]!.from)
      }),
    )
  })
})
