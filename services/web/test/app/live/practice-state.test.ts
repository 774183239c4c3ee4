import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PracticeMessage } from '@cufflink/contracts'
import type { LiveEvent } from '../../../src/app/live/channel.ts'
import type { PracticeState } from '../../../src/app/live/practice-state.ts'
import { evolvePractice, initialPractice } from '../../../src/app/live/practice-state.ts'
import { patch, row, startMs, window } from './fixtures.ts'

const received = (message: PracticeMessage, atMs = 0): LiveEvent<PracticeMessage> => ({
  type: 'message',
  message,
  atMs,
})
const lost: LiveEvent<PracticeMessage> = { type: 'lost', loss: { cause: 'closed' }, atMs: 0 }

const fold = (...events: LiveEvent<PracticeMessage>[]): PracticeState =>
  events.reduce(evolvePractice, initialPractice)

/** Patients in their order, with their counts. */
const shownBy = (state: PracticeState) => {
  assert.ok(state.phase !== 'connecting')
  return state.list.window.rows.map(({ patient, dataDays }) => `${patient} ${dataDays}`)
}

test('a window makes the list live', () => {
  const state = fold(received(window(7, [row('b', 3), row('a', 1)])))
  assert.equal(state.phase, 'live')
  assert.deepEqual(shownBy(state), ['b 3', 'a 1'])
})

test('the next patch replaces its rows where they are, and sets the clock', () => {
  const state = fold(
    received(window(7, [row('b', 3), row('a', 1)])),
    received(patch(8, [row('a', 2)], { now: startMs + 500 }), 9),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual(shownBy(state), ['b 3', 'a 2'])
  assert.deepEqual(state.list.clock, { now: startMs + 500, atMs: 9, rate: 1 })
  assert.equal(state.list.window.version, 8)
})

test('a patch that names the patients orders them, with those who come in and without those who leave', () => {
  const counts = { call: 1, near: 2, missing: 3, working: 4 }
  const state = fold(
    received(window(7, [row('a', 3), row('b', 1)])),
    received(patch(8, [row('c', 5)], { patients: ['c', 'a'], total: 9, matching: 8, counts })),
  )
  assert.deepEqual(shownBy(state), ['c 5', 'a 3'])
  assert.ok(state.phase === 'live')
  const { total, matching, counts: told } = state.list.window
  assert.deepEqual({ total, matching, told }, { total: 9, matching: 8, told: counts })
})

for (const version of [6, 7, 9, 40]) {
  test(`patch ${version} after version 7 is a gap: the list is no longer live and keeps its rows`, () => {
    const state = fold(received(window(7, [row('a', 3)])), received(patch(version, [row('a', 9)])))
    assert.equal(state.phase, 'catching up')
    assert.deepEqual(shownBy(state), ['a 3'])
  })
}

test('a patch that names a patient without a row is a gap', () => {
  const state = fold(received(window(7, [row('a', 3)])), received(patch(8, [], { patients: ['a', 'b'] })))
  assert.equal(state.phase, 'catching up')
})

test('after a gap patches change nothing until a window comes', () => {
  const behind = fold(received(window(7, [row('a', 3)])), received(patch(9, [row('a', 5)])))
  const still = evolvePractice(behind, received(patch(10, [row('a', 6)])))
  assert.equal(still, behind)
  assert.deepEqual(shownBy(evolvePractice(still, received(window(11, [row('a', 6)])))), ['a 6'])
})

test('a pong of the same version says that the list is right, and what time it is', () => {
  const state = fold(
    received(window(7, [row('a', 3)])),
    received({ type: 'pong', version: 7, now: startMs + 25_000 }, 25_000),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual(state.list.clock, { now: startMs + 25_000, atMs: 25_000, rate: 1 })
  assert.deepEqual(shownBy(state), ['a 3'])
})

test('a pong of another version is a gap', () => {
  const pong = received({ type: 'pong', version: 8, now: startMs })
  const behind = fold(received(window(7, [row('a', 3)])), pong)
  assert.equal(behind.phase, 'catching up')
  assert.equal(evolvePractice(behind, pong), behind)
  assert.equal(evolvePractice(initialPractice, pong), initialPractice)
})

test('a lost connection keeps the list, marked as stale, and no patch makes it live', () => {
  const stale = fold(received(window(7, [row('a', 3)])), lost)
  assert.equal(stale.phase, 'stale')
  const state = evolvePractice(stale, received(patch(8, [row('a', 4)])))
  assert.equal(state.phase, 'catching up')
  assert.deepEqual(shownBy(state), ['a 3'])
})

test('a window after a reconnect replaces the list and is live', () => {
  const state = fold(
    received(window(7, [row('a', 3), row('gone')])),
    lost,
    received(window(1, [row('a', 5)])),
  )
  assert.equal(state.phase, 'live')
  assert.deepEqual(shownBy(state), ['a 5'])
})

test('without a list a loss says why, and a patch is ignored', () => {
  assert.deepEqual(fold(lost), { phase: 'connecting', loss: { cause: 'closed' } })
  assert.equal(fold(received(patch(1, [row('a')]))), initialPractice)
})

test('only a count that went up in a patch is marked as risen, and stays marked while it is in the window', () => {
  const risen = fold(
    received(window(1, [row('up', 3), row('same', 3), row('down', 3)])),
    received(
      patch(2, [row('up', 4), row('same', 3), row('down', 2), row('new', 1)], {
        patients: ['up', 'same', 'down', 'new'],
      }),
      77,
    ),
  )
  assert.ok(risen.phase === 'live')
  assert.deepEqual([...risen.list.rises], [['up', { times: 1, atMs: 77 }]])
  const again = evolvePractice(risen, received(patch(3, [row('up', 5)]), 99))
  assert.ok(again.phase === 'live')
  assert.deepEqual(again.list.rises.get('up'), { times: 2, atMs: 99 })
  const moved = evolvePractice(again, received(window(4, [row('same', 9)])))
  assert.ok(moved.phase === 'live')
  assert.deepEqual([...moved.list.rises], [])
})

test('days of staff are replaced by those of patches, person by person', () => {
  const day = (clinician: string, seconds: number) => ({
    clinician,
    name: clinician,
    date: '2026-03-04',
    seconds,
  })
  const state = fold(
    received(window(1, [], { staff: [day('ada', 60), day('ben', 5)] })),
    received(patch(2, [], { staff: [day('ben', 65), day('cy', 1)] })),
  )
  assert.ok(state.phase === 'live')
  assert.deepEqual(state.list.window.staff, [day('ada', 60), day('ben', 65), day('cy', 1)])
})
