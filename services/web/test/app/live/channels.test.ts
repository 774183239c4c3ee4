import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { follow } from '../../../src/app/live/channel.ts'
import { practiceChannel } from '../../../src/app/live/channels.ts'
import type { PracticeState } from '../../../src/app/live/practice-state.ts'
import { firstView } from '../../../src/worklist/list-view.ts'
import { requestText } from '../../../src/worklist/window-request.ts'
import { fakeWorld } from './fake-world.ts'
import { patch, row, window } from './fixtures.ts'

const openPractice = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const fake = fakeWorld()
  const phases: PracticeState['phase'][] = []
  const { ask, close } = follow(practiceChannel('cedar'), (state) => phases.push(state.phase), fake.world)
  t.after(close)
  const say = (message: unknown) => fake.last().received(JSON.stringify(message))
  return { ...fake, phases, ask, say, pass: (ms: number) => t.mock.timers.tick(ms) }
}

/** What the server sends without being asked. */
const request = requestText({ ...firstView, first: 0, count: 100 })
const ping = JSON.stringify({ type: 'ping' })
const other = requestText({ ...firstView, search: 'ng', first: 0, count: 100 })

test('a practice page asks for its window again after a gap and is live again when it comes', (t) => {
  const { last, say, phases } = openPractice(t)
  assert.equal(last().path, '/live/practices/cedar')
  last().opened()
  say(window(1, [row('a', 1)]))
  say(patch(3, [row('a', 3)]))
  say(patch(4, [row('a', 4)]))
  assert.deepEqual(last().sent, [request])
  say(window(5, [row('a', 4)]))
  assert.deepEqual(phases, ['live', 'catching up', 'live'])
})

test('a server that only sends patches and never the window is asked whether it lives, then left', (t) => {
  const { last, say, phases, pass } = openPractice(t)
  const socket = last()
  socket.opened()
  say(window(1, [row('a', 1)]))
  for (let version = 3; version < 15; version += 1) {
    say(patch(version, [row('a', version)]))
    pass(3_500)
  }
  assert.deepEqual(socket.sent, [request, ping])
  assert.deepEqual(phases, ['live', 'catching up', 'stale'])
})

test('a page asks for another window once, and again on each new connection', (t) => {
  const { last, sockets, ask, say, pass } = openPractice(t)
  ask(other)
  last().opened()
  say(window(1, [row('a', 1)]))
  ask(other)
  assert.deepEqual(last().sent, [other])
  last().closed({ code: 1006, reason: '' })
  pass(250)
  assert.equal(sockets.length, 2)
  last().opened()
  assert.deepEqual(last().sent, [other])
  say(window(1, [row('a', 1)]))
  ask(request)
  assert.deepEqual(last().sent, [other, request])
})

test('a page that looks at what comes by itself asks for nothing', (t) => {
  const { last, ask, say } = openPractice(t)
  last().opened()
  ask(request)
  say(window(1, [row('a', 1)]))
  assert.deepEqual(last().sent, [])
})

test('a message of another shape makes the page stale, and the next connection makes it live', (t) => {
  const { last, say, phases, pass } = openPractice(t)
  last().opened()
  say(window(1, [row('a', 1)]))
  say({ type: 'patch', version: 2, now: 'today', rows: [] })
  pass(250)
  last().opened()
  say(window(9, [row('a', 2)]))
  assert.deepEqual(phases, ['live', 'stale', 'live'])
})
