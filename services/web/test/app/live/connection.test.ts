import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Link, Verdict } from '../../../src/app/live/connection.ts'
import { answerMs, keepConnected } from '../../../src/app/live/connection.ts'
import type { Loss } from '../../../src/app/live/loss.ts'
import { fakeWorld } from './fake-world.ts'

const quietMs = 20_000

const open = (t: TestContext, link: Partial<Link> = {}) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const fake = fakeWorld()
  const losses: Loss[] = []
  const connection = keepConnected(
    {
      path: '/live/ops',
      quietMs,
      onText: (text) => text as Verdict, // the test's server says what the page makes of it
      onLost: (loss) => losses.push(loss),
      ...link,
    },
    fake.world,
  )
  return { ...fake, losses, connection, pass: (ms: number) => t.mock.timers.tick(ms) }
}

const accident = { code: 1006, reason: '' }

test('dials again after a close, waiting longer each time', (t) => {
  const { last, sockets, pass, losses } = open(t)
  for (const waitMs of [250, 500, 1_000, 2_000, 2_500, 2_500]) {
    const dialled = sockets.length
    last().closed(accident)
    pass(waitMs - 1)
    assert.equal(sockets.length, dialled)
    pass(1)
    assert.equal(sockets.length, dialled + 1)
  }
  assert.ok(losses.every(({ cause }) => cause === 'unreachable'))
})

test('a connection that opens but says nothing of use does not shorten the wait; one understood message does', (t) => {
  const { last, sockets, pass } = open(t)
  last().closed(accident)
  pass(250)
  last().opened()
  last().closed(accident)
  pass(499)
  assert.equal(sockets.length, 2)
  pass(1)
  last().opened()
  last().received('understood')
  last().closed(accident)
  pass(250)
  assert.equal(sockets.length, 4)
})

test('a message that cannot be read ends the connection and says so', (t) => {
  const { last, sockets, losses, pass } = open(t)
  last().opened()
  last().received('unreadable')
  assert.deepEqual(losses, [{ cause: 'unreadable' }])
  assert.ok(last().isClosed)
  pass(250)
  assert.equal(sockets.length, 2)
})

test('bytes are no message', (t) => {
  const { last, losses } = open(t)
  last().opened()
  last().received(new ArrayBuffer(4))
  assert.deepEqual(losses, [{ cause: 'unreadable' }])
})

test('a server’s refusal is told with its reason', (t) => {
  const { last, losses, pass } = open(t)
  last().opened()
  last().closed({ code: 4404, reason: 'There is no such practice.' })
  pass(250)
  last().closed({ code: 1008, reason: '' })
  assert.deepEqual(losses, [
    { cause: 'refused', reason: 'There is no such practice.' },
    { cause: 'refused', reason: 'close code 1008' },
  ])
})

test('a quiet line without a probe is lost', (t) => {
  const { last, losses, pass } = open(t)
  last().opened()
  pass(quietMs - 1)
  last().received('understood')
  pass(quietMs - 1)
  assert.deepEqual(losses, [])
  pass(1)
  assert.deepEqual(losses, [{ cause: 'silent' }])
})

test('a quiet line is probed: an answer keeps it, none loses it, and what is ignored is no answer', (t) => {
  const { last, losses, pass } = open(t, { probe: 'are you there' })
  last().opened()
  pass(quietMs)
  assert.deepEqual(last().sent, ['are you there'])
  last().received('understood')
  pass(quietMs)
  assert.deepEqual(last().sent, ['are you there', 'are you there'])
  last().received('ignored')
  pass(answerMs)
  assert.deepEqual(losses, [{ cause: 'silent' }])
})

test('what must be answered and is not, in time, loses the line; the first question sets the time', (t) => {
  const { last, losses, connection, pass } = open(t, { answerWithinMs: 5_000 })
  last().opened()
  connection.ask('resume')
  pass(4_000)
  connection.ask('resume')
  pass(999)
  assert.deepEqual(losses, [])
  pass(1)
  assert.deepEqual(losses, [{ cause: 'silent' }])
})

test('an answer in time keeps the line', (t) => {
  const { last, losses, connection, pass } = open(t, { answerWithinMs: 5_000 })
  last().opened()
  connection.ask('resume')
  pass(4_999)
  last().received('understood')
  pass(5_000)
  assert.deepEqual(losses, [])
})

test('a server that never accepts is given up', (t) => {
  const { last, sockets, losses, pass } = open(t)
  pass(answerMs)
  assert.ok(last().isClosed)
  assert.deepEqual(losses, [{ cause: 'unreachable' }])
  pass(250)
  assert.equal(sockets.length, 2)
})

test('a page that wakes dials at once', (t) => {
  const { last, sockets, signals } = open(t)
  last().closed(accident)
  signals.wake()
  assert.equal(sockets.length, 2)
})

test('a page that wakes on an old silence probes at once, on a fresh one it does not', (t) => {
  const { last, signals, pass } = open(t, { probe: 'are you there' })
  last().opened()
  signals.wake()
  assert.deepEqual(last().sent, [])
  pass(6_000)
  signals.wake()
  assert.deepEqual(last().sent, ['are you there'])
})

test('a network that goes is a loss at once', (t) => {
  const { last, losses, signals } = open(t)
  last().opened()
  signals.sleep()
  assert.deepEqual(losses, [{ cause: 'offline' }])
})

test('a socket that was given up is not listened to', (t) => {
  const texts: string[] = []
  const { sockets, losses, signals } = open(t, {
    onText: (text) => {
      texts.push(text)
      return 'understood'
    },
  })
  sockets[0]?.opened()
  signals.sleep()
  signals.wake()
  sockets[0]?.received('late')
  sockets[0]?.closed(accident)
  assert.deepEqual(texts, [])
  assert.equal(losses.length, 1)
})

test('a closed connection dials no more and leaves nothing behind', (t) => {
  const { last, sockets, watchers, connection, losses, pass } = open(t)
  last().opened()
  connection.close()
  last().closed(accident)
  pass(60_000)
  assert.ok(last().isClosed)
  assert.equal(sockets.length, 1)
  assert.equal(watchers(), 0)
  assert.deepEqual(losses, [])
})
