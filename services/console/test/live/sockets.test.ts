import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { createSockets } from '../../src/live/sockets.ts'

const NOW = 1_773_770_000_000
const PING_MS = 10_000
const SILENT_MS = 30_000
const HOUR_MS = 3_600_000

/** What of a websocket is asked of it. */
function peer({ answers }: { answers: boolean }) {
  const events = new EventEmitter()
  const happened: string[] = []
  const network = { bytesWritten: 0 }
  const socket = {
    bufferedAmount: 0,
    on: events.on.bind(events),
    prependListener: events.prependListener.bind(events),
    removeAllListeners: events.removeAllListeners.bind(events),
    pause: () => void happened.push('paused'),
    close: (code: number, reason: string) => void happened.push(`${code} ${reason}`),
    terminate() {
      happened.push('terminated')
      events.emit('close')
    },
    ping() {
      happened.push('ping')
      if (answers) events.emit('pong')
    },
  }
  return {
    socket: socket as never,
    network,
    happened,
    /** So many bytes were given to the network in all, and so many of them wait. */
    written(bytes: number, unsent: number) {
      network.bytesWritten = bytes
      socket.bufferedAmount = unsent
    },
    emit: (name: string, ...args: unknown[]) => events.emit(name, ...args),
  }
}

let stepMs = 0
/** Goes with the mocked time, and is not moved when the clock is set. */
const stopwatch = () => Date.now() - stepMs

/** No one changes, and no one signs out. */
const accounts = { onChange: () => () => undefined, onSignedOut: () => () => undefined } as never

describe('A websocket of a person', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'Date'], now: NOW }))
  afterEach(() => mock.timers.reset())

  test('is closed when the session has ended, also when the clock is set meanwhile', () => {
    const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
    const { socket, network, happened } = peer({ answers: true })
    sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
    stepMs = 13 * HOUR_MS
    mock.timers.setTime(Date.now() + stepMs)
    mock.timers.tick(HOUR_MS - PING_MS)
    assert.ok(happened.every((one) => one === 'ping'))
    mock.timers.tick(PING_MS)
    assert.equal(happened.at(-1), '1008 SIGN_IN_NEEDED')
    sockets.close()
  })

  test('is given up when its peer answers no ping for 30 s', () => {
    const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
    const { socket, network, happened } = peer({ answers: false })
    sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
    mock.timers.tick(SILENT_MS - 1)
    assert.deepEqual(happened, ['ping', 'ping'])
    mock.timers.tick(1)
    assert.deepEqual(happened, ['ping', 'ping', 'terminated'])
    mock.timers.tick(5 * PING_MS)
    assert.equal(happened.length, 3, 'and is watched no longer')
    sockets.close()
  })

  test('stays as long as some of what waits for it goes out, however much that is, and answers no ping behind it', () => {
    const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
    const { socket, network, happened, written } = peer({ answers: false })
    sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
    for (let each = 1; each <= 60; each += 1) {
      written(50_000_000, 40_000_000 - each)
      mock.timers.tick(PING_MS)
    }
    assert.deepEqual(happened, [])
    mock.timers.tick(SILENT_MS - PING_MS)
    assert.deepEqual(happened, [])
    mock.timers.tick(PING_MS)
    assert.deepEqual(happened, ['terminated'], 'nothing went out for 30 s')
    sockets.close()
  })

  test('that is gone is given up though the network takes what little there is for it', () => {
    const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
    const { socket, network, happened, written } = peer({ answers: false })
    sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
    for (let each = 1; each <= 3; each += 1) {
      written(each * 100, 0)
      mock.timers.tick(PING_MS)
    }
    assert.equal(happened.at(-1), 'terminated')
    sockets.close()
  })

  for (const said of ['message', 'ping'])
    test(`that says more than a page does, each a ${said}, is closed, and what else it says is not looked at`, () => {
      const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
      const { socket, network, happened, emit } = peer({ answers: true })
      let heard = 0
      sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
      ;(socket as EventEmitter).on(said, () => {
        heard += 1
      })
      for (let each = 0; each < 50; each += 1) emit(said)
      assert.deepEqual([heard, happened], [50, []])
      for (let each = 0; each < 5_000; each += 1) emit(said)
      assert.deepEqual(happened, ['1013 MESSAGES_TOO_MANY', 'paused'])
      assert.ok(heard < 1_000, `${heard} were looked at`)
      sockets.close()
    })

  test('that fails is ended, and ends nothing else', () => {
    const sockets = createSockets({ accounts, stopwatch, perPerson: 50 })
    const { socket, network, happened, emit } = peer({ answers: true })
    sockets.hold(socket, { user: 'ada', endsAt: NOW + HOUR_MS, network })
    emit('error', new Error('a frame that is none'))
    assert.deepEqual(happened, ['terminated'])
    sockets.close()
  })
})
