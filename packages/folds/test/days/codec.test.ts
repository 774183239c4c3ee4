import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type DayReading, type DaysDocument, decodeDays, encodeDays } from '../../src/index.ts'
import { monthEnd, monthStart } from '../invented/arbitrary.ts'

const start = monthStart / 1000
const reading = (changes: Partial<Omit<DayReading, 'userSlot'>> & { userSlot?: number } = {}): DayReading => {
  const second = changes.second ?? start
  const uploadMinute = changes.uploadMinute ?? Math.floor(second / 60)
  return {
    second,
    idHash: 7,
    byId: false,
    clockQuality: 'synced',
    uploadMinute,
    recordedMinute: uploadMinute,
    offset: 5,
    ...changes,
  }
}
const of = (...readings: readonly DayReading[]): DaysDocument => ({
  monthIndex: 681,
  devices: [{ device: 'cuff-1', readings, retractions: [] }],
})
const same = (document: DaysDocument): void => assert.deepEqual(decodeDays(encodeDays(document)), document)

describe('a days document', () => {
  test('holds every time and offset at the edges of its widths', () => {
    for (const step of [
      0,
      1,
      127,
      128,
      255,
      256,
      32_767,
      32_768,
      65_535,
      65_536,
      8_388_607,
      8_388_608,
      16_777_215,
      16_777_216,
      2 ** 29,
      2 ** 30 - 1,
      2 ** 30,
      2 ** 31,
      2 ** 40,
    ]) {
      same(of(reading({ offset: step }), reading({ second: start + 60, offset: 2 * step })))
      same(of(reading({ offset: 2 * step }), reading({ second: start + 60, offset: step })))
      if (step < 2_000_000) same(of(reading(), reading({ second: start + step + 1 })))
      if (step < 2_000_000) same(of(reading(), reading({ second: start + step, idHash: 9 })))
    }
  })

  test('holds every arrival: in the same minute, the next, with the reading before, sooner, and written later', () => {
    const minute = start / 60
    for (const uploadMinute of [minute, minute + 1, minute + 2, minute - 1, minute + 90_000]) {
      for (const later of [0, 1, -1, 5000]) {
        same(
          of(
            reading({ uploadMinute, recordedMinute: uploadMinute + later }),
            reading({ second: start + 61, uploadMinute, recordedMinute: uploadMinute + later }),
          ),
        )
      }
    }
  })

  test('holds the first reading that there could be, and an arrival in the first minute', () => {
    same(of(reading({ idHash: 0 })))
    const early = reading({ second: 300, uploadMinute: 0, recordedMinute: 0 })
    same({ monthIndex: 0, devices: [{ device: 'cuff-1', readings: [early], retractions: [] }] })
    same({ monthIndex: 96_000, devices: [] })
  })

  test('says what comes again in no byte of its own: an upload, a delay, and one of two that take turns', () => {
    const minute = start / 60
    const bytesOfTheLast = (...readings: readonly Partial<DayReading>[]): number => {
      const held = readings.map((changes, offset) =>
        reading({ second: start + offset * 3600, offset, ...changes }),
      )
      same(of(...held))
      return encodeDays(of(...held)).length - encodeDays(of(...held.slice(0, -1))).length
    }
    const after = (lag: number, delay: number) => (_: unknown, hour: number) => ({
      uploadMinute: minute + 60 * hour + lag,
      recordedMinute: minute + 60 * hour + lag + delay,
    })
    const together = { uploadMinute: minute + 5000, recordedMinute: minute + 5003 }
    assert.equal(bytesOfTheLast(together, together, together), 7)
    assert.equal(bytesOfTheLast(...[0, 1, 2].map(after(120, 3))), 7)
    assert.equal(bytesOfTheLast(...[120, 121, 120].map((lag, hour) => after(lag, lag - 117)(lag, hour))), 7)
    assert.equal(bytesOfTheLast(...[0, 1].map(after(0, 0))), 7)
    assert.equal(bytesOfTheLast({}, after(1, 1)(0, 1)), 7)
    assert.equal(bytesOfTheLast({}, after(2, 1)(0, 1)), 8)
    assert.equal(bytesOfTheLast({}, after(2, 2)(0, 1)), 9)
  })

  test('is refused when a reading or a retraction is of another month, out of order, or a device is empty or out of order', () => {
    const last = monthEnd / 1000 - 1
    same(of(reading({ second: last })))
    const retraction = {
      second: last,
      idHash: 2 ** 40 - 1,
      wordHash: 3,
      restored: false,
      recordedMinute: 9,
      offset: 2,
    }
    const withRetractions = (...retractions: readonly (typeof retraction)[]): DaysDocument => ({
      monthIndex: 681,
      devices: [{ device: 'cuff-1', readings: [], retractions }],
    })
    same(withRetractions(retraction))
    const empty = { device: 'a', readings: [], retractions: [] }
    const one = (device: string) => ({ device, readings: [reading()], retractions: [] })
    same({ monthIndex: 681, devices: [one('a'), one('b')] })
    for (const [document, why] of [
      [of(reading({ second: last + 1 })), /a reading is of another month/],
      [of(reading(), reading({ offset: 6 })), /readings are out of order/],
      [withRetractions({ ...retraction, second: last + 1 }), /a retraction is of another month/],
      [withRetractions(retraction, { ...retraction, offset: 1 }), /retractions are out of order/],
      [{ monthIndex: 681, devices: [empty] }, /a device is empty/],
      [{ monthIndex: 681, devices: [one('a'), one('a')] }, /devices are out of order/],
      [{ monthIndex: 681, devices: [one('b'), one('a')] }, /devices are out of order/],
      [{ monthIndex: 96_001, devices: [] }, /its month is out of range/],
    ] as const) {
      assert.throws(() => decodeDays(encodeDays(document)), why)
    }
  })

  test('is refused in an unknown version, cut short at any byte, or with a byte more', () => {
    const bytes = encodeDays(
      of(
        reading(),
        reading({ second: start + 70_000, clockQuality: 'receipt', idHash: 0xffabcdef01, byId: true }),
      ),
    )
    assert.throws(() => decodeDays(bytes.with(0, 6)), /its version is unknown \(byte 1 of/)
    for (let length = 0; length < bytes.length; length += 1)
      assert.throws(() => decodeDays(bytes.subarray(0, length)), /cannot be read/)
    assert.throws(() => decodeDays(new Uint8Array([...bytes, 0])), /goes on after its end/)
    assert.throws(
      () => decodeDays(new Uint8Array([5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80])),
      /too long/,
    )
    assert.throws(() => decodeDays(new Uint8Array([5, 0x80, 0])), /too long/)
  })

  test('holds readings that were named and told a user, in groups, in the order of their seconds', () => {
    const named = { byId: true, idHash: 2 ** 40 - 1 }
    const told = (deviceSecond: number) => ({ ...named, deviceSecond })
    const kinds = [
      { userSlot: 255 },
      {},
      named,
      { userSlot: 0 },
      told(start - 1),
      { ...told(8.64e12), userSlot: 255 },
      { ...told(-8.64e12), userSlot: 0 },
    ]
    const held = [...kinds, ...kinds].map((kind, hour) =>
      reading({ second: start + hour * 3600, offset: hour * 10, ...kind }),
    )
    same(of(...held))
    const bytes = encodeDays(of(reading({ userSlot: 0 }), reading({ second: start + 60, userSlot: 1 })))
    const second = bytes.lastIndexOf(6)
    assert.throws(() => decodeDays(bytes.with(second, 3)), /groups are out of order/)
    assert.throws(() => decodeDays(bytes.with(second + 1, 0)), /a group is empty/)
  })

  test('refuses a device’s name that is not ASCII', () => {
    assert.throws(
      () =>
        encodeDays({ monthIndex: 681, devices: [{ device: 'ü', readings: [reading()], retractions: [] }] }),
      /not ASCII/,
    )
    same({ monthIndex: 681, devices: [{ device: '\u007f', readings: [reading()], retractions: [] }] })
  })

  test('of many devices and readings is written whole', () => {
    const readings = Array.from({ length: 3000 }, (_, index) =>
      reading({ second: start + index * 60, offset: index }),
    )
    same({
      monthIndex: 681,
      devices: ['a', 'b', 'c'].map((device) => ({ device, readings, retractions: [] })),
    })
  })
})
