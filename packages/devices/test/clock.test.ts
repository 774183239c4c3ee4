import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { measuredAtOf } from '../src/clock.ts'
import { receivedAt } from './arbitrary.ts'

const synced = (measuredAt: number) => ({ measuredAt, clockQuality: 'synced' })
const receipt = { measuredAt: receivedAt, clockQuality: 'receipt' }
const unset = (deviceTime: number) => ({ ...receipt, deviceTime })
const ahead = (deviceTime: number) => ({ measuredAt: receivedAt, clockQuality: 'estimated', deviceTime })
const instant = Date.UTC(2026, 9, 11, 22, 15, 30)

describe('when a reading was measured', () => {
  for (const [given, expected] of [
    [instant, synced(instant)],
    [instant / 1000, synced(instant)],
    [instant + 0.75, synced(instant)],
    ['2026-10-11T22:15:30Z', synced(instant)],
    ['2026-10-11T22:15:30.250Z', synced(instant + 250)],
    ['2026-10-11T22:15:30.250999999Z', synced(instant + 250)],
    ['2026-10-11T18:15:30-04:00', synced(instant)],
    ['2026-10-12T03:45:30+0530', synced(instant)],
    ['2026-10-11T22:15Z', synced(instant - 30_000)],
    [receivedAt + 600_000, synced(receivedAt + 600_000)],
    [undefined, receipt],
    [0, unset(0)],
    [-1, unset(-1000)],
    [86_400, unset(86_400_000)],
    [946_684_800, unset(946_684_800_000)],
    [946_684_800_000, unset(946_684_800_000)],
    ['2000-01-01T00:03:00Z', unset(946_684_980_000)],
    ['1970-01-01T00:00:00Z', unset(0)],
    [Date.UTC(2020, 0, 1) - 1, unset(Date.UTC(2020, 0, 1) - 1)],
    [Date.UTC(2020, 0, 1), synced(Date.UTC(2020, 0, 1))],
    [receivedAt + 600_001, ahead(receivedAt + 600_001)],
    [Date.UTC(2037, 0, 1), ahead(Date.UTC(2037, 0, 1))],
    [99_999_999_999, ahead(99_999_999_999_000)],
    [8_640_000_000_000_000, ahead(8_640_000_000_000_000)],
    [8_640_000_000_000_001, 'PAYLOAD_UNKNOWN'],
    [-8_640_000_000_000, unset(-8_640_000_000_000_000)],
    [-8_640_000_000_001, 'PAYLOAD_UNKNOWN'],
    [1e308, 'PAYLOAD_UNKNOWN'],
    [-1e308, 'PAYLOAD_UNKNOWN'],
    [Number.POSITIVE_INFINITY, 'PAYLOAD_UNKNOWN'],
    [Number.NaN, 'PAYLOAD_UNKNOWN'],
    ['2028-02-29T12:00:00Z', ahead(Date.UTC(2028, 1, 29, 12))],
    ['2026-10-11T22:15:30', 'PAYLOAD_UNKNOWN'],
    ['2026-10-11', 'PAYLOAD_UNKNOWN'],
    ['2026-02-30T00:00:00Z', 'PAYLOAD_UNKNOWN'],
    ['2026-10-11T25:00:00Z', 'PAYLOAD_UNKNOWN'],
    [`${instant}`, synced(instant)],
    [`${instant / 1000}`, synced(instant)],
    ['1.79e12', 'PAYLOAD_UNKNOWN'],
    ['20261011', 'PAYLOAD_UNKNOWN'],
    ['', 'PAYLOAD_UNKNOWN'],
    [null, 'PAYLOAD_UNKNOWN'],
    [true, 'PAYLOAD_UNKNOWN'],
  ] as const) {
    test(`${JSON.stringify(given)} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(measuredAtOf(given, false, { receivedAt }), expected)
    })
  }

  test('believes no instant from long before the device had a patient, for such a clock was never set', () => {
    const given = '2021-01-01T00:07:00Z'
    const told = Date.UTC(2021, 0, 1, 0, 7)
    const from = (since?: number) =>
      measuredAtOf(given, false, { receivedAt, assignments: since === undefined ? [] : [{ from: since }] })
    assert.deepEqual(from(receivedAt - 60_000), unset(told))
    assert.deepEqual(from(told), synced(told))
    // no one has it yet, or not when the reading came in: it waits for the assignment
    assert.deepEqual(from(), synced(told))
    assert.deepEqual(from(receivedAt + 1), synced(told))
  })

  test('believes an instant a month before the first assignment, which may have been typed late', () => {
    const ownedSince = receivedAt - 3_600_000
    const month = 31 * 86_400_000
    const from = (given: number) =>
      measuredAtOf(given, false, { receivedAt, assignments: [{ from: ownedSince }] })
    assert.deepEqual(from(ownedSince - month), synced(ownedSince - month))
    assert.deepEqual(from(ownedSince - month - 1), unset(ownedSince - month - 1))
  })

  test('believes no instant from long after one patient had the device and long before the next, and those in which one had it', () => {
    const day = 86_400_000
    const [returned, given] = [receivedAt - 400 * day, receivedAt - day]
    const assignments = [
      { from: returned - 100 * day, to: returned },
      { from: returned + 300 * day, to: returned + 300 * day },
      { from: given },
    ]
    const from = (instant: number) => measuredAtOf(instant, false, { receivedAt, assignments })
    assert.deepEqual(from(returned - 1), synced(returned - 1))
    assert.deepEqual(from(returned), unset(returned))
    // an assignment that was corrected away says nothing
    assert.deepEqual(from(returned + 290 * day), unset(returned + 290 * day))
    assert.deepEqual(from(given - 31 * day), synced(given - 31 * day))
    // the device came back, and no one has it since
    const back = { receivedAt, assignments: assignments.slice(0, 1) }
    assert.deepEqual(measuredAtOf(returned + day, false, back), synced(returned + day))
  })

  test('says when the device guessed, and not when there is nothing it could have guessed', () => {
    assert.deepEqual(measuredAtOf(instant, true, { receivedAt }), {
      measuredAt: instant,
      clockQuality: 'estimated',
    })
    assert.deepEqual(measuredAtOf(undefined, true, { receivedAt }), receipt)
  })

  test('every instant means the same as a number and as text, in every zone', () => {
    const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: receivedAt })
    const offsets = fc.integer({ min: -56, max: 56 }).map((quarters) => quarters * 15)
    fc.assert(
      fc.property(instants, offsets, (ms, offsetMinutes) => {
        const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1)
        const [hours, minutes] = [Math.abs(offsetMinutes) / 60, Math.abs(offsetMinutes) % 60]
        const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`
        assert.deepEqual(measuredAtOf(`${local}${zone}`, false, { receivedAt }), synced(ms))
        assert.deepEqual(measuredAtOf(ms, false, { receivedAt }), synced(ms))
      }),
    )
  })
})

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
