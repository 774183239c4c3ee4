import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Assignment } from '@cufflink/contracts'
import fc from 'fast-check'
import { handOver, othersFrom } from '../../src/api/assignments.ts'

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

  test('keeps everybody who had it, with no length where it was someone else’s all along, and none over another', () => {
    fc.assert(
      fc.property(handOvers, (given) => {
        const history = after(given)
        assert.equal(history.length, given.length)
        for (const { from, to } of history) assert.ok(to === undefined || from <= to)
        const lasting = history.filter(({ from, to }) => from !== to)
        for (const [index, { to }] of lasting.slice(0, -1).entries())
          assert.ok(to !== undefined && to <= lasting[index + 1]!.from)
      }),
    )
  })

  test('asks when another has it then or later, not when it was given back', () => {
    const history = after([
      { patient: 'a', from: 10 },
      { patient: 'b', from: 20 },
    ])
    const others = (patient: string, from: number) =>
      othersFrom(history, { patient, from }).map((one) => one.patient)
    assert.deepEqual(others('c', 15), ['a', 'b'])
    assert.deepEqual(others('c', 20), ['b'])
    assert.deepEqual(others('b', 30), [])
    assert.deepEqual(others('a', 5), ['b'])
    assert.deepEqual(othersFrom(handOver(history, { patient: 'c', from: 5 }), { patient: 'c', from: 30 }), [])
  })
})
