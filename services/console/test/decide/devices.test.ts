import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Assignment, BodyOf } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import fc from 'fast-check'
import * as decide from '../../src/decide/devices.ts'
import { DAY_MS } from '../charts-fixture.ts'
import { asks, NOW, refuses, tenant } from './decide-fixture.ts'

const { handOver, othersFrom } = decide

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

describe('A device', () => {
  const device = (assignments: readonly Assignment[] = []): RegisteredDevice =>
    ({
      device: 'cuff',
      model: 'BPM',
      secretDigest: 'digest',
      status: 'active',
      assignments,
      tenant,
      version: 'cuff-0',
    }) as RegisteredDevice
  const registers = (known?: RegisteredDevice, round = 0) =>
    decide.registerDevice(
      { known, secret: 'secret', secretDigest: 'digest' },
      asks<'registerDevice'>({ device: 'cuff', model: 'BPM', patient: 'a' }, {}, { round }),
    )
  const assigns = (held: readonly Assignment[], body: Partial<BodyOf<'assignDevice'>> = {}) =>
    decide.assignDevice({ device: device(held) }, asks<'assignDevice'>({ patient: 'b', ...body }))
  const ofA = [{ patient: 'a', from: NOW - DAY_MS }]

  test('is the patient’s from now on when it is registered; of a repetition nothing more is written', () => {
    assert.deepEqual(registers().facts[0]?.data, {
      device: 'cuff',
      model: 'BPM',
      secretDigest: 'digest',
      status: 'active',
      assignments: [{ patient: 'a', from: NOW }],
    })
    assert.deepEqual(registers(device()), { facts: [], answer: { device: 'cuff', secret: 'secret' } })
  })

  test('belongs to who had it first', () => {
    refuses(() => registers({ ...device(), tenant: 'lakeside' }), 'DEVICE_TAKEN')
    refuses(() => registers({ ...device(), secretDigest: 'another' }), 'DEVICE_TAKEN')
  })

  test('is given to another patient only when that is said, and never from later on to its own', () => {
    const held = assigns(ofA)
    assert.deepEqual([held.facts, held.refusal?.code], [[], 'DEVICE_HELD'])
    refuses(() => assigns(ofA, { patient: 'a', from: NOW }), 'DEVICE_ASSIGNED_EARLIER')
    refuses(() => assigns([], { from: NOW + DAY_MS }), 'IN_THE_FUTURE')
    const { facts, touches } = assigns(ofA, { move: true })
    const { assignments, replaces } = facts[0]!.data as { assignments: object; replaces: string }
    assert.deepEqual(assignments, [
      { patient: 'a', from: NOW - DAY_MS, to: NOW },
      { patient: 'b', from: NOW },
    ])
    assert.equal(replaces, 'cuff-0')
    // Locked lines are asked about first, whether it is moved or not.
    assert.deepEqual(touches, held.touches)
    assert.deepEqual(touches, [
      { patient: 'b', start: NOW },
      { patient: 'a', start: NOW },
    ])
  })

  test('that is revoked keeps who had it', () => {
    const { facts } = decide.revokeDevice({ device: device(ofA) }, asks<'revokeDevice'>(undefined))
    const { status, assignments } = facts[0]!.data as { status: string; assignments: object }
    assert.deepEqual([status, assignments], ['revoked', ofA])
  })

  test('has readings that are dismissed as far as they came in', () => {
    const dismisses = (waitingEnd: number, through?: number) =>
      decide.dismissReadings(
        { device: device(), waitingEnd },
        asks<'dismissReadings'>({ reason: 'x', ...(through !== undefined && { through }) }),
      ).facts
    assert.deepEqual(dismisses(0), [])
    assert.deepEqual(dismisses(8)[0]?.data, { device: 'cuff', through: 7, reason: 'x' })
    assert.deepEqual(dismisses(8, 3)[0]?.data, { device: 'cuff', through: 3, reason: 'x' })
  })
})
