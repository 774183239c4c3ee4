import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assignmentBody,
  closingBody,
  consentBody,
  instantOfFields,
  orderBody,
  setUpBody,
  visitBody,
} from '../../src/chart/file/file-bodies.ts'
import { episodeAt, isOpen, nextEpisode } from '../../src/chart/file/gates.ts'
import type { ChartFile } from '../../src/chart/parts.ts'
import { file, nowMs } from './fixtures.ts'

const empty: ChartFile = { ...file, consents: [], orders: [], episodes: [], devices: [], visits: [] }

test('the open episode comes before one that is closed, and a new one gets a name of its own', () => {
  const closed = { episode: 'e-2', openedAt: nowMs - 10, closedAt: nowMs - 5 }
  const both: ChartFile = { ...file, episodes: [...file.episodes, closed] }
  assert.equal(episodeAt(both, nowMs)?.episode, 'e-1')
  assert.ok(isOpen(episodeAt(both, nowMs), nowMs))
  assert.equal(nextEpisode(both), 'e-3')
  assert.equal(nextEpisode({ ...file, episodes: [{ ...closed, episode: 'e-2' }] }), 'e-3')
  assert.equal(nextEpisode(empty), 'e-1')
})

const zone = 'America/New_York'
const at = Date.UTC(2026, 2, 4, 14, 30)

test('a field’s date and time are on the practice’s clocks; left empty they are left out', () => {
  assert.equal(instantOfFields({ when: '2026-03-04T09:30' }, zone), at)
  for (const when of [undefined, '', 'soon', '2026-03-04'])
    assert.equal(instantOfFields({ when }, zone), undefined)
  assert.deepEqual(consentBody({ mode: 'written', when: '' }, zone), {
    mode: 'written',
    costShareExplained: false,
  })
  assert.deepEqual(consentBody({ mode: 'verbal', costShare: 'on', when: '2026-03-04T09:30' }, zone), {
    mode: 'verbal',
    costShareExplained: true,
    consentedAt: at,
  })
})

test('a time that the clocks skipped is not sent, and one that they showed twice only with which', () => {
  const assign = (when: string, which?: string) =>
    assignmentBody({ when, which }, { patient: 'p-1', zone }).from
  assert.throws(() => assign('2026-03-08T02:30'), RangeError)
  assert.throws(() => assign('2026-11-01T01:30', ''), RangeError)
  assert.equal(assign('2026-11-01T01:30', 'first'), Date.UTC(2026, 10, 1, 5, 30))
  assert.equal(assign('2026-11-01T01:30', 'second'), Date.UTC(2026, 10, 1, 6, 30))
})

test('an order’s diagnosis is written as ICD-10-CM writes it', () => {
  const order = {
    practitioner: ' dr-duarte ',
    diagnosis: 'e11.9',
    kind: 'blood-glucose',
    readingsPerWeek: '14',
  }
  assert.deepEqual(orderBody(order, zone), {
    practitioner: 'dr-duarte',
    diagnosis: 'E11.9',
    kind: 'blood-glucose',
    readingsPerWeek: 14,
  })
})

test('closure has a reason, set-up perhaps a device, a visit its instant', () => {
  assert.deepEqual(closingBody({ reason: ' goals met ' }, zone), { reason: 'goals met' })
  assert.deepEqual(setUpBody({ device: '' }, zone), {})
  assert.deepEqual(setUpBody({ device: 'dev-1' }, zone), { device: 'dev-1' })
  assert.equal(visitBody({ practitioner: 'dr-duarte' }, zone), undefined)
  assert.deepEqual(visitBody({ practitioner: 'dr-duarte', when: '2026-03-04T09:30' }, zone), {
    visitedAt: at,
    practitioner: 'dr-duarte',
  })
})
