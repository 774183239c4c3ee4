import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setInterval } from 'node:timers/promises'
import { decodeFact } from '@cufflink/contracts'
import { type Ledger, openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { kafkaForTests, waitFor } from '@cufflink/testkit'
import { type Gateway, startGateway } from '../src/app.ts'
import { GatewayConfig } from '../src/config.ts'
import { type Client, publishPacket, registered, session, weight } from './harness.ts'

/** Devices that have a clock. */
const witnesses = ['scale-1', 'scale-2', 'scale-3']

/** A gateway on an engine, with those and the device `cuff`, which has no clock. */
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
  for (const name of ['cuff', ...witnesses]) {
    const { device, model, secretDigest, assignments } = registered(name)
    await ledger.append({
      id: `device-${name}`,
      type: 'device.registered',
      v: 1,
      tenant: 't',
      at: Date.now(),
      by: 'user:operator',
      data: { device, model, secretDigest, status: 'active', assignments: [...assignments] },
    })
  }
  let gateway: Gateway | undefined
  await lifecycle.start(async () => {
    gateway = await startGateway({ config, ledger, logger, lifecycle })
  })
  const { mqttPort, httpPort } = gateway!
  const isReady = async () => (await fetch(`http://127.0.0.1:${httpPort}/health/ready`)).ok
  const metrics = async () => (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
  const owned = stack.move()
  return { ledger, mqttPort, isReady, metrics, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const clockless = (n: number) =>
  publishPacket('cuff', n, `{"kind":"body-weight","weightKg":80,"recordId":"r-${n}"}`)

/** When the readings of `cuff` were received, as a reader finds them on the ledger. */
async function received(ledger: Ledger): Promise<readonly number[]> {
  const ends = await ledger.endOffsets('readings')
  const reads = ends.map((end, partition) => ledger.read('readings', partition, 0, end))
  const facts = (await Promise.all(reads)).flat().map(({ text }) => decodeFact(text))
  const readings = facts.flatMap((fact) => (fact.type === 'reading.recorded' ? [fact.data.reading] : []))
  const ofCuff = readings.filter(({ device }) => device === 'cuff')
  for (const { measuredAt, gatewayReceivedAt } of ofCuff) assert.equal(measuredAt, gatewayReceivedAt)
  return ofCuff.map(({ gatewayReceivedAt }) => gatewayReceivedAt)
}

async function acknowledged(client: Client, messageId: number): Promise<void> {
  assert.equal(((await client.next()) as { messageId: number }).messageId, messageId)
}

const HOUR = 3_600_000

/** Resolves once so many messages of `cuff` came and wait. */
async function withheld({ metrics }: { metrics(): Promise<string> }, count: number): Promise<void> {
  const waiting = new RegExp(`^cufflink_gateway_messages_waiting\\{.*\\} ${count}$`, 'm')
  const all = async () => waiting.test(await metrics())
  await waitFor(all, { what: `${count} messages to wait` })
}

/** By so much a clock may be adjusted during a test. */
const ADJUSTED_MS = 100

function aSuspectClock(env: () => Record<string, string>): void {
  for (const [what, wrong] of [
    ['was set back by two hours', (right: number) => right - 2 * HOUR],
    ['shows a minute after 1970', () => 61_086],
  ] as const)
    test(`acknowledges nothing while its clock ${what}, says so, and dates by it nothing`, async (t) => {
      await using gateway = await start({ ...env(), HOST_CLOCK_CHECKED: 'true' })
      const right = Date.now
      const client = await session(gateway.mqttPort)
      client.send(clockless(1))
      await acknowledged(client, 1)
      assert.equal(await gateway.isReady(), true)
      const clock = t.mock.method(Date, 'now', () => wrong(right()))
      const sent = right()
      client.send(clockless(2))
      await withheld(gateway, 1)
      const came = right()
      assert.equal(await gateway.isReady(), false)
      client.send(Uint8Array.of(0xc0, 0))
      assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp', 'no PUBACK before it')
      await waitFor(() => right() > came + 500, {
        what: 'another time than that of receipt',
      })
      clock.mock.restore()
      await acknowledged(client, 2)
      await waitFor(gateway.isReady, { what: 'the gateway to be ready' })
      const [, date, ...others] = await received(gateway.ledger)
      assert.deepEqual(others, [])
      assert.ok(date !== undefined && date >= sent - ADJUSTED_MS && date <= came + ADJUSTED_MS)
    })

  test('loses nothing of a quick device while devices disagree with its clock, and closes it for nothing', async (t) => {
    await using gateway = await start(env())
    const right = Date.now
    for (const device of witnesses) {
      const client = await session(gateway.mqttPort, device)
      client.send(publishPacket(device, 1, weight(right())))
      await acknowledged(client, 1)
    }
    const quick = await session(gateway.mqttPort)
    const clock = t.mock.method(Date, 'now', () => right() + HOUR / 3)
    const sent: number[] = []
    for await (const _ of setInterval(100)) {
      sent.push(right())
      quick.send(clockless(sent.length))
      if (sent.length === 30) break
    }
    await withheld(gateway, sent.length)
    const came = right()
    assert.match(await gateway.metrics(), /^cufflink_gateway_clock_trusted\{.*\} 0$/m)
    clock.mock.restore()
    for (const [n] of sent.entries()) await acknowledged(quick, n + 1)
    const dates = await received(gateway.ledger)
    assert.equal(dates.length, sent.length)
    for (const [n, date] of dates.entries())
      assert.ok(date >= sent[n]! - ADJUSTED_MS && date <= came + ADJUSTED_MS)
    assert.doesNotMatch(await gateway.metrics(), /^cufflink_gateway_connections_closed_total\{/m)
    const { ledger } = gateway
    assert.deepEqual(await ledger.endOffsets('rejected'), await ledger.startOffsets('rejected'))
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
