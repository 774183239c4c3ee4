import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatientRow, PracticeMessage } from '@cufflink/contracts'
import fc from 'fast-check'
import type { LiveEvent } from '../../src/live/channel.ts'
import type { PracticeState } from '../../src/live/practice-state.ts'
import { asksForSnapshot, evolvePractice, initialPractice } from '../../src/live/practice-state.ts'
import { patch, row, snapshot, startMs } from './fixtures.ts'

const heard = (message: PracticeMessage, atMs = 0): LiveEvent<PracticeMessage> => ({
  type: 'message',
  message,
  atMs,
})
const lost: LiveEvent<PracticeMessage> = { type: 'lost', loss: { cause: 'closed' }, atMs: 0 }

const fold = (...events: LiveEvent<PracticeMessage>[]): PracticeState =>
  events.reduce(evolvePractice, initialPractice)

const daysOf = (state: PracticeState): Record<string, number> => {
  assert.ok(state.phase !== 'connecting')
  return Object.fromEntries([...state.list.rows].map(([patient, tracked]) => [patient, tracked.row.dataDays]))
}

test('a snapshot makes the list live', () => {
  const state = fold(heard(snapshot(7, [row('a', 3), row('b', 1)])))
  assert.equal(state.phase, 'live')
  assert.deepEqual(daysOf(state), { a: 3, b: 1 })
})

test('the next patch replaces its rows, adds new ones and sets the clock', () => {
  const state = fold(
    heard(snapshot(7, [row('a', 3), row('b', 1)])),
    heard(patch(8, [row('b', 2), row('c', 0)], startMs + 500), 9),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual(daysOf(state), { a: 3, b: 2, c: 0 })
  assert.deepEqual(state.list.clock, { now: startMs + 500, atMs: 9, rate: 1 })
  assert.equal(state.list.version, 8)
})

for (const version of [6, 7, 9, 40]) {
  test(`patch ${version} after version 7 is a gap: the list is no longer live and keeps its rows`, () => {
    const state = fold(heard(snapshot(7, [row('a', 3)])), heard(patch(version, [row('a', 9)])))
    assert.equal(state.phase, 'catching up')
    assert.deepEqual(daysOf(state), { a: 3 })
  })
}

test('a gap asks for a snapshot once, and patches change nothing until it comes', () => {
  const live = fold(heard(snapshot(7, [row('a', 3)])))
  const behind = evolvePractice(live, heard(patch(9, [row('a', 5)])))
  const still = evolvePractice(behind, heard(patch(10, [row('a', 6)])))
  assert.ok(asksForSnapshot(live, behind))
  assert.equal(still, behind)
  assert.ok(!asksForSnapshot(behind, still))
  assert.deepEqual(daysOf(evolvePractice(still, heard(snapshot(10, [row('a', 6)])))), { a: 6 })
})

test('a pong of the same version says that the list is right, and what time it is', () => {
  const state = fold(
    heard(snapshot(7, [row('a', 3)])),
    heard({ type: 'pong', version: 7, now: startMs + 25_000 }, 25_000),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual(state.list.clock, { now: startMs + 25_000, atMs: 25_000, rate: 1 })
  assert.deepEqual(daysOf(state), { a: 3 })
})

test('a pong of another version asks for a snapshot, once', () => {
  const live = fold(heard(snapshot(7, [row('a', 3)])))
  const pong = heard({ type: 'pong', version: 8, now: startMs })
  const behind = evolvePractice(live, pong)
  assert.equal(behind.phase, 'catching up')
  assert.ok(asksForSnapshot(live, behind))
  assert.equal(evolvePractice(behind, pong), behind)
  assert.equal(evolvePractice(initialPractice, pong), initialPractice)
})

test('a lost connection keeps the list, marked as stale', () => {
  const state = fold(heard(snapshot(7, [row('a', 3)])), lost)
  assert.equal(state.phase, 'stale')
  assert.deepEqual(daysOf(state), { a: 3 })
})

test('a stale list does not become live by a patch, not even the next one', () => {
  const stale = fold(heard(snapshot(7, [row('a', 3)])), lost)
  const state = evolvePractice(stale, heard(patch(8, [row('a', 4)])))
  assert.equal(state.phase, 'catching up')
  assert.deepEqual(daysOf(state), { a: 3 })
  assert.ok(asksForSnapshot(stale, state))
})

test('a snapshot after a reconnect replaces the list, drops who has left and is live', () => {
  const state = fold(heard(snapshot(7, [row('a', 3), row('gone')])), lost, heard(snapshot(2, [row('a', 5)])))
  assert.equal(state.phase, 'live')
  assert.deepEqual(daysOf(state), { a: 5 })
})

test('without a list a loss says why, and a patch is ignored', () => {
  assert.deepEqual(fold(lost), { phase: 'connecting', loss: { cause: 'closed' } })
  assert.equal(fold(heard(patch(1, [row('a')]))), initialPractice)
})

test('only a count that went up in a patch is marked as risen', () => {
  const state = fold(
    heard(snapshot(1, [row('up', 3), row('same', 3), row('down', 3)])),
    heard(patch(2, [row('up', 4), row('same', 3), row('down', 2), row('new', 1)]), 77),
  )
  assert.ok(state.phase === 'live')
  const marks = Object.fromEntries(
    [...state.list.rows].map(([id, { rises, roseAtMs }]) => [id, [rises, roseAtMs]]),
  )
  assert.deepEqual(marks, { up: [1, 77], same: [0, undefined], down: [0, undefined], new: [0, undefined] })
})

test('a snapshot that repeats a line keeps its object, so that nothing is drawn again', () => {
  const before = fold(heard(snapshot(1, [row('a', 3), row('b', 1)])))
  const after = evolvePractice(before, heard(snapshot(2, [row('a', 3), row('b', 2)])))
  assert.ok(before.phase === 'live' && after.phase === 'live')
  assert.equal(after.list.rows.get('a'), before.list.rows.get('a'))
  assert.equal(after.list.rows.get('b')?.row.dataDays, 2)
})

test('staff of a snapshot are replaced by those of patches, person by person', () => {
  const day = (clinician: string, seconds: number) => ({
    clinician,
    name: clinician,
    date: '2026-03-04',
    seconds,
  })
  const state = fold(
    heard(snapshot(1, [], { staff: [day('ada', 60), day('ben', 5)] })),
    heard({ ...patch(2, []), staff: [day('ben', 65), day('cy', 1)] }),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual([...state.list.staff.values()], [day('ada', 60), day('ben', 65), day('cy', 1)])
})

test('whatever is lost on the way, a live list is the list that the server had at its version', () => {
  const step = fc.record({
    patient: fc.constantFrom('a', 'b', 'c'),
    days: fc.nat(30),
    fate: fc.constantFrom('delivered', 'delivered', 'dropped', 'disconnected', 'answered'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const server = new Map<string, PatientRow>()
      let state = fold(heard(snapshot(0, [])))
      steps.forEach(({ patient, days, fate }, index) => {
        const changed = row(patient, days)
        server.set(patient, changed)
        if (fate === 'disconnected') state = evolvePractice(state, lost)
        if (fate === 'delivered') state = evolvePractice(state, heard(patch(index + 1, [changed])))
        if (fate === 'answered')
          state = evolvePractice(state, heard(snapshot(index + 1, [...server.values()])))
        if (state.phase !== 'live' || state.list.version !== index + 1) return
        const shown = new Map([...state.list.rows].map(([id, tracked]) => [id, tracked.row]))
        assert.deepEqual(shown, server)
      })
    }),
  )
})
