import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodePayload, readingIdentity } from '../src/index.ts'
import {
  bloodPressure,
  bytesOf,
  circumstances,
  compact,
  measurements,
  receivedAt,
  source,
} from './arbitrary.ts'

const identityOf = (content: unknown, at = receivedAt, device = source.device): string => {
  const decoded = decodePayload({ ...source, device }, bytesOf(content), at)
  assert.equal(decoded.outcome, 'decoded')
  return readingIdentity(decoded.readings[0] ?? assert.fail('no reading'))
}
const evening = Date.UTC(2026, 9, 11, 22, 15, 30)
const MINUTE = 60_000

describe('the identity of a reading', () => {
  test('is the same whenever it is sent, once the device told a time', () => {
    const sent = { ...bloodPressure, measuredAt: evening }
    assert.equal(identityOf(sent, evening + 1_000), identityOf(sent, evening + 40 * 86_400_000))
    assert.equal(identityOf({ ...sent, measuredAt: '2026-10-11T18:15:30-04:00' }), identityOf(sent))
  })

  test('differs as soon as anything the device said differs', () => {
    const sent = fc.tuple(measurements, circumstances).map(([measurement, { measuredAt, userSlot }]) => ({
      ...compact(measurement),
      ...compact({ measuredAt: measuredAt ?? evening, userSlot }),
    }))
    const canonical = (content: object) =>
      JSON.stringify(Object.entries(JSON.parse(JSON.stringify(content))).sort(([a], [b]) => (a < b ? -1 : 1)))
    fc.assert(
      fc.property(sent, sent, (one, other) => {
        assert.equal(identityOf(one) === identityOf(other), canonical(one) === canonical(other))
      }),
    )
  })

  for (const change of [
    { systolicMmHg: 129 },
    { diastolicMmHg: 83 },
    { pulsePerMin: undefined },
    { irregularPulse: false },
    { userSlot: 0 },
    { measuredAt: evening + 1 },
    { measuredAt: undefined },
  ]) {
    test(`differs by ${JSON.stringify(change, (_, value: unknown) => value ?? 'nothing')}`, () => {
      const sent = { ...bloodPressure, measuredAt: evening }
      assert.notEqual(identityOf({ ...sent, ...change }), identityOf(sent))
    })
  }

  test('differs by the meal and by the glucose', () => {
    const glucose = { kind: 'blood-glucose', glucoseMgPerDl: 110, measuredAt: evening }
    const identities = [glucose, { ...glucose, meal: 'before' }, { ...glucose, meal: 'after' }].map((sent) =>
      identityOf(sent),
    )
    assert.equal(new Set([...identities, identityOf({ ...glucose, glucoseMgPerDl: 110.5 })]).size, 4)
  })

  test('is the record id alone where there is one', () => {
    const named = { ...bloodPressure, measuredAt: evening, recordId: '000417' }
    assert.equal(
      identityOf({ ...named, measuredAt: evening + 86_400_000, systolicMmHg: 140 }),
      identityOf(named),
    )
    assert.notEqual(identityOf({ ...named, recordId: '417' }), identityOf(named))
    assert.notEqual(identityOf(named, receivedAt, 'cuff-0002'), identityOf(named))
  })

  test('is what a clock showed that is ahead, so that a reading sent again is the same', () => {
    const sent = { ...bloodPressure, measuredAt: receivedAt + 86_400_000 }
    assert.equal(identityOf(sent, receivedAt), identityOf(sent, receivedAt + 3_600_000))
    assert.notEqual(identityOf({ ...sent, measuredAt: sent.measuredAt + 1000 }), identityOf(sent))
  })

  test('differs between devices', () => {
    assert.notEqual(identityOf(bloodPressure), identityOf(bloodPressure, receivedAt, 'cuff-0002'))
  })
})

describe('the identity of a reading without a clock', () => {
  test('is the same when it is sent again within the quarter of an hour', () => {
    assert.equal(identityOf(bloodPressure, receivedAt), identityOf(bloodPressure, receivedAt + 14 * MINUTE))
  })

  test('differs in the next quarter: it may be a second measurement', () => {
    assert.notEqual(
      identityOf(bloodPressure, receivedAt),
      identityOf(bloodPressure, receivedAt + 15 * MINUTE),
    )
  })

  test('differs from a reading whose clock says the instant of receipt', () => {
    assert.notEqual(identityOf({ ...bloodPressure, measuredAt: receivedAt }), identityOf(bloodPressure))
  })

  test('never unites readings of two local dates, in any zone there is', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    const dates = fc
      .integer({ min: 0, max: 3650 })
      .map((days) => Temporal.PlainDate.from('2020-01-02').add({ days }))
    fc.assert(
      fc.property(zones, dates, (zone, date) => {
        const midnight = date.toZonedDateTime(zone).epochMilliseconds
        assert.notEqual(identityOf(bloodPressure, midnight - 1), identityOf(bloodPressure, midnight))
      }),
      { numRuns: 2000 },
    )
  })
})
