import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { failure } from '@cufflink/contracts'
import fc from 'fast-check'
import { createLogger, type LogFields } from '../src/index.ts'
import { logFields } from '../src/log-fields.ts'
import { capture } from './capture.ts'

const logged = (fields: unknown, message = 'something happened'): string => {
  const { lines, destination } = capture()
  // The point of the test: what reaches the logger in spite of its types.
  createLogger({ service: 'gateway', destination }).info(message, fields as LogFields)
  return lines.join('')
}
const thrownBy = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

// Health data as it could come along: a marker that is found again wherever it is written.
const marker = '7f3a'
const values = fc.oneof(
  fc.string().map((text) => `${marker}${text}`),
  fc.jsonValue().map((value) => ({ [marker]: value })),
  fc.array(fc.constant(marker)),
  fc.constant(`Jane Doe ${marker}`),
)

describe('a log line', () => {
  test('carries the service, the level, the time, the message and the fields', () => {
    const line = JSON.parse(logged({ code: 'PORT_IN_USE', port: 1883, topic: 'readings', partition: 3 }))
    assert.match(line.time, /^\d{4}-\d\d-\d\dT/)
    assert.deepEqual(
      { ...line, time: '' },
      {
        level: 'info',
        time: '',
        service: 'gateway',
        code: 'PORT_IN_USE',
        port: 1883,
        topic: 'readings',
        partition: 3,
        msg: 'something happened',
      },
    )
  })

  test('holds no field that is not listed', () => {
    fc.assert(
      fc.property(fc.string(), values, (field, value) => {
        fc.pre(!(field in logFields) && field !== 'error')
        assert.ok(!logged({ [field]: value, count: 1 }).includes(marker))
      }),
    )
    for (const field of [
      'payload',
      'patient',
      'name',
      'msg',
      'level',
      'time',
      '__proto__',
      'toJSON',
      'err',
    ]) {
      assert.ok(!logged({ [field]: marker }).includes(marker), field)
    }
  })

  test('holds no value of a listed field but of its shape', () => {
    const fields = Object.keys(logFields).filter((field) => field !== 'address' && field !== 'host')
    const records = fc.dictionary(fc.constantFrom(...fields), values)
    fc.assert(fc.property(records, (record) => assert.ok(!logged(record).includes(marker))))
    for (const value of [
      '128/82',
      'Jane Doe',
      'jane.doe@example.org',
      '{"kind":1}',
      'a sentence, with a comma',
      128.5,
    ]) {
      if (typeof value === 'string')
        for (const field of fields) assert.ok(!logged({ [field]: value }).includes(value))
    }
  })

  test('of a child carries its fields, by the same list', () => {
    const { lines, destination } = capture()
    const bindings = { connection: 7, patient: marker } as LogFields
    createLogger({ service: 'gateway', destination }).child(bindings).warn('slow', { ms: 40 })
    const line = JSON.parse(lines[0] ?? '')
    assert.equal(line.connection, 7)
    assert.equal(line.ms, 40)
    assert.ok(!lines[0]?.includes(marker))
  })

  test('below the level is not written', () => {
    const { lines, destination } = capture()
    const logger = createLogger({ service: 'gateway', level: 'warn', destination })
    logger.info('quiet')
    logger.warn('loud')
    assert.equal(lines.length, 1)
  })
})

describe('an error in a log line', () => {
  test('is written without its message, and so are its causes', () => {
    const messages = fc.oneof(
      fc.string(),
      fc.constant('\n    at leak (/x/y.ts:1:1)\n'),
      fc.constant('at\n    at '),
    )
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 8 }), (parts) => {
        const error = parts.reduce<unknown>(
          (cause, part) => new TypeError(`${marker}${part}${marker}`, { cause }),
          new AggregateError([new Error(marker), new RangeError(`\n${marker}`)], marker),
        )
        const line = logged({ error })
        assert.ok(!line.includes(marker) && !line.includes('leak'))
        assert.equal(JSON.parse(line).error.name, 'TypeError')
      }),
    )
  })

  test('does not quote what JSON.parse could not read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const error = thrownBy(() => JSON.parse(`{"systolicMmHg": ${marker}${text}`))
        assert.ok(error instanceof SyntaxError)
        assert.ok(!logged({ error }).includes(marker))
      }),
    )
  })

  test('keeps its name, its code and where it was thrown', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { error: described } = JSON.parse(logged({ error }))
    assert.equal(described.name, 'Error')
    assert.equal(described.code, 'ECONNREFUSED')
    assert.match(described.frames[0], /packages\/runtime\/test\/logger\.test\.ts:\d+:\d+$/)
    assert.doesNotMatch(described.frames[0], /file:|\(|^\//)
  })

  test('of the error table keeps its message, its cause does not', () => {
    const error = failure('PORT_IN_USE', { detail: 'It is port 1883.', cause: new Error(marker) })
    const line = JSON.parse(logged({ error }))
    assert.match(line.error.message, /It is port 1883\.$/)
    assert.equal(line.error.code, 'PORT_IN_USE')
    assert.equal(line.error.cause.name, 'Error')
    assert.ok(!JSON.stringify(line).includes(marker))
  })

  test('that was tampered with gives no frames rather than a part of its message', () => {
    const error = new Error(`${marker}\n    at ${marker} (/tmp/${marker}.ts:1:1)`)
    assert.ok(error.stack?.includes(marker)) // from here on the stack is a text, and keeps the message it was made with
    error.message = 'harmless'
    error.name = `Jane ${marker}`
    assert.ok(!logged({ error: Object.assign(error, { code: marker }) }).includes(marker))
  })

  test('may be anything that was thrown', () => {
    fc.assert(fc.property(fc.anything(), (error) => assert.ok(logged({ error }).endsWith('}\n'))))
    assert.ok(!logged({ error: marker }).includes(marker))
  })

  test('that causes itself ends', () => {
    const error = new Error('round')
    error.cause = error
    assert.ok(logged({ error }).length < 20_000)
  })
})
