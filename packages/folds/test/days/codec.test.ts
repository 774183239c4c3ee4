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
    // Six bytes of what differs each time, and one of flags that are others than before.
    assert.equal(bytesOfTheLast(together, together, together, together), 6)
    assert.equal(bytesOfTheLast(...[0, 1, 2].map(after(120, 3))), 6)
    assert.equal(bytesOfTheLast(...[120, 121, 120].map((lag, hour) => after(lag, lag - 117)(lag, hour))), 7)
    assert.equal(bytesOfTheLast(...[0, 1].map(after(0, 0))), 6)
    assert.equal(bytesOfTheLast({}, after(1, 1)(0, 1)), 7)
    assert.equal(bytesOfTheLast({}, after(2, 1)(0, 1)), 8)
    assert.equal(bytesOfTheLast({}, after(2, 2)(0, 1)), 9)
    // One more before every eighth, and so many as the value takes.
    assert.equal(bytesOfTheLast(...Array.from({ length: 9 }, (_, hour) => after(0, 0)(0, hour))), 7)
    const weights = [80, 80.3].map(
      (weightKg): Partial<DayReading> => ({ measurement: { kind: 'body-weight', weightKg } }),
    )
    assert.equal(bytesOfTheLast(...weights), 7)
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
    assert.throws(() => decodeDays(bytes.with(0, 7)), /its version is unknown \(byte 1 of/)
    for (let length = 0; length < bytes.length; length += 1)
      assert.throws(() => decodeDays(bytes.subarray(0, length)), /cannot be read/)
    assert.throws(() => decodeDays(new Uint8Array([...bytes, 0])), /goes on after its end/)
    assert.throws(
      () => decodeDays(new Uint8Array([6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80])),
      /too long/,
    )
    assert.throws(() => decodeDays(new Uint8Array([6, 0x80, 0])), /too long/)
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
    // 16 × (user slot + 1), of readings that are without a value and known by more than their id.
    const second = bytes.lastIndexOf(32)
    assert.throws(() => decodeDays(bytes.with(second, 16)), /groups are out of order/)
    assert.throws(() => decodeDays(bytes.with(second + 1, 0)), /a group is empty/)
  })

  test('is bytes of the layout that the codec says', () => {
    const minute = start / 60
    const cuff: DayReading = {
      second: start + 3600,
      idHash: 0x0102030405,
      byId: true,
      clockQuality: 'receipt',
      clockSecond: start + 3590,
      userSlot: 0,
      uploadMinute: minute + 62,
      recordedMinute: minute + 63,
      offset: 5,
      measurement: {
        kind: 'blood-pressure',
        systolicMmHg: 120,
        diastolicMmHg: 80,
        pulsePerMin: 60,
        irregularPulse: true,
      },
      differs: true,
    }
    const weight = (weightKg: number) => ({ measurement: { kind: 'body-weight', weightKg } as const })
    const glucose = { kind: 'blood-glucose', glucoseMgPerDl: 100.123, meal: 'after' } as const
    // Version, month 681 and one device; its name, groups and no retractions; kind and count; readings. Worked out by hand.
    for (const [readings, hex] of [
      [
        [
          reading({
            second: start + 60,
            idHash: 0x1234,
            clockQuality: 'estimated',
            offset: 4,
            ...weight(80),
          }),
          reading({ second: start + 120, idHash: 0x1235, ...weight(81.5) }),
        ],
        '0100 0202 03 02 3c00 3412 0800 c00c 00 3c00 3512 0200 1e',
      ],
      [[cuff], '0100 1d01 01 9f02 100e 04 0504030201 13 0a00 f001 a001 ec02'],
      [[reading({ measurement: glucose })], '0100 0301 01 8004 0000 0700 0a00 b69c0c 02'],
      [[reading(weight(1 + 2 ** -10))], '0100 0201 01 8008 0000 0700 0a00 000000000004f03f'],
    ] as const) {
      const written = Buffer.from(`06a905 01 06637566662d31 ${hex}`.replaceAll(' ', ''), 'hex')
      assert.equal(Buffer.from(encodeDays(of(...readings))).toString('hex'), written.toString('hex'))
      assert.deepEqual(decodeDays(written), of(...readings))
    }
  })

  test('is refused when flags are told again, or are of a reading that is not there, or a value is not in its first form', () => {
    const weights = [80, 80, 80].map((weightKg, hour) =>
      reading({
        second: start + hour * 3600,
        clockQuality: 'offset',
        offset: hour,
        measurement: { kind: 'body-weight', weightKg },
      }),
    )
    const bytes = encodeDays(of(...weights))
    const others = 15
    assert.deepEqual([...bytes.subarray(others - 2, others + 2)], [2, 3, 1, 1])
    assert.throws(() => decodeDays(bytes.with(others, 9)), /shortest form/)
    const again = [...bytes.subarray(0, others), 3, ...bytes.subarray(others + 1, others + 10), 1]
    assert.throws(
      () => decodeDays(new Uint8Array([...again, ...bytes.subarray(others + 10)])),
      /shortest form/,
    )
    // 80,000 thousandths are 800 tenths.
    const of80 = encodeDays(of(reading({ measurement: { kind: 'body-weight', weightKg: 80.001 } })))
    const value = of80.length - 3
    assert.deepEqual([...of80.subarray(value)], [0x82, 0xe2, 0x09])
    assert.throws(() => decodeDays(of80.with(value, 0x80)), /first form/)
    const meal = encodeDays(of(reading({ measurement: { kind: 'blood-glucose', glucoseMgPerDl: 100 } })))
    assert.throws(() => decodeDays(meal.with(meal.length - 1, 5)), /a meal is unknown/)
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
