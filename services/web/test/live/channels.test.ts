import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { follow } from '../../src/live/channel.ts'
import { practiceChannel } from '../../src/live/channels.ts'
import type { PracticeState } from '../../src/live/practice-state.ts'
import { fakeWorld } from './fake-world.ts'
import { patch, row, snapshot } from './fixtures.ts'

const openPractice = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const fake = fakeWorld()
  const phases: PracticeState['phase'][] = []
  const stop = follow(practiceChannel('cedar'), (state) => phases.push(state.phase), fake.world)
  t.after(stop)
  const say = (message: unknown) => fake.last().received(JSON.stringify(message))
  return { ...fake, phases, say, pass: (ms: number) => t.mock.timers.tick(ms) }
}

const request = JSON.stringify({ type: 'snapshot.request' })
const ping = JSON.stringify({ type: 'ping' })

test('a practice page asks for a snapshot after a gap and is live again when it comes', (t) => {
  const { last, say, phases } = openPractice(t)
  assert.equal(last().path, '/live/practices/cedar')
  last().opened()
  say(snapshot(1, [row('a', 1)]))
  say(patch(3, [row('a', 3)]))
  say(patch(4, [row('a', 4)]))
  assert.deepEqual(last().sent, [request])
  say(snapshot(4, [row('a', 4)]))
  assert.deepEqual(phases, ['live', 'catching up', 'live'])
})

test('a server that only sends patches and never the snapshot is asked whether it lives, then left', (t) => {
  const { last, say, phases, pass } = openPractice(t)
  const socket = last()
  socket.opened()
  say(snapshot(1, [row('a', 1)]))
  for (let version = 3; version < 15; version += 1) {
    say(patch(version, [row('a', version)]))
    pass(3_500)
  }
  assert.deepEqual(socket.sent, [request, ping])
  assert.deepEqual(phases, ['live', 'catching up', 'stale'])
})

test('a message of another shape makes the page stale, and the next connection makes it live', (t) => {
  const { last, say, phases, pass } = openPractice(t)
  last().opened()
  say(snapshot(1, [row('a', 1)]))
  say({ type: 'patch', version: 2, now: 'today', patients: [] })
  pass(250)
  last().opened()
  say(snapshot(9, [row('a', 2)]))
  assert.deepEqual(phases, ['live', 'stale', 'live'])
})
