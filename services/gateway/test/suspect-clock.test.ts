import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decodeFact } from '@cufflink/contracts'
import { type Ledger, openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { kafkaForTests, waitFor } from '@cufflink/testkit'
import { type Gateway, startGateway } from '../src/app.ts'
import { GatewayConfig } from '../src/config.ts'
import { publishPacket, registered, session } from './harness.ts'

/** A gateway on an engine, with the device `cuff`, which has no clock. */
async function start(env: Record<string, string>) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-')))
  const ports = { MQTT_PORT: '0', GATEWAY_HTTP_PORT: '0' }
  const config = loadConfig(GatewayConfig, { env: { STATE_DIR: folder.path, ...ports, ...env } })
  const logger = createLogger({ service: 'gateway', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'gateway' })
  stack.defer(() => lifecycle.stop({ reason: 'requested' }).then(() => undefined))
  const ledger = await openLedger(config)
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  const { device, model, secretDigest, assignments } = registered('cuff')
  await ledger.append({
    id: 'device',
    type: 'device.registered',
    v: 1,
    tenant: 't',
    at: Date.now(),
    by: 'user:operator',
    data: { device, model, secretDigest, status: 'active', assignments: [...assignments] },
  })
  let gateway: Gateway | undefined
  await lifecycle.start(async () => {
    gateway = await startGateway({ config, ledger, logger, lifecycle })
  })
  const { mqttPort, httpPort } = gateway!
  const isReady = async () => (await fetch(`http://127.0.0.1:${httpPort}/health/ready`)).ok
  const owned = stack.move()
  return { ledger, mqttPort, isReady, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const clockless = (n: number) =>
  publishPacket('cuff', n, `{"kind":"body-weight","weightKg":80,"recordId":"r-${n}"}`)

/** Of all that is on the ledger the readings, each as a reader reads it. */
async function recorded(ledger: Ledger): Promise<readonly number[]> {
  const ends = await ledger.endOffsets('readings')
  const reads = ends.map((end, partition) => ledger.read('readings', partition, 0, end))
  const facts = (await Promise.all(reads)).flat().map(({ text }) => decodeFact(text))
  return facts.flatMap((fact) => (fact.type === 'reading.recorded' ? [fact.data.reading.measuredAt] : []))
}

const HOUR = 3_600_000

function aSuspectClock(env: () => Record<string, string>): void {
  for (const [what, wrong] of [
    ['was set back by two hours', (right: number) => right - 2 * HOUR],
    ['shows a minute after 1970', () => 61_086],
  ] as const)
    test(`acknowledges nothing while its clock ${what}, says so, and dates by it nothing`, async (t) => {
      await using gateway = await start({ ...env(), HOST_CLOCK_CHECKED: 'true' })
      const began = Date.now()
      const first = await session(gateway.mqttPort)
      first.send(clockless(1))
      assert.equal(((await first.next()) as { messageId: number }).messageId, 1)
      assert.equal(await gateway.isReady(), true)
      const right = Date.now
      const clock = t.mock.method(Date, 'now', () => wrong(right()))
      first.send(clockless(2))
      assert.equal(await first.next(), 'closed')
      assert.equal(await gateway.isReady(), false)
      clock.mock.restore()
      const again = await session(gateway.mqttPort)
      again.send(clockless(2))
      assert.equal(((await again.next()) as { messageId: number }).messageId, 2)
      await waitFor(gateway.isReady, { withinMs: 10_000, what: 'the gateway to be ready' })
      const dates = await recorded(gateway.ledger)
      assert.equal(dates.length, 2)
      for (const date of dates) assert.ok(date >= began, new Date(date).toISOString())
    })
}

describe('On SQLite a gateway', () => aSuspectClock(() => ({})))

describe('On Kafka a gateway', () => {
  let kafka: Awaited<ReturnType<typeof kafkaForTests>>
  before(async () => {
    kafka = await kafkaForTests()
  })
  after(() => kafka[Symbol.asyncDispose]())

  aSuspectClock(() => ({
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: `gateway-${randomUUID()}.`,
    LEDGER_PARTITIONS: '2',
  }))
})
