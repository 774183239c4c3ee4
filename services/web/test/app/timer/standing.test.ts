import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bannerOf, secondsUntil, standingOf } from '../../../src/app/timer/standing.ts'
import type { WorkShown } from '../../../src/app/timer/work.ts'
import { initialWork } from '../../../src/app/timer/work-state.ts'
import { chart, ending, running } from './fake-work.ts'

const work = (more: Partial<WorkShown>): WorkShown => ({
  ...initialWork.shown,
  link: 'live',
  on: chart('a'),
  ...more,
})
const atWork = { timer: running('a'), zeroAtMs: 0 }

test('says how the timer stands', () => {
  assert.equal(standingOf(work(atWork)), 'running')
  assert.equal(standingOf(work({ ...atWork, stopsAtMs: 9 })), 'warning')
  assert.equal(standingOf(work({ ...atWork, link: 'lost' })), 'lost')
  assert.equal(standingOf(work({ ended: ending('a', 'idle') })), 'paused')
  assert.equal(standingOf(work({ ended: ending('a', 'moved') })), 'paused')
  assert.equal(standingOf(work({ ended: ending('a', 'lost') })), 'lost')
  assert.equal(standingOf(work({ ended: ending('a', 'stopped') })), 'idle')
  assert.equal(standingOf(work({})), 'idle')
})

test('of a chart that was left nothing is said any more', () => {
  const left = work({ on: undefined, ended: ending('a', 'idle') })
  assert.equal(standingOf(left), 'idle')
  assert.equal(bannerOf(left, 0), undefined)
  assert.equal(bannerOf(work({ ended: ending('b', 'idle') }), 0), undefined)
})

test('the banner tells what was not the person’s own doing', () => {
  const kinds = (['idle', 'lost', 'moved', 'signed-out', 'stopped', 'left'] as const).map((reason) =>
    bannerOf(work({ ended: ending('a', reason) }), 0),
  )
  assert.deepEqual(kinds, ['idle', 'lost', 'moved', 'signed-out', undefined, undefined])
  assert.equal(bannerOf(work({ ...atWork, stopsAtMs: 9 }), 0), 'warning')
  assert.equal(bannerOf(work({ refused: 'No.' }), 0), 'refused')
})

test('that a timer went on is said for a while', () => {
  const went = work({ ...atWork, zeroAtMs: 1_000, wentOnAfter: ending('a', 'idle') })
  assert.equal(bannerOf(went, 20_999), 'went on')
  assert.equal(bannerOf(went, 21_000), undefined)
})

test('counts down in whole seconds, to none', () => {
  assert.deepEqual(
    [30_000, 29_001, 1, 0, -5].map((ms) => secondsUntil(ms, 0)),
    [30, 30, 1, 0, 0],
  )
})
