import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ClockJump,
  createLogger,
  createStopwatch,
  type MachineClocks,
  watchClock,
} from '../src/index.ts'
import { capture } from './capture.ts'

/** A machine whose clocks are moved by hand: time passes, someone sets the clock, the machine sleeps. */
function machine() {
  let [wall, monotonic, boot] = [Date.UTC(2026, 9, 14, 22), 5_000, 900_000]
  const clocks: MachineClocks = { wall: () => wall, monotonic: () => monotonic, sinceBoot: () => boot }
  return {
    clocks,
    pass(ms: number): void {
      wall += ms
      monotonic += ms
      boot += ms
    },
    set(ms: number): void {
      wall += ms
    },
    sleep(ms: number): void {
      wall += ms
      boot += ms
    },
  }
}

function stopwatchOf(own: ReturnType<typeof machine>) {
  const jumps: ClockJump[] = []
  const read = createStopwatch((jump) => jumps.push(jump), own.clocks)
  const zero = read()
  return { jumps, elapsed: () => read() - zero }
}

describe('a stopwatch', () => {
  for (const stepMs of [60_000, -60_000, 365 * 86_400_000, -365 * 86_400_000])
    test(`is not moved by a clock that is set by ${stepMs} ms, and tells of it once`, () => {
      const own = machine()
      const { jumps, elapsed } = stopwatchOf(own)
      own.pass(700)
      own.set(stepMs)
      own.pass(300)
      assert.equal(elapsed(), 1_000)
      own.pass(500)
      assert.equal(elapsed(), 1_500)
      assert.deepEqual(jumps, [{ steppedMs: stepMs, suspendedMs: 0 }])
    })

  test('goes on while the machine is suspended, each time', () => {
    const own = machine()
    const { jumps, elapsed } = stopwatchOf(own)
    for (const night of [1, 2]) {
      own.pass(1_000)
      own.sleep(36_000_000)
      assert.equal(elapsed(), night * 36_001_000)
    }
    own.set(-5_000)
    assert.equal(elapsed(), 72_002_000)
    assert.deepEqual(jumps, [
      { steppedMs: 0, suspendedMs: 36_000_000 },
      { steppedMs: 0, suspendedMs: 36_000_000 },
      { steppedMs: -5_000, suspendedMs: 0 },
    ])
  })

  test('says nothing of a clock that is only adjusted', () => {
    const own = machine()
    const { jumps, elapsed } = stopwatchOf(own)
    for (let second = 0; second < 3_600; second += 1) {
      own.pass(1_000)
      own.set(second % 2 === 0 ? 1 : 40)
      elapsed()
    }
    assert.deepEqual([elapsed(), jumps], [3_600_000, []])
  })
})

test('a process logs once, with a code, that its clock was set', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const own = machine()
  const { lines, destination } = capture()
  const logger = createLogger({ service: 'test', level: 'info', destination })
  watchClock(logger, { onStop: () => undefined }, own.clocks)
  own.set(60_000)
  for (let second = 0; second < 3; second += 1) {
    own.pass(1_000)
    t.mock.timers.tick(1_000)
  }
  assert.deepEqual(
    lines.map((line) => [JSON.parse(line).code, JSON.parse(line).ms]),
    [['CLOCK_STEPPED', 60_000]],
  )
})
