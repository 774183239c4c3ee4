import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { follow } from '../../src/app/live/channel.ts'
import { chartChannel } from '../../src/app/live/channels.ts'
import { evolveChart, initialChart } from '../../src/chart/chart-state.ts'
import { fakeWorld } from '../app/live/fake-world.ts'
import { chart } from './fixtures.ts'

test('the latest chart is the state, also when its number is lower: the server may have started again', () => {
  const state = [9, 1].reduce(
    (before, version) => evolveChart(before, { type: 'message', message: chart({ version }), atMs: version }),
    initialChart,
  )
  assert.deepEqual(state, { phase: 'live', chart: chart({ version: 1 }), lastMessageMs: 1 })
})

test('a lost connection keeps the chart, marked as stale; without one it says why', () => {
  const loss = { cause: 'closed' } as const
  assert.deepEqual(evolveChart(initialChart, { type: 'lost', loss, atMs: 1 }), { phase: 'connecting', loss })
  const live = evolveChart(initialChart, { type: 'message', message: chart(), atMs: 1 })
  assert.deepEqual(evolveChart(live, { type: 'lost', loss, atMs: 2 }), {
    phase: 'stale',
    loss,
    chart: chart(),
    lastMessageMs: 1,
  })
})

const openChart = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const fake = fakeWorld()
  const phases: string[] = []
  const of = { practice: 'cedar', patient: 'p-1', month: '2026-03' }
  t.after(follow(chartChannel(of), (state) => phases.push(state.phase), fake.world).close)
  return { ...fake, phases }
}

test('follows a patient’s month, and asks a quiet line whether it lives', (t) => {
  const { last, phases } = openChart(t)
  assert.equal(last().path, '/live/practices/cedar/patients/p-1/months/2026-03')
  last().opened()
  last().received(JSON.stringify(chart()))
  t.mock.timers.tick(25_000)
  assert.deepEqual(last().sent, [JSON.stringify({ type: 'ping' })])
  last().received(JSON.stringify({ type: 'pong', version: chart().version, now: chart().now + 25_000 }))
  t.mock.timers.tick(20_000)
  assert.deepEqual(phases, ['live', 'live'])
  // Of another version something was missed: the line is left, and the next begins with the chart.
  t.mock.timers.tick(5_000)
  last().received(JSON.stringify({ type: 'pong', version: chart().version + 1, now: chart().now }))
  t.mock.timers.tick(10_000)
  assert.deepEqual(phases, ['live', 'live', 'stale'])
})
