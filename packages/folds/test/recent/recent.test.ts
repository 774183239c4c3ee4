import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Measurement } from '@cufflink/contracts'
import fc from 'fast-check'
import {
  decodeRecent,
  encodeRecent,
  foldRecent,
  type RecentDocument,
  type ValuesFact,
} from '../../src/index.ts'

const START = Date.UTC(2026, 9, 1)
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const

const measurement: fc.Arbitrary<Measurement> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('blood-pressure' as const),
      systolicMmHg: fc.integer({ min: 30, max: 300 }),
      diastolicMmHg: fc.integer({ min: 15, max: 200 }),
      pulsePerMin: fc.integer({ min: 20, max: 300 }),
      irregularPulse: fc.boolean(),
    },
    { requiredKeys: ['kind', 'systolicMmHg', 'diastolicMmHg'], noNullPrototype: true },
  ),
  fc
    .oneof(
      fc.double({ min: 1, max: 500, noNaN: true }),
      fc.integer({ min: 10, max: 5_000 }).map((tenths) => tenths / 10),
    )
    .map((weightKg) => ({ kind: 'body-weight' as const, weightKg })),
  fc.record(
    {
      kind: fc.constant('blood-glucose' as const),
      glucoseMgPerDl: fc.double({ min: 10, max: 1000, noNaN: true }),
      meal: fc.constantFrom('before' as const, 'after' as const, 'fasting' as const, 'bedtime' as const),
    },
    { requiredKeys: ['kind', 'glucoseMgPerDl'], noNullPrototype: true },
  ),
)

const weight: Measurement = { kind: 'body-weight', weightKg: 80 }

type Drawn = {
  minute: number
  device: string
  clockQuality: (typeof qualities)[number]
  deviceTime?: number
  measurement: Measurement
}
const LAST_TIME_MS = 8_640_000_000_000_000
const drawn: fc.Arbitrary<Drawn> = fc.record(
  {
    minute: fc.integer({ min: 0, max: 400 }),
    device: fc.constantFrom('cuff-1', 'scale_2'),
    clockQuality: fc.constantFrom(...qualities),
    deviceTime: fc.integer({ min: -LAST_TIME_MS, max: LAST_TIME_MS }),
    measurement,
  },
  { requiredKeys: ['minute', 'device', 'clockQuality', 'measurement'], noNullPrototype: true },
)

const envelope = { v: 1, tenant: 't', at: START, by: 'device:cuff-1' } as const
const recorded = ({ minute, device, measurement: value, ...clock }: Drawn, id: string): ValuesFact => {
  const measuredAt = START + minute * 60_000
  const reading = { device, measuredAt, gatewayReceivedAt: measuredAt, ...clock, measurement: value }
  return { ...envelope, id, type: 'reading.recorded', data: { patient: 'p-1', reading } }
}
const retraction = ({ minute, device }: Drawn, readingId: string): ValuesFact => ({
  ...envelope,
  id: `not-${readingId}`,
  type: 'reading.retracted',
  data: { patient: 'p-1', device, measuredAt: START + minute * 60_000, readingId, reason: 'test' },
})

/** Facts with the offsets they would have, in any order, some of them twice. */
const facts = fc
  .array(fc.tuple(drawn, fc.boolean()), { minLength: 1, maxLength: 90 })
  .map((list) =>
    list.flatMap(([one, retracted], index) => [
      { fact: recorded(one, `r-${index}`), offset: 2 * index },
      ...(retracted ? [{ fact: retraction(one, `r-${index}`), offset: 2 * index + 1 }] : []),
    ]),
  )
const shuffled = facts.chain((list) =>
  fc.tuple(
    fc.constant(list),
    fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length, maxLength: 2 * list.length }),
  ),
)

const fold = (list: readonly { fact: ValuesFact; offset: number }[]): RecentDocument =>
  list.reduce<RecentDocument | undefined>(
    (held, { fact, offset }) => foldRecent(held, fact, offset),
    undefined,
  )!

