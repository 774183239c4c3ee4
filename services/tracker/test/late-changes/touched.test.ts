import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, FactOf, FactType } from '@cufflink/contracts'
import { isTouched, lateMarks, touchedBy } from '../../src/late-changes/touched.ts'

const DAY_MS = 86_400_000
const MARCH_10 = Date.UTC(2026, 2, 10, 12)

/** What a fact of p-1 marks, with what of the name comes after the patient. */
function marks<Type extends FactType>(type: Type, at: number, data: Partial<FactOf<Type>['data']>): string[] {
  const fact = { id: 'x', type, v: 1, tenant: 't', at, by: 'user:x', data: { patient: 'p-1', ...data } }
  return lateMarks(fact as unknown as Fact).map((name) => {
    assert.ok(name.startsWith('t/p-1/'))
    return name.slice('t/p-1/'.length)
  })
}

const reading = (measuredAt: number, clockQuality = 'synced') =>
  ({ reading: { measuredAt, clockQuality } }) as never

test('a fact that tells of a time long ago marks its month; one of these days marks nothing', () => {
  const late = MARCH_10 + 3 * DAY_MS
  assert.deepEqual(marks('reading.recorded', late, reading(MARCH_10)), ['2026-03'])
  assert.deepEqual(marks('reading.recorded', late - 1, reading(MARCH_10)), [])
  assert.deepEqual(marks('reading.retracted', late, { measuredAt: MARCH_10 }), ['2026-03'])
  assert.deepEqual(marks('interaction.recorded', late, { startedAt: MARCH_10 }), ['2026-03'])
  assert.deepEqual(marks('note.written', late, { notedAt: MARCH_10 }), [])
})

test('time marks also those whose time it may trim, in each month that a correction touches', () => {
  const april = Date.UTC(2026, 3, 1, 1)
  assert.deepEqual(marks('time.voided', MARCH_10 + 3 * DAY_MS, { startedAt: MARCH_10 }), [
    '2026-03',
    '2026-03/beside',
  ])
  const moved = { startedAt: april - 2 * 3_600_000, from: april, until: april + 1 }
  assert.deepEqual(marks('time.amended', april + 4 * DAY_MS, moved), [
    '2026-03',
    '2026-03/beside',
    '2026-04',
    '2026-04/beside',
  ])
})

test('what a person puts on file, and a late reading whose date is not known, mark every line', () => {
  const soon = MARCH_10 + 1
  assert.deepEqual(marks('consent.withdrawn', soon, { withdrawnAt: MARCH_10 }), ['all'])
  assert.deepEqual(marks('visit.voided', soon, {}), ['all'])
  assert.deepEqual(marks('reading.recorded', MARCH_10 + 9 * DAY_MS, reading(MARCH_10, 'unsynced')), ['all'])
})

test('a line that is locked, decided about or told of is compared once; what else becomes of it is no reason', () => {
  const line = { code: '99454', from: '2026-03-05', to: '2026-04-03' }
  assert.deepEqual(marks('claim.locked', MARCH_10, line), ['2026-04'])
  assert.deepEqual(marks('claim.decided', MARCH_10, line as never), ['2026-04'])
  assert.deepEqual(marks('claim.differs', MARCH_10, line as never), ['2026-04'])
  for (const type of ['claim.settled', 'claim.submitted', 'claim.unlocked'] as const)
    assert.deepEqual(marks(type, MARCH_10, line as never), [])
})

test('marks of a patient say together which windows are touched: a day around an instant in any zone', () => {
  const touched = touchedBy(['t/p-1/2026-04', 't/p-1/2026-02/beside'])
  assert.deepEqual(touched, {
    tenant: 't',
    patient: 'p-1',
    months: new Set(['2026-04']),
    all: false,
    beside: new Set(['2026-02']),
  })
  const window = (from: string, to: string): boolean => isTouched({ from, to }, touched)
  assert.ok(window('2026-03-05', '2026-04-03'))
  assert.ok(window('2026-03-01', '2026-03-31'))
  assert.ok(window('2026-05-01', '2026-05-30'))
  assert.ok(!window('2026-03-01', '2026-03-29'))
  assert.ok(!window('2026-05-02', '2026-05-31'))
  assert.ok(isTouched({ from: '2020-01-01', to: '2020-01-30' }, touchedBy(['t/p-1/all'])))
})
