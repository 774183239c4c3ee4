import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpsReport } from '@cufflink/contracts'
import type { LiveEvent } from '../../../src/app/live/channel.ts'
import { evolveOps, initialOps, windowMs } from '../../../src/app/live/ops-state.ts'

const report = (perSecond: number): OpsReport => ({
  type: 'ops',
  now: 1_772_625_600_000,
  engines: { ledger: 'sqlite', views: 'sqlite' },
  ledgerUp: true,
  viewsUp: true,
  alarms: [],
  gateways: [
    {
      name: 'gateway',
      up: true,
      connections: 1,
      received: 1,
      acknowledged: 1,
      refused: 0,
      notKept: 0,
      duplicates: 0,
      parked: 0,
      inFlight: 0,
      perSecond,
    },
  ],
  partitions: [],
  refusals: [],
  waiting: [],
  moreWaiting: 0,
})

const received = (perSecond: number, atMs: number): LiveEvent<OpsReport> => ({
  type: 'message',
  message: report(perSecond),
  atMs,
})
const lost: LiveEvent<OpsReport> = { type: 'lost', loss: { cause: 'silent' }, atMs: 0 }

test('remembers each gateway’s rate for a minute and no longer', () => {
  let state = initialOps
  for (let second = 0; second <= 90; second += 1) state = evolveOps(state, received(second, second * 1_000))
  assert.ok(state.phase === 'live')
  assert.equal(state.samples.length, 61)
  assert.equal(state.samples[0]?.perSecond.get('gateway'), 30)
  assert.ok(state.samples.every(({ atMs }) => 90_000 - atMs <= windowMs))
})

test('a lost connection keeps the report, marked as stale, and the next report is live with the rates from before', () => {
  const stale = evolveOps(evolveOps(initialOps, received(5, 1_000)), lost)
  assert.ok(stale.phase === 'stale')
  assert.equal(stale.lastMessageMs, 1_000)
  const live = evolveOps(stale, received(6, 4_000))
  assert.ok(live.phase === 'live')
  assert.deepEqual(
    live.samples.map(({ perSecond }) => perSecond.get('gateway')),
    [5, 6],
  )
})

test('a computer clock that was set back leaves no rate in the future', () => {
  const state = evolveOps(evolveOps(initialOps, received(5, 9_000)), received(6, 1_000))
  assert.ok(state.phase === 'live')
  assert.deepEqual(
    state.samples.map(({ atMs }) => atMs),
    [1_000],
  )
})

test('without a report a loss says why', () => {
  assert.deepEqual(evolveOps(initialOps, lost), { phase: 'connecting', loss: { cause: 'silent' } })
})