describe('the readings of a month with their values', () => {
  test('are the same for any order and any duplication of the same facts', () => {
    fc.assert(fc.property(shuffled, ([list, mixed]) => assert.deepEqual(fold(mixed), fold(list))))
  })

  test('are all there are, by when they were measured, each once', () => {
    fc.assert(
      fc.property(facts, (list) => {
        const { readings } = fold(list)
        const readingsThere = new Set(list.map(({ fact }) => fact.id.replace('not-', ''))).size
        assert.equal(readings.length, readingsThere)
        const seconds = readings.map(({ second }) => second)
        assert.deepEqual(
          seconds,
          seconds.toSorted((a, b) => a - b),
        )
      }),
    )
  })

  test('are bytes of the layout that the codec says', () => {
    const written = '030106637566662d310221bcc5f6d5065bce69fd080180e209013ceecf69fe0201d0f109'
    const one: Drawn = { minute: 1, device: 'cuff-1', clockQuality: 'estimated', measurement: weight }
    const other: Drawn = { ...one, minute: 2, clockQuality: 'synced' }
    const document = fold([
      { fact: recorded(one, 'r-1'), offset: 4 },
      { fact: recorded({ ...other, measurement: { kind: 'body-weight', weightKg: 81 } }, 'r-2'), offset: 5 },
    ])
    assert.equal(Buffer.from(encodeRecent(document)).toString('hex'), written)
    assert.deepEqual(decodeRecent(Buffer.from(written, 'hex')), document)
  })

  test('keep what each says', () => {
    const one: Drawn = {
      minute: 5,
      device: 'cuff-1',
      clockQuality: 'offset',
      deviceTime: Date.UTC(2000, 0, 1, 0, 7) + 999,
      measurement: { kind: 'blood-pressure', systolicMmHg: 128, diastolicMmHg: 82, irregularPulse: false },
    }
    const document = fold([
      { fact: retraction(one, 'r'), offset: 9 },
      { fact: recorded(one, 'r'), offset: 4 },
    ])
    assert.equal(document.readings.length, 1)
    const [reading] = document.readings
    assert.equal(reading?.retracted, true)
    assert.deepEqual(reading?.recorded, {
      clockQuality: 'offset',
      deviceSecond: Date.UTC(2000, 0, 1, 0, 7) / 1000,
      measurement: one.measurement,
      offset: 4,
    })
  })

  test('of which nothing is new stay the very same document', () => {
    const list = Array.from({ length: 60 }, (_, minute) => ({
      fact: recorded(
        {
          minute,
          device: 'cuff-1',
          clockQuality: 'synced',
          measurement: weight,
        },
        `r-${minute}`,
      ),
      offset: minute,
    }))
    const document = fold(list)
    for (const { fact, offset } of list) assert.equal(foldRecent(document, fact, offset), document)
  })

  test('of which one came again with other values keep the first, and say so', () => {
    const one: Drawn = { minute: 5, device: 'cuff-1', clockQuality: 'synced', measurement: weight }
    const other = { ...one, measurement: { kind: 'body-weight', weightKg: 90 } } as const
    const [first, again, copy] = [one, other, one].map((drawnOne, offset) => ({
      fact: recorded(drawnOne, 'named'),
      offset,
    }))
    assert.ok(first && again && copy)
    assert.deepEqual(
      fold([first, copy]).readings.map(({ differs }) => differs),
      [false],
    )
    for (const list of [
      [first, again],
      [again, first, copy],
    ]) {
      const document = fold(list)
      assert.deepEqual(
        document.readings.map(({ differs, recorded: held }) => [differs, held?.measurement]),
        [[true, weight]],
      )
      assert.deepEqual(decodeRecent(encodeRecent(document)), document)
    }
  })

  test('know of the oldest of a long month that it was retracted', () => {
    const list = Array.from({ length: 200 }, (_, minute) => ({
      one: { minute, device: 'cuff-1', clockQuality: 'synced', measurement: weight } as const,
      offset: minute,
    }))
    const document = fold(list.map(({ one, offset }) => ({ fact: recorded(one, `r-${offset}`), offset })))
    const { readings } = foldRecent(document, retraction(list[0]!.one, 'r-0'), 200)
    assert.deepEqual([readings.length, readings[0]?.retracted], [200, true])
  })

  test('of which there are none come back from their bytes', () => {
    assert.deepEqual(decodeRecent(encodeRecent({ readings: [] })), { readings: [] })
  })

  test('come back from their bytes, and any bytes are refused or read, never thrown over', () => {
    fc.assert(
      fc.property(facts, (list) => {
        const document = fold(list)
        assert.deepEqual(decodeRecent(encodeRecent(document)), document)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeRecent(bytes)
        } catch (error) {
          assert.match(String(error), /cannot be read/)
        }
      }),
    )
  })
})
