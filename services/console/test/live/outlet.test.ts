import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { follow, outletOf } from '../../src/live/outlet.ts'

/** An outlet whose messages go out when the test says so. */
function slow() {
  const texts: string[] = []
  let release: (() => void) | undefined
  return {
    texts,
    outlet: {
      send(text: string, sent: () => void) {
        assert.equal(release, undefined, 'something is sent before the last has gone out')
        texts.push(text)
        release = sent
      },
    },
    goesOut() {
      const sent = release
      release = undefined
      sent?.()
    },
  }
}

describe('Who follows something that changes', () => {
  function counting() {
    const { texts, outlet, goesOut } = slow()
    const state = { value: 0, told: -1 }
    const follower = follow(
      outlet,
      () => {
        if (state.told === state.value) return undefined
        state.told = state.value
        return { value: state.value }
      },
      () => ({ type: 'pong', version: state.told, now: 0 }),
    )
    return { texts, goesOut, follower, state }
  }

  test('is sent nothing more while something has not gone out, and then the latest alone', () => {
    const { texts, goesOut, follower, state } = counting()
    for (state.value = 1; state.value < 1_000; state.value += 1) follower.wake()
    assert.deepEqual(texts, ['{"value":1}'])
    goesOut()
    assert.deepEqual(texts, ['{"value":1}', '{"value":1000}'])
    goesOut()
    assert.equal(texts.length, 2)
  })

  test('gets one answer to many pings, after the news that it is about', () => {
    const { texts, goesOut, follower, state } = counting()
    follower.wake()
    state.value = 7
    for (let n = 0; n < 100; n += 1) follower.ping()
    for (let n = 0; n < 5; n += 1) goesOut()
    assert.deepEqual(texts, ['{"value":0}', '{"value":7}', '{"type":"pong","version":7,"now":0}'])
  })
})

describe('An outlet on a websocket', () => {
  test('sends what is long in fragments, each after the one before has gone out', () => {
    const frames: { bytes: Buffer; fin: boolean }[] = []
    const waiting: (() => void)[] = []
    const socket = {
      OPEN: 1,
      readyState: 1,
      send(bytes: Buffer, { fin, binary }: { fin: boolean; binary: boolean }, sent: () => void) {
        assert.equal(binary, false)
        frames.push({ bytes, fin })
        waiting.push(sent)
      },
    }
    const text = 'é'.repeat(20_000)
    let sent = 0
    outletOf(socket as never).send(text, () => (sent += 1))
    for (let wanted = 1; wanted <= 3; wanted += 1) {
      assert.equal(frames.length, wanted)
      assert.equal(sent, 0)
      waiting.shift()!()
    }
    assert.equal(sent, 1)
    assert.deepEqual(
      frames.map(({ fin }) => fin),
      [false, false, true],
    )
    assert.equal(Buffer.concat(frames.map(({ bytes }) => bytes)).toString(), text)
  })

  test('says nothing more on a socket that was closed meanwhile', () => {
    let release: (() => void) | undefined
    let frames = 0
    const socket = {
      OPEN: 1,
      readyState: 1,
      send(_bytes: Buffer, _options: object, sent: () => void) {
        frames += 1
        release = sent
      },
    }
    outletOf(socket as never).send('x'.repeat(50_000), () => assert.fail('it was sent'))
    socket.readyState = 2
    release!()
    assert.equal(frames, 1)
  })
})
