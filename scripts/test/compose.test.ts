import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

type Service = {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly image?: string
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test?: readonly string[] }
}
type Compose = { services: Record<string, Service> }

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const text = readFileSync(at('docker-compose.yml'), 'utf8')
const compose = parse(text, { merge: true }) as Compose // held against the schema below
const own = Object.entries(compose.services).filter(([, { image }]) => image === 'cufflink:local')

// The schema names its dialect by an address that Ajv does not know it under.
const { $schema: _, ...schema } = JSON.parse(
  readFileSync(at('deploy/schemas/compose-spec.json'), 'utf8'),
) as { $schema: string }
const isCompose = new Ajv({ strict: false, allErrors: true }).compile(schema)

test('docker-compose.yml is valid by the Compose Specification', () => {
  assert.equal(isCompose(compose), true, JSON.stringify(isCompose.errors, undefined, 2))
})

test('a broken compose file is refused', () => {
  const broken = (change: (copy: Compose & Record<string, unknown>) => void): boolean => {
    const copy = structuredClone(compose) as Compose & Record<string, unknown>
    change(copy)
    return isCompose(copy)
  }
  assert.equal(
    broken(() => undefined),
    true,
  )
  assert.equal(
    broken((copy) => Object.assign(copy.services.gateway ?? {}, { imagee: 'x' })),
    false,
  )
  assert.equal(
    broken((copy) => Object.assign(copy.services.gateway ?? {}, { ports: '1883:1883' })),
    false,
  )
  assert.equal(
    broken((copy) =>
      Object.assign(copy.services.console ?? {}, { depends_on: { kafka: { condition: 'up' } } }),
    ),
    false,
  )
  assert.equal(
    broken((copy) => Object.assign(copy, { service: {} })),
    false,
  )
})

test('every published port is of this machine alone', () => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports ?? [])
  assert.ok(ports.length > 0)
  for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/)
})

test('a service that speaks to an engine says that it is in the clear, and no port of the engine is published', () => {
  const engines = {
    KAFKA_BROKERS: ['kafka', 'KAFKA_IN_THE_CLEAR'],
    REDIS_URL: ['redis', 'REDIS_IN_THE_CLEAR'],
  }
  for (const [address, [engine = '', aloud = '']] of Object.entries(engines)) {
    const speaking = own.filter(([, { environment }]) => environment?.[address] !== undefined)
    assert.ok(speaking.length > 0)
    for (const [name, { environment }] of speaking) assert.equal(environment?.[aloud], 'true', name)
    assert.equal(compose.services[engine]?.ports, undefined)
  }
})

test('every service has a health check, and those of Cufflink ask whether they are ready', () => {
  for (const [name, { healthcheck }] of Object.entries(compose.services)) assert.ok(healthcheck?.test, name)
  assert.equal(own.length, 4)
  for (const [name, { healthcheck }] of own) assert.equal(healthcheck?.test?.[1], 'deploy/ready.mjs', name)
})

test('every service of Cufflink starts a program that is there, with variables that some service reads', () => {
  const sources = globSync(['services/*/src/**/*.ts', 'packages/*/src/**/*.ts'], { cwd: at('.') })
  const code = sources.map((path) => readFileSync(at(path), 'utf8')).join('\n')
  for (const [name, { command, environment = {} }] of own) {
    assert.ok(existsSync(at(String(command?.[0]))), `${name}: ${String(command?.[0])}`)
    for (const variable of Object.keys(environment)) {
      assert.ok(code.includes(`${variable}: Type.`), `${name}: no service reads ${variable}`)
    }
  }
})
