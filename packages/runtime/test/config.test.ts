import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { Type } from 'typebox'
import { configurationTable, describeConfig, loadConfig } from '../src/index.ts'

const Config = Type.Object({
  MQTT_PORT: Type.Integer({
    default: 1883,
    minimum: 0,
    maximum: 65535,
    unit: 'port',
    description: 'Port it takes',
  }),
  IDLE_MS: Type.Number({ default: 1.5, minimum: 0, unit: 'ms', description: 'How long' }),
  TLS: Type.Boolean({ default: false, description: 'Whether' }),
  ENGINE: Type.Enum(['sqlite', 'kafka'], { default: 'sqlite', description: 'Which' }),
  BROKERS: Type.Array(Type.String({ minLength: 3 }), { default: [], description: 'Where' }),
  PORTS: Type.Array(Type.Integer({ minimum: 1 }), { default: [1, 2], description: 'More' }),
  SECRET: Type.Optional(Type.String({ minLength: 8, secret: true, description: 'What no one may see' })),
  URL: Type.Optional(Type.String({ pattern: '^redis://', description: 'An address' })),
})

const folder = mkdtempSync(join(tmpdir(), 'cufflink-config-'))
after(() => rmSync(folder, { recursive: true }))
const fileOf = (content: unknown): string => {
  const path = join(folder, `${Math.random()}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const complaintOf = (env: Record<string, string>, file?: string): string => {
  try {
    loadConfig(Config, { env, ...(file !== undefined && { file }) })
  } catch (error) {
    assert.ok(error instanceof CufflinkError)
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.doesNotMatch(error.message, /\n/)
    return error.message
  }
  return assert.fail('the configuration was taken')
}

describe('loading a configuration', () => {
  test('gives the defaults, frozen, and leaves out what is optional', () => {
    const config = loadConfig(Config, { env: {} })
    assert.deepEqual(config, {
      MQTT_PORT: 1883,
      IDLE_MS: 1.5,
      TLS: false,
      ENGINE: 'sqlite',
      BROKERS: [],
      PORTS: [1, 2],
    })
    assert.ok(Object.isFrozen(config))
  })

  test('makes numbers, truth values and lists of what the environment says', () => {
    const env = {
      MQTT_PORT: '0',
      IDLE_MS: '2e3',
      TLS: 'TRUE',
      ENGINE: 'kafka',
      BROKERS: 'a:9092, b:9092,',
      PORTS: '7',
    }
    const config = loadConfig(Config, { env })
    assert.deepEqual(config, {
      MQTT_PORT: 0,
      IDLE_MS: 2000,
      TLS: true,
      ENGINE: 'kafka',
      BROKERS: ['a:9092', 'b:9092'],
      PORTS: [7],
    })
  })

  test('prefers the environment to the file, the file to the default, and takes an empty variable for none', () => {
    const CUFFLINK_CONFIG = fileOf({ MQTT_PORT: 1, IDLE_MS: 2, TLS: true })
    const config = loadConfig(Config, { env: { CUFFLINK_CONFIG, MQTT_PORT: '3', IDLE_MS: '' } })
    assert.deepEqual([config.MQTT_PORT, config.IDLE_MS, config.TLS, config.ENGINE], [3, 2, true, 'sqlite'])
  })

  test('names every variable that is wrong, what it was and what it must be', () => {
    const message = complaintOf({
      MQTT_PORT: '65536',
      IDLE_MS: 'soon',
      TLS: 'maybe',
      ENGINE: 'pulsar',
      BROKERS: 'a',
    })
    assert.equal(
      message,
      'The configuration is not valid.' +
        ' MQTT_PORT is "65536"; it must be a whole number from 0 to 65535 (port).' +
        ' IDLE_MS is "soon"; it must be a number of at least 0 (ms).' +
        ' TLS is "maybe"; it must be true or false.' +
        ' ENGINE is "pulsar"; it must be one of sqlite, kafka.' +
        ' BROKERS is "a"; it must be a comma-separated list, each text of at least 3 characters.',
    )
  })

  for (const wrong of ['', ' ', '0x50', '1_000', '12 34', 'NaN', 'Infinity', '1.5']) {
    test(`does not take "${wrong}" for a whole number`, () => {
      if (wrong === '') assert.equal(loadConfig(Config, { env: { MQTT_PORT: wrong } }).MQTT_PORT, 1883)
      else assert.match(complaintOf({ MQTT_PORT: wrong }), /MQTT_PORT is .* whole number/)
    })
  }

  test('says that a variable without a default is not set', () => {
    const schema = Type.Object({ STATE_DIR: Type.String({ minLength: 1 }) })
    assert.throws(
      () => loadConfig(schema, { env: {} }),
      /STATE_DIR is not set; it must be text of at least 1 characters/,
    )
  })

  test('never repeats a secret, nor the password of an address', () => {
    assert.match(complaintOf({ SECRET: 'hunter2' }), /SECRET is set to something else; it must be text/)
    assert.doesNotMatch(complaintOf({ SECRET: 'hunter2' }), /hunter2/)
    assert.doesNotMatch(complaintOf({}, fileOf({ SECRET: 'hunter2' })), /hunter2/)
    assert.match(complaintOf({ URL: 'http://me:hunter2@host/0' }), /URL is "http:\/\/…@host\/0"/)
  })

  test('refuses a file with a name it does not know, and says which it may have meant', () => {
    const message = complaintOf({}, fileOf({ MQTT_PROT: 1, COLOUR: 'red' }))
    assert.match(message, /MQTT_PROT in .*\.json is not known here; did you mean MQTT_PORT\?/)
    assert.match(message, /COLOUR in .*\.json is not known here\./)
  })

  test('refuses a file that is not there, is not JSON, or is no object, without repeating it', () => {
    assert.match(complaintOf({}, join(folder, 'nowhere.json')), /cannot be read \(ENOENT\)/)
    assert.match(complaintOf({}, fileOf('{"SECRET": "hunter2" oops')), /is not JSON/)
    assert.doesNotMatch(complaintOf({}, fileOf('{"SECRET": "hunter2" oops')), /hunter2/)
    assert.match(complaintOf({}, fileOf([1])), /does not hold one JSON object/)
  })

  test('a name every object has is not taken for a value of the file', () => {
    const schema = Type.Object({ constructor: Type.Optional(Type.String()) })
    assert.deepEqual(Object.keys(loadConfig(schema, { env: {}, file: fileOf({}) })), [])
  })
})

describe('describing a configuration', () => {
  test('lists the variables in the order of the schema', () => {
    const [port] = describeConfig(Config)
    assert.equal(port?.name, 'MQTT_PORT')
    assert.equal(port.default, '1883')
    assert.equal(port.unit, 'port')
    assert.equal(port.description, 'Port it takes')
    assert.equal(describeConfig(Config).length, 8)
  })

  test('makes a table of them', () => {
    const lines = configurationTable(Config).split('\n')
    assert.equal(lines.length, 10)
    assert.equal(lines[2], '| `MQTT_PORT` | 1883 | a whole number from 0 to 65535 (port) | Port it takes. |')
    assert.match(lines[8] ?? '', /What no one may see\. Secret: never printed\./)
  })
})
