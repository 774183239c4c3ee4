import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { DaysDocument } from '../../src/index.ts'
import { countDays, decodeDays, encodeDays, foldDays, monthOfFact } from '../../src/index.ts'
import {
  histories,
  monthStart,
  type Recorded,
  readingFact,
  retractionFact,
  runs,
  shuffled,
} from '../invented/arbitrary.ts'

const fold = (facts: readonly Recorded[]): DaysDocument | undefined =>
  facts.reduce<DaysDocument | undefined>(
    (document, { fact, offset }) => foldDays(document, fact, offset),
    undefined,
  )

const hour = 3_600_000

describe('folding readings', () => {
  test('gives the same bytes for any order and any duplication', () => {
    const drawn = histories.chain((facts) => fc.tuple(fc.constant(facts), shuffled(facts)))
    fc.assert(
      fc.property(drawn, ([facts, again]) => {
        const document = fold(facts)
        if (document === undefined) return
        assert.deepEqual(encodeDays(fold(again) ?? document), encodeDays(document))
      }),
      runs,
    )
  })

  test('keeps the offset of the first of several recordings of one reading', () => {
    const fact = readingFact({ at: monthStart })
    const document = fold([
      { fact, offset: 9 },
      { fact, offset: 4 },
      { fact, offset: 7 },
    ])
    assert.deepEqual(
      document?.devices.map(({ readings }) => readings.map(({ offset }) => offset)),
      [[4]],
    )
  })

  test('returns the very same document when a fact adds nothing', () => {
    for (const clockQuality of ['synced', 'receipt'] as const) {
      const fact = readingFact({ at: monthStart, clockQuality })
      const document = foldDays(undefined, fact, 1)
      for (const offset of [1, 2]) assert.equal(foldDays(document, fact, offset), document)
      const retracted = foldDays(document, retractionFact(fact), 3)
      for (const offset of [3, 4]) assert.equal(foldDays(retracted, retractionFact(fact), offset), retracted)
    }
  })

  test('keeps the values of the first of several recordings, and says where others came with the same id', () => {
    const [first, other] = [80, 90].map((weightKg) =>
      readingFact({
        at: monthStart,
        recordId: 'named',
        id: 'named',
        measurement: { kind: 'body-weight', weightKg },
      }),
    )
    assert.ok(first && other)
    const told = (...facts: readonly Recorded[]): readonly unknown[] | undefined =>
      fold(facts)?.devices.flatMap(({ readings }) =>
        readings.map(({ differs, measurement, offset }) => [differs, measurement, offset]),
      )
    const of = first.data.reading.measurement
    assert.deepEqual(told({ fact: first, offset: 0 }, { fact: first, offset: 1 }), [[undefined, of, 0]])
    for (const facts of [
      [first, other],
      [other, first, first],
    ])
      assert.deepEqual(told(...facts.map((fact): Recorded => ({ fact, offset: fact === first ? 2 : 3 }))), [
        [true, of, 2],
      ])
    const document = fold([
      { fact: first, offset: 0 },
      { fact: other, offset: 1 },
    ])
    assert.equal(foldDays(document, other, 1), document)
  })

  test('keeps what the device’s clock showed, also of a reading that the device named', () => {
    const deviceTime = Date.UTC(2000, 0, 1, 0, 7) + 999
    const shown = [{}, { recordId: 'r' }].map((named) => {
      const [reading] = foldDays(undefined, readingFact({ at: monthStart, deviceTime, ...named }), 1)
        .devices[0]!.readings
      return [reading?.deviceSecond, reading?.clockSecond]
    })
    const second = Date.UTC(2000, 0, 1, 0, 7) / 1000
    assert.deepEqual(shown, [
      [second, undefined],
      [undefined, second],
    ])
  })

  test('takes the vendor’s arrival for the upload, where there is one', () => {
    const fact = readingFact({ at: monthStart, receivedAt: monthStart + 5 * hour })
    const reading = { ...fact.data.reading, vendorReceivedAt: monthStart + hour }
    const uploads = [fact, { ...fact, data: { ...fact.data, reading } }].map(
      (held) => foldDays(undefined, held, 1).devices[0]?.readings[0]?.uploadMinute,
    )
    assert.deepEqual(
      uploads,
      [5, 1].map((hours) => (monthStart + hours * hour) / 60_000),
    )
  })

  test('keeps two readings of one device in the same second apart', () => {
    const facts = ['a', 'b'].map((id, offset) => ({ fact: readingFact({ at: monthStart, id }), offset }))
    const document = fold(facts)
    assert.equal(document && countDays([document], { zone: 'UTC' }).readingsPerDate.get('2026-10-01'), 2)
  })

  test('leaves a retracted reading out, also when the retraction came first', () => {
    const kept = readingFact({ at: monthStart, id: 'kept' })
    const wrong = readingFact({ at: monthStart, id: 'wrong' })
    const document = fold([
      { fact: retractionFact(wrong), offset: 0 },
      { fact: wrong, offset: 1 },
      { fact: kept, offset: 2 },
    ])
    assert.equal(document && countDays([document], { zone: 'UTC' }).readingsPerDate.get('2026-10-01'), 1)
  })

  test('counts a reading without a clock once, however often it is sent, and keeps the first', () => {
    const copies = [0, 3, 30].map((hours, offset) => ({
      fact: readingFact({ at: monthStart + hours * hour, id: 'same', clockQuality: 'receipt' }),
      offset,
    }))
    for (const facts of [copies, copies.toReversed()]) {
      const document = fold(facts)
      assert.ok(document)
      assert.deepEqual([...countDays([document], { zone: 'UTC' }).readingsPerDate], [['2026-10-01', 1]])
    }
    const [, second] = copies
    assert.ok(second)
    const retracted = fold([...copies, { fact: retractionFact(second.fact), offset: 9 }])
    assert.equal(retracted && countDays([retracted], { zone: 'UTC' }).dates, 0)
  })

  test('tells apart two readings without a clock whose ids agree in 24 bits', () => {
    const [one, other] = ['rpm-8740', 'rpm-10666'].map((id, hours) =>
      readingFact({ at: monthStart + hours * 48 * hour, id, clockQuality: 'receipt' }),
    )
    assert.ok(one && other)
    const document = fold([
      { fact: one, offset: 0 },
      { fact: other, offset: 1 },
    ])
    const endings = document?.devices[0]?.readings.map(({ idHash }) => idHash % 2 ** 24)
    assert.equal(endings?.length, 2)
    assert.equal(endings[0], endings[1])
    assert.equal(document && countDays([document], { zone: 'UTC' }).dates, 2)
  })

  test('files a fact under the UTC month of its measurement', () => {
    const last = readingFact({ at: monthStart - 1, receivedAt: monthStart + hour })
    assert.equal(monthOfFact(last), '2026-09')
    assert.equal(monthOfFact(retractionFact(last, monthStart + hour)), '2026-09')
    assert.equal(monthOfFact(readingFact({ at: monthStart })), '2026-10')
    const document = foldDays(undefined, last, 1)
    assert.throws(() => foldDays(document, readingFact({ at: monthStart }), 2), /another month/)
  })
})

