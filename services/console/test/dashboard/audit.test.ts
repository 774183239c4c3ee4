import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadChart } from '@cufflink/charts'
import { devicesAtOnce } from '../../src/dashboard/audit.ts'
import { at, SECOND_MS, zone } from '../charts-fixture.ts'

const patient = 'p-1'
const line = { from: '2026-03-01', to: '2026-03-30', evidence: { zone } }
const [first, end] = [at('2026-03-01', '00:00'), at('2026-03-31', '00:00')]

/** Of a device each: whose it was, from when until when. */
type Span = { readonly from: number; readonly to?: number; readonly patient?: string }
const countOf = (...spans: readonly Span[]): number =>
  devicesAtOnce(
    {
      patient,
      devices: spans.map((span, index) => ({
        device: `cuff-${index}`,
        tenant: 'riverside',
        version: '1',
        model: 'BPM',
        assignments: [{ patient, ...span }],
      })) as unknown as ReadChart['devices'],
    },
    line,
  )

describe('The devices behind a line', () => {
  test('are those that the patient had at once', () => {
    const [before, swapped] = [at('2026-02-20'), at('2026-03-15')]
    assert.equal(countOf(), 0)
    assert.equal(countOf({ from: before }), 1)
    assert.equal(countOf({ from: before }, { from: swapped }), 2)
    assert.equal(countOf({ from: before, to: swapped }, { from: swapped }), 1)
    assert.equal(countOf({ from: before, to: swapped + SECOND_MS }, { from: swapped }), 2)
    assert.equal(countOf({ from: before }, { from: swapped, patient: 'p-2' }), 1)
    assert.equal(countOf({ from: before }, { from: swapped, to: swapped }), 1)
  })

  test('are those of its dates, by the clocks of its zone', () => {
    assert.equal(countOf({ from: first }, { from: end }), 1)
    assert.equal(countOf({ from: first }, { from: end - 1 }), 2)
    assert.equal(countOf({ from: 0, to: first }, { from: 0 }), 1)
    assert.equal(countOf({ from: 0, to: first + 1 }, { from: 0 }), 2)
  })
})
