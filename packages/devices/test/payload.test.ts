import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ReadingSchema } from '@cufflink/contracts'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { decodePayload } from '../src/index.ts'
import {
  bloodPressure,
  bytesOf,
  circumstances,
  compact,
  measurements,
  receivedAt,
  source,
} from './arbitrary.ts'

const isReading = Compile(ReadingSchema)
const decode = (payload: Uint8Array) => decodePayload(source, payload, receivedAt)
const codeOf = (content: unknown): string => {
  const decoded = decode(bytesOf(content))
  return decoded.outcome === 'rejected' ? decoded.code : decoded.outcome
}

describe('any payload', () => {
  test('any bytes end in an outcome', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decode(bytes).outcome))
  })

  test('any JSON ends in an outcome, and what is decoded fits the contract', () => {
    const keys = fc.constantFrom(
      'kind',
      'systolicMmHg',
      'weightKg',
      'measuredAt',
      'recordId',
      '__proto__',
      'constructor',
    )
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('body-weight', 'blood-pressure', 80, 1e308, -0, null),
    )
    const content = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(keys, values),
      fc.array(fc.dictionary(keys, values)),
    )
    fc.assert(
      fc.property(content, (json) => {
        const decoded = decode(bytesOf(json))
        if (decoded.outcome === 'decoded')
          assert.ok(decoded.readings.every((reading) => isReading.Check(reading)))
      }),
    )
  })

  for (const [what, text] of [
    ['100,000 levels of arrays', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['100,000 levels of objects', `${'{"kind":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['NaN', '{"kind":"body-weight","weightKg":NaN}'],
    ['half a document', '{"kind":"body-weight","weig'],
    ['nothing', ''],
    ['a lone surrogate, which is not UTF-8', '\xed\xa0\x80'],
  ] as const) {
    test(`refuses ${what}`, () => {
      const bytes = what.startsWith('a lone')
        ? Uint8Array.from(text, (byte) => byte.charCodeAt(0))
        : Buffer.from(text)
      const decoded = decode(bytes)
      assert.equal(decoded.outcome, 'rejected')
      assert.match(decoded.code, /^PAYLOAD_(NOT_JSON|UNKNOWN)$/)
    })
  }

  test('does not take bytes that are not UTF-8 for some other text', () => {
    const bytes = Uint8Array.from('{"kind":"\xff"}', (byte) => byte.charCodeAt(0))
    assert.deepEqual(decode(bytes), { outcome: 'rejected', code: 'PAYLOAD_NOT_JSON' })
  })

  test('takes the last of duplicate keys, as JSON.parse does, and still checks it', () => {
    const decoded = decode(Buffer.from('{"kind":"body-weight","weightKg":80,"weightKg":9000}'))
    assert.deepEqual(decoded, { outcome: 'rejected', code: 'READING_IMPLAUSIBLE' })
  })
})

describe('the native format', () => {
  test('every valid reading comes out as it was put in', () => {
    fc.assert(
      fc.property(measurements, circumstances, (measured, { measuredAt, recordId, userSlot, clock }) => {
        const measurement = compact(measured)
        const decoded = decode(
          bytesOf({ ...measurement, ...compact({ measuredAt, recordId, userSlot, clock }) }),
        )
        const quality = measuredAt === undefined ? 'receipt' : clock === undefined ? 'synced' : 'estimated'
        const reading = compact({
          device: source.device,
          measuredAt: measuredAt ?? receivedAt,
          gatewayReceivedAt: receivedAt,
          clockQuality: quality,
          measurement: JSON.parse(JSON.stringify(measurement)),
          userSlot,
          recordId,
        })
        const latestTold = measuredAt
        assert.deepEqual(
          decoded,
          compact({ outcome: 'decoded', readings: [reading], refused: [], latestTold }),
        )
        assert.ok(isReading.Check(reading))
      }),
    )
  })

  test('a batch keeps its order', () => {
    const batch = [61.5, 61.6, 61.4].map((weightKg) => ({ kind: 'body-weight', weightKg }))
    const decoded = decode(bytesOf(batch))
    assert.equal(decoded.outcome, 'decoded')
    assert.deepEqual(
      decoded.readings.map(({ measurement }) => measurement),
      batch,
    )
  })

  test('a batch is taken reading by reading: the good ones, and which are not, with why', () => {
    const good = Array.from({ length: 20 }, (_, index) => ({ ...bloodPressure, recordId: `r-${index}` }))
    const batch = good.toSpliced(3, 0, { ...bloodPressure, recordId: 'bad', systolicMmHg: 2047 } as never)
    const decoded = decode(bytesOf([...batch, 'noise']))
    assert.equal(decoded.outcome, 'decoded')
    assert.deepEqual(
      decoded.readings.map(({ recordId }) => recordId),
      good.map(({ recordId }) => recordId),
    )
    assert.deepEqual(decoded.refused, [
      { index: 3, code: 'READING_IMPLAUSIBLE' },
      { index: 21, code: 'PAYLOAD_UNKNOWN' },
    ])
  })

  test('says the latest instant that a clock of the device told', () => {
    const told = [5, 3, 4].map((hour) => ({ ...bloodPressure, measuredAt: Date.UTC(2026, 9, 11, hour) }))
    const latest = (content: unknown) => {
      const decoded = decode(bytesOf(content))
      return decoded.outcome === 'decoded' ? decoded.latestTold : undefined
    }
    assert.equal(latest([...told, bloodPressure]), Date.UTC(2026, 9, 11, 5))
    assert.equal(latest({ ...bloodPressure, measuredAt: receivedAt + 3_600_000 }), receivedAt + 3_600_000)
    assert.equal(latest({ ...bloodPressure, measuredAt: '2000-01-01T00:03:00Z' }), undefined)
  })

  test('takes what is unambiguous: zero bytes at the end, a byte order mark, null for nothing, numbers as text', () => {
    const plain = decode(bytesOf({ ...bloodPressure, recordId: '417', userSlot: 2 }))
    const text = JSON.stringify({ ...bloodPressure, recordId: '417', userSlot: 2 })
    const same = [
      `${text}\0`,
      `${text}\r\n\0\0\0`,
      `\ufeff${text}`,
      JSON.stringify({
        ...JSON.parse(text),
        irregularPulse: null,
        measuredAt: null,
        clock: null,
        battery: null,
      }),
      JSON.stringify({ ...JSON.parse(text), systolicMmHg: '128', diastolicMmHg: '82.0', pulsePerMin: '71' }),
      JSON.stringify({ ...JSON.parse(text), recordId: 417, userSlot: '2' }),
    ]
    for (const sent of same) assert.deepEqual(decode(Buffer.from(sent)), plain, sent)
  })

  test('takes 1,000 readings at once, not 1,001, and not none', () => {
    const many = (count: number) => Array.from({ length: count }, () => bloodPressure)
    assert.equal(codeOf(many(1000)), 'decoded')
    assert.equal(codeOf(many(1001)), 'PAYLOAD_TOO_MANY')
    assert.equal(codeOf([]), 'PAYLOAD_UNKNOWN')
  })

  test('a field no one knows is a payload no one knows', () => {
    fc.assert(
      fc.property(measurements, fc.string(), fc.jsonValue(), (measurement, key, value) => {
        const known = /^(measuredAt|recordId|clock|userSlot|pulsePerMin|irregularPulse|meal)$/
        fc.pre(!known.test(key) && !(key in measurement) && key !== '__proto__' && value !== null)
        assert.equal(codeOf({ ...compact(measurement), [key]: value }), 'PAYLOAD_UNKNOWN')
      }),
    )
    assert.equal(
      decode(Buffer.from('{"kind":"body-weight","weightKg":80,"__proto__":{}}')).outcome,
      'rejected',
    )
  })

  for (const [content, code] of [
    [{ kind: 'steps', count: 9000 }, 'PAYLOAD_UNKNOWN'],
    [[[bloodPressure]], 'PAYLOAD_UNKNOWN'],
    [null, 'PAYLOAD_UNKNOWN'],
    ['128/82', 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, weightKg: 80 }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: '1.28e2' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: '128 ' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: '+128' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: '0x80' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: null }, 'PAYLOAD_UNKNOWN'],
    [{ kind: 'body-weight', weightKg: '12,4' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, recordId: 4.17 }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: 128.5 }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, irregularPulse: 1 }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, userSlot: 256 }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, recordId: '' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, recordId: 'x'.repeat(61) }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, clock: 'synced' }, 'PAYLOAD_UNKNOWN'],
    [{ kind: 'blood-glucose', glucoseMgPerDl: 110, meal: 'lunch' }, 'PAYLOAD_UNKNOWN'],
    [{ ...bloodPressure, systolicMmHg: 301 }, 'READING_IMPLAUSIBLE'],
    [{ ...bloodPressure, systolicMmHg: 1e308 }, 'READING_IMPLAUSIBLE'],
    [{ ...bloodPressure, diastolicMmHg: 14 }, 'READING_IMPLAUSIBLE'],
    [{ ...bloodPressure, diastolicMmHg: 128 }, 'READING_IMPLAUSIBLE'],
    [{ ...bloodPressure, pulsePerMin: 19 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'body-weight', weightKg: 6226 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'body-weight', weightKg: 0 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'blood-glucose', glucoseMgPerDl: 6.1 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'blood-glucose', glucoseMgPerDl: 12.4 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'blood-glucose', glucoseMgPerDl: 19 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'blood-glucose', glucoseMgPerDl: 33.3 }, 'READING_IMPLAUSIBLE'],
    [{ ...bloodPressure, systolicMmHg: 17.1, diastolicMmHg: 10.9 }, 'READING_IMPLAUSIBLE'],
    [{ kind: 'body-weight', weightKg: 80_000 }, 'READING_IMPLAUSIBLE'],
  ] as const) {
    test(`refuses ${JSON.stringify(content).slice(0, 90)} as ${code}`, () =>
      assert.equal(codeOf(content), code))
  }

  test('takes the least that a meter of glucose shows', () => {
    for (const glucoseMgPerDl of [20, 33, 34.5])
      assert.equal(codeOf({ kind: 'blood-glucose', glucoseMgPerDl }), 'decoded')
  })

  test('a number too large for JavaScript is implausible, not an accident', () => {
    const decoded = decode(Buffer.from('{"kind":"body-weight","weightKg":1e999}'))
    assert.deepEqual(decoded, { outcome: 'rejected', code: 'READING_IMPLAUSIBLE' })
  })
})
