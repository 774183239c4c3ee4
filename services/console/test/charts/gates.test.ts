import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { enrolmentOf, nativeModel } from '@cufflink/billing'
import type { Fact } from '@cufflink/contracts'
import { gatesOf } from '../../src/charts/gates.ts'

const now = Date.UTC(2026, 2, 4, 17)
const ago = (seconds: number): number => now - seconds * 1000
const patient = 'p-1'
const base = { id: 'x', v: 1, tenant: 'cedar', at: ago(99), by: 'user:ada' } as const
const consent = (consentedAt: number, costShareExplained = true): Fact => ({
  ...base,
  v: 2,
  type: 'consent.recorded',
  data: { patient, consentedAt, mode: 'verbal', takenBy: 'ada', costShareExplained },
})
const withdrawn = (withdrawnAt: number): Fact => ({
  ...base,
  type: 'consent.withdrawn',
  data: { patient, withdrawnAt },
})
const order = (orderedAt: number): Fact => ({
  ...base,
  v: 2,
  type: 'order.recorded',
  data: {
    patient,
    orderedAt,
    practitioner: 'dr-duarte',
    diagnosis: 'I10',
    kind: 'blood-pressure',
    readingsPerWeek: 7,
  },
})
const opened = (episode: string, openedAt: number): Fact => ({
  ...base,
  type: 'episode.opened',
  data: { patient, episode, openedAt },
})
const setUp = (doneAt: number): Fact => ({
  ...base,
  type: 'set-up.done',
  data: { patient, episode: 'e-1', doneAt, doneBy: 'ada' },
})
const closed = (closedAt: number, died?: string): Fact => ({
  ...base,
  v: 2,
  type: 'episode.closed',
  data: { patient, episode: 'e-1', closedAt, reason: 'x', ...(died !== undefined && { died }) },
})
const device = (name: string, from: number, to?: number): Fact => ({
  ...base,
  id: `device-${name}`,
  type: 'device.registered',
  data: {
    device: name,
    model: `Model of ${name}`,
    secretDigest: '0'.repeat(64),
    status: 'active',
    assignments: [{ patient, from, ...(to !== undefined && { to }) }],
  },
})
const whole = [consent(ago(9)), order(ago(8)), opened('e-1', ago(7)), setUp(ago(6)), device('cuff', ago(5))]

function gates(...facts: readonly Fact[]) {
  const file = facts.map((fact, offset) => ({ fact, offset }))
  const known = { models: [nativeModel], staff: new Map(), established: true }
  const enrolment = enrolmentOf(file, { tenant: 'cedar', patient, asOf: now, file: known })
  return gatesOf({ file: file as never, enrolment, now })
}
const marks = (...facts: readonly Fact[]): string =>
  gates(...facts)
    .filter(({ ok }) => ok)
    .map(({ gate }) => gate)
    .join(' ')
const one = (name: string, ...facts: readonly Fact[]) => gates(...facts).find(({ gate }) => gate === name)

describe('The gates of a chart', () => {
  test('all hold with everything on file, and none with nothing', () => {
    assert.equal(marks(...whole), 'consent order episode set-up device')
    assert.equal(marks(), '')
    assert.deepEqual(
      gates().map(({ text }) => text),
      ['not on record', 'not on record', 'none', 'not recorded', 'none assigned'],
    )
  })

  test('do not hold for what has ended, or is dated later', () => {
    assert.equal(marks(...whole, withdrawn(now)), 'order device')
    assert.equal(marks(...whole, closed(ago(1))), 'consent order device')
    assert.equal(
      marks(consent(now + 1000), order(now + 1000), opened('e-1', ago(7)), setUp(now + 1000)),
      'episode',
    )
    assert.equal(marks(device('cuff', ago(5), now), device('scale', now + 1000)), '')
  })

  test('say what is on file, who recorded it and since when', () => {
    assert.deepEqual(one('consent', ...whole), {
      gate: 'consent',
      ok: true,
      at: ago(9),
      by: 'ada',
      text: 'verbal',
    })
    assert.equal(one('consent', consent(ago(9), false))?.text, 'verbal, cost share not explained')
    const ordered = {
      gate: 'order',
      ok: true,
      at: ago(8),
      by: 'dr-duarte',
      text: 'I10, blood pressure, 7 a week',
    }
    assert.deepEqual(one('order', ...whole), ordered)
    assert.equal(one('device', ...whole, device('scale', ago(1)))?.text, 'Model of scale, scale and 1 more')
  })

  test('say what has ended', () => {
    const over = { gate: 'consent', ok: false, at: ago(2), text: 'withdrawn' }
    assert.deepEqual(one('consent', ...whole, withdrawn(ago(2))), over)
    assert.equal(one('consent', ...whole, withdrawn(ago(2)), consent(ago(1)))?.ok, true)
    assert.deepEqual(one('episode', ...whole, closed(ago(1))), {
      gate: 'episode',
      ok: false,
      at: ago(1),
      text: 'closed',
    })
    assert.equal(one('episode', ...whole, closed(ago(1), '2026-03-03'))?.text, 'closed: the patient died')
    assert.equal(one('episode', ...whole, closed(ago(1)), opened('e-2', ago(0)))?.ok, true)
  })
})
