import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  afterHeartbeat,
  type Due,
  dueOf,
  isLost,
  type Timer,
  untilOf,
  usualLimits,
} from '../../src/timers/timer.ts'
import { sign } from './timers-fixture.ts'

const { heartbeatMs, lostMs, warnMs, idleMs, checkpointMs, leaseMs } = usualLimits
const STARTED = 1_773_770_000_000
const TICK_MS = 500

const fresh: Timer = {
  practice: 'riverside',
  clinician: 'ada',
  patient: 'p-1',
  patientName: 'Patient',
  program: 'RPM',
  category: 'data-review',
  session: 't-1',
  startedAt: STARTED,
  epoch: 1,
  provenMs: 0,
  lastHeartbeatMs: 0,
  checkpointMs: 0,
  warned: false,
}

/** A heartbeat some time after the one before, of someone who last moved so long ago; a client may say anything. */
const beats = fc.array(
  fc.record({
    afterMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    idleMs: fc.oneof(
      fc.integer({ min: -100_000, max: 86_400_000 }),
      fc.double({ min: 0, max: 10_000, noNaN: true }),
    ),
  }),
  { maxLength: 30 },
)

describe('A proof of presence', () => {
  test('never goes back, and never beyond now', () => {
    fc.assert(
      fc.property(beats, (given) => {
        let [timer, now] = [fresh, 0]
        for (const { afterMs, idleMs: idle } of given) {
          now += afterMs
          const next = afterHeartbeat(timer, now, sign(idle))
          assert.ok(next.provenMs >= timer.provenMs)
          assert.ok(next.provenMs <= now)
          assert.equal(next.lastHeartbeatMs, now)
          timer = next
        }
        assert.ok(untilOf(timer) - STARTED <= now, 'more was counted than elapsed')
        assert.ok(Number.isInteger(untilOf(timer)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('is when the person last moved', () => {
    assert.equal(afterHeartbeat(fresh, 60_000, sign(7_000)).provenMs, 53_000)
    assert.equal(afterHeartbeat(fresh, 60_000, sign(70_000)).provenMs, 0)
    assert.equal(afterHeartbeat({ ...fresh, provenMs: 55_000 }, 60_000, sign(7_000)).provenMs, 55_000)
  })

  test('is not later by what its message was late', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(60_000), fc.nat(60_000), (atMs, idle, late) => {
        const { provenMs } = afterHeartbeat(fresh, atMs + late, sign(idle, atMs))
        assert.equal(provenMs, Math.max(0, atMs - idle))
      }),
    )
    // Nor by a stopwatch that goes ahead.
    assert.equal(afterHeartbeat(fresh, 60_000, sign(7_000, 90_000)).provenMs, 53_000)
  })

  test('takes a warning back, and a heartbeat without one does not', () => {
    const warned = { ...fresh, provenMs: 1_000, warned: true }
    assert.equal(afterHeartbeat(warned, 95_000, sign(94_000)).warned, true)
    assert.equal(afterHeartbeat(warned, 95_000, sign(1_000)).warned, false)
  })
})

/** What becomes due, tick by tick, while a person who last moved at `movedMs` sends heartbeats until `heartbeatsUntilMs`. */
function played(movedMs: number, heartbeatsUntilMs: number): { readonly due: Due; readonly atMs: number }[] {
  const happened: { due: Due; atMs: number }[] = []
  let timer = fresh
  for (let now = 0; now < 400_000; now += TICK_MS) {
    if (now % heartbeatMs === 0 && now <= heartbeatsUntilMs)
      timer = afterHeartbeat(timer, now, sign(Math.max(0, now - movedMs)))
    const due = dueOf(timer, now, usualLimits)
    if (due === undefined) continue
    happened.push({ due, atMs: now })
    if (due === 'idle' || due === 'lost') return happened
    timer = due === 'warning' ? { ...timer, warned: true } : { ...timer, checkpointMs: timer.provenMs }
  }
  return happened
}

describe('What is due', () => {
  test('is one warning before the end of someone who is idle, half a minute ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (seconds) => {
        const ends = played(seconds * 1_000, Infinity).filter(({ due }) => due !== 'checkpoint')
        assert.deepEqual(
          ends.map(({ due }) => due),
          ['warning', 'idle'],
        )
        const [warning, idle] = ends.map(({ atMs }) => atMs - seconds * 1_000)
        assert.ok(warning! >= warnMs && warning! < warnMs + TICK_MS)
        assert.ok(idle! >= idleMs && idle! < idleMs + TICK_MS)
      }),
    )
  })

  test('is that it is lost, once it sent no heartbeat for too long, and nothing proves anything after that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (beat) => {
        const heartbeatsUntilMs = beat * heartbeatMs
        const last = played(Infinity, heartbeatsUntilMs).at(-1)!
        assert.equal(last.due, 'lost')
        assert.ok(last.atMs > heartbeatsUntilMs + lostMs && last.atMs <= heartbeatsUntilMs + lostMs + TICK_MS)
        const timer = afterHeartbeat(fresh, heartbeatsUntilMs, sign(0))
        assert.equal(isLost(timer, heartbeatsUntilMs + lostMs, usualLimits), false)
        assert.equal(isLost(timer, heartbeatsUntilMs + lostMs + 1, usualLimits), true)
      }),
    )
  })

  test('is a checkpoint before a proof is older than it may be, and none when nothing new is proven', () => {
    const checkpoints = played(Infinity, Infinity).filter(({ due }) => due === 'checkpoint')
    let before = 0
    for (const { atMs } of checkpoints) {
      assert.ok(atMs - before <= checkpointMs, `${atMs - before} ms after the one before`)
      before = atMs
    }
    assert.ok(checkpoints.length <= Math.ceil(400_000 / (checkpointMs - 2 * heartbeatMs)))
    const still = played(40_000, Infinity).filter(({ due }) => due === 'checkpoint')
    assert.ok(still.length <= 2, `${still.length} checkpoints of 40 s`)
  })

  test('leaves the limits that were promised', () => {
    assert.equal(idleMs, 120_000)
    assert.equal(warnMs, 90_000)
    assert.ok(checkpointMs <= 30_000)
    assert.ok(leaseMs > lostMs, 'no server may give up a timer that its person could still come back to')
  })
})