describe('the bytes of a days document', () => {
  test('decode to the same document', () => {
    fc.assert(
      fc.property(histories, (facts) => {
        const document = fold(facts)
        if (document) assert.deepEqual(decodeDays(encodeDays(document)), document)
      }),
      runs,
    )
  })

  test('are one for each document: whatever decodes encodes to the same bytes, the rest is refused', () => {
    const mutated = histories
      .filter((facts) => facts.length > 0)
      .chain((facts) =>
        fc.tuple(
          fc.constant(encodeDays(fold(facts) ?? { monthIndex: 0, devices: [] })),
          fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
          fc.nat(3),
        ),
      )
      .map(([bytes, changes, cut]) => {
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        return bytes.subarray(0, bytes.length - cut)
      })
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        let document: DaysDocument
        try {
          document = decodeDays(bytes)
        } catch (error) {
          assert.match(String(error), /A document cannot be read: .* \(byte \d+ of \d+\)/)
          return
        }
        if (bytes[0] !== 4) assert.deepEqual(decodeDays(encodeDays(document)), document)
        else assert.deepEqual(encodeDays(document), Uint8Array.from(bytes))
      }),
      runs,
    )
  })

  describe('take at most 1 KB for a month of four readings a day', () => {
    const minute = 60_000
    const jitter = (index: number, below: number): number => (index * 31_337) % below
    const sizeOf = (
      lagMs: (index: number, at: number) => number,
      delayMs: (index: number) => number,
    ): number => {
      const facts = Array.from({ length: 124 }, (_, index) => {
        const at = monthStart + index * 6 * hour - ((index * 7919) % 3600) * 1000 + hour
        const receivedAt = at + lagMs(index, at)
        return {
          fact: readingFact({
            device: '350123456789012',
            at,
            receivedAt,
            recordedAt: receivedAt + delayMs(index),
            id: `reading-${index}`,
          }),
          offset: 40_000_000 + index * 15_000 + jitter(index, 9000),
        }
      })
      const document = fold(facts)
      assert.ok(document)
      assert.deepEqual(decodeDays(encodeDays(document)), document)
      return encodeDays(document).length
    }
    test('and a quarter more where the device names its readings', () => {
      const facts = Array.from({ length: 124 }, (_, index) => ({
        fact: readingFact({
          at: monthStart + index * 6 * hour,
          id: `reading-${index}`,
          recordId: `${index}`,
        }),
        offset: index * 15_000,
      }))
      const document = fold(facts)
      assert.ok(document)
      const size = encodeDays(document).length
      assert.ok(size <= 1280, `${size} bytes`)
    })

    for (const [what, lagMs, delayMs] of [
      ['uploaded at once', () => 2000, () => 0],
      ['uploaded after ten minutes', () => 10 * minute, () => 0],
      ['uploaded after two hours', () => 2 * hour, () => 0],
      ['uploaded after two hours and up to a minute', (index) => 2 * hour + jitter(index, minute), () => 0],
      ['uploaded after up to ten minutes', (index) => jitter(index, 10 * minute), () => 0],
      ['written three minutes after the upload', () => 2000, () => 3 * minute],
      ['written after up to ten minutes', () => 2000, (index) => jitter(index, 10 * minute)],
      ['uploaded after two hours, written three minutes later', () => 2 * hour, () => 3 * minute],
      [
        'uploaded after two hours, written later, both not to the minute',
        (index) => 2 * hour + jitter(index, minute),
        (index) => 3 * minute + jitter(index + 50, minute),
      ],
      [
        'delivered every five days',
        (index, at) => monthStart + (Math.floor(index / 20) + 1) * 120 * hour - at,
        () => 3 * minute,
      ],
    ] as const satisfies readonly (readonly [
      string,
      (index: number, at: number) => number,
      (index: number) => number,
    ])[]) {
      test(what, () => {
        const size = sizeOf(lagMs, delayMs)
        assert.ok(size <= 1100, `${size} bytes`)
      })
    }
  })
})
