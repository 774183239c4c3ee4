import assert from 'node:assert/strict'
import { test } from 'node:test'
import { datesOf, recount } from '@cufflink/contracts/recount'
import { at, raw, reading, retraction } from './ledger.ts'

const NOON = '2026-10-25T16:00:00Z'
const counted = (...records: Parameters<typeof recount>[0]): number =>
  recount(records).get('riverside/ada')?.size ?? 0

test('a reading written ten times counts once', () => {
  const copies = Array.from({ length: 10 }, (_, n) => reading({ n, id: 'same', instant: NOON }))
  assert.equal(counted(...copies), 1)
})

test('a retracted reading does not count, before or after its retraction', () => {
  assert.equal(counted(reading({ n: 0, instant: NOON }), retraction(1, 'r-0')), 0)
  assert.equal(counted(retraction(0, 'r-1'), reading({ n: 1, instant: NOON })), 0)
})

test('a retraction takes nothing from another patient', () => {
  assert.equal(counted(reading({ n: 0, instant: NOON }), retraction(1, 'r-0', 'ben')), 1)
})

test('what is no reading of the patient its key names does not count', () => {
  const fact = JSON.parse(reading({ n: 0, instant: NOON }).text) as { data: { reading: object } }
  const lies = [
    '',
    'null',
    '{"kind":"blood-pr',
    '['.repeat(100_000),
    JSON.stringify({ ...fact, v: 3 }),
    JSON.stringify({ ...fact, tenant: 'elsewhere' }),
    JSON.stringify({ ...fact, data: { ...fact.data, patient: 'ben' } }),
    JSON.stringify({ ...fact, data: { ...fact.data, reading: { ...fact.data.reading, measuredAt: 1e308 } } }),
    JSON.stringify({ ...fact, data: { ...fact.data, reading: { ...fact.data.reading, measuredAt: null } } }),
  ]
  assert.equal(counted(...lies.map((text, n) => raw(n, text))), 0)
  assert.equal(counted(raw(0, JSON.stringify(fact), '')), 0)
})

test('readings fall on the dates of their zone, over the end of daylight saving time too', () => {
  const readings = new Map(
    ['2026-11-01T03:59:00Z', '2026-11-01T04:00:00Z', '2026-11-02T04:59:00Z', '2026-11-02T05:00:00Z'].map(
      (instant) => [instant, { measuredAt: at(instant) }],
    ),
  )
  const newYork = { '2026-10-31': 1, '2026-11-01': 2, '2026-11-02': 1 }
  assert.deepEqual(Object.fromEntries(datesOf(readings, 'America/New_York')), newYork)
  assert.deepEqual(Object.fromEntries(datesOf(readings, 'UTC')), { '2026-11-01': 2, '2026-11-02': 2 })
})
