/** Mutated packets against a real gateway on the embedded ledger; `npm run nightly` sends a million (`FUZZ_PACKETS`). */
import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { dumpSqlite, fuzzListener, heapAfterCollection, waitFor } from '@cufflink/testkit'
import { startGateway } from '../../src/app.ts'
import { GatewayConfig } from '../../src/config.ts'
import { publishPacket, registered, session, weight } from '../harness.ts'

const PACKETS = Number(process.env['FUZZ_PACKETS'] ?? 4_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 417)
/** From so many packets on what the heap holds is more than what warming up and the bounded memories of the gateway add. */
const PACKETS_FOR_MEMORY = 200_000
const HEAP_TOLERANCE_BYTES = 8_000_000
const outcomes = ['recorded', 'parked', 'rejected', 'failed', 'duplicate'] as const

const registeredFact = (device: string): FactOf<'device.registered'> => {
  const { tenant, version: _version, ...data } = registered(device)
  return {
    id: `add-${device}`,
    type: 'device.registered',
    v: 1,
    tenant,
    at: 1_700_000_000_000,
    by: 'service:tests',
    data,
  }
}

/** The counters of `/metrics` by their name, and the closed connections by their code. */
async function counters(httpPort: number) {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
  const read = (name: string): number =>
    Number(new RegExp(`^cufflink_gateway_${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
  const closed = [...text.matchAll(/^cufflink_gateway_connections_closed_total\{.*code="(\w+)".*\} (\d+)$/gm)]
  return {
    received: read('messages_received_total'),
    inFlight: read('messages_in_flight'),
    settled: outcomes.reduce((sum, outcome) => sum + read(`messages_${outcome}_total`), 0),
    failed: read('messages_failed_total'),
    onLedger:
      read('messages_recorded_total') +
      read('messages_parked_total') +
      read('messages_rejected_total') +
      read('messages_duplicate_total'),
    connections: read('connections'),
    closedBy: new Map(closed.map(([, code, count]) => [code!, Number(count)])),
  }
}

test(`${PACKETS} mutated packets end nothing, and what was received is on the ledger, refused or in flight (P20)`, async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-fuzz-'))
  const env = {
    STATE_DIR: folder.path,
    MQTT_PORT: '0',
    GATEWAY_HTTP_PORT: '0',
    LEDGER_PARTITIONS: '2',
    // One device connects and sends as fast as it can: its share would hold the packets off that are tried here.
    MQTT_DEVICE_READINGS_PER_SECOND: '1000000',
    MQTT_DEVICE_BURST_READINGS: '1000000',
    MQTT_DEVICE_REJECTED_BYTES: '1073741824',
  }
  const config = loadConfig(GatewayConfig, { env })
  const logger = createLogger({ service: 'gateway', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'gateway' })
  const ledger = await openLedger(config)
  lifecycle.onStop('stores', 'ledger', () => ledger.close())
  for (const device of ['fuzzed', 'steady']) await ledger.append(registeredFact(device))
  let ports = { mqttPort: 0, httpPort: 0 }
  await lifecycle.start(async () => {
    ports = await startGateway({ config, ledger, logger, lifecycle })
  })
  try {
    const { mqttPort: port, httpPort } = ports
    const heap: number[] = []
    let acknowledged = 0
    const steady = await session(port, 'steady', { keepalive: 0 })
    let due = 0
    let looking = Promise.resolve()

    /** At ten moments: the sums are exact while packets come in, and another device's reading is acknowledged. */
    async function look(): Promise<void> {
      const { received, settled, inFlight } = await counters(httpPort)
      assert.equal(received, settled + inFlight)
      acknowledged += 1
      steady.send(publishPacket('steady', acknowledged, weight(Date.UTC(2026, 0, 1) + acknowledged * 60_000)))
      const puback = await steady.next()
      assert.ok(puback !== 'closed' && puback.cmd === 'puback' && puback.messageId === acknowledged)
      heap.push(heapAfterCollection())
    }
    const connections = await fuzzListener({
      port,
      device: 'fuzzed',
      secret: 'secret-fuzzed',
      packets: PACKETS,
      seed: SEED,
      progress(sent) {
        if (sent < due) return looking
        due += PACKETS / 10
        looking = looking.then(look)
        return looking
      },
    })
    await waitFor(async () => (await counters(httpPort)).inFlight === 0, { what: 'rest' })
    const end = await counters(httpPort)
    assert.equal(end.received, end.onLedger)
    assert.ok(end.received > PACKETS / 20, `${end.received} messages got through`)
    assert.ok(connections > PACKETS / 20, `${connections} connections`)
    for (const code of ['PACKET_MALFORMED', 'PROTOCOL_VIOLATION'])
      assert.ok(end.closedBy.get(code)! > 0, code)
    assert.equal(end.closedBy.get('INTERNAL'), undefined)
    assert.equal(end.connections, 1, 'only the steady device is still connected')
    steady.socket.destroy()

    const file = join(folder.path, 'ledger.db')
    const recorded = dumpSqlite(file, 'readings').map(
      ({ text }) => JSON.parse(text) as FactOf<'reading.recorded'>,
    )
    const ofSteady = recorded.filter(({ by }) => by === 'device:steady')
    assert.equal(
      new Set(ofSteady.map(({ id }) => id)).size,
      acknowledged,
      'each acknowledged reading is on the ledger',
    )
    assert.ok(dumpSqlite(file, 'rejected').length > 0)
    if (PACKETS < PACKETS_FOR_MEMORY) return
    // The least of several: what the connections of the moment hold, and memories that are emptied by halves, come and go.
    const [middle, last] = [Math.min(...heap.slice(3, 7)), Math.min(...heap.slice(-4))]
    assert.ok(
      last < middle + HEAP_TOLERANCE_BYTES,
      `heap, from the start to the end: ${heap.join(' ')} bytes`,
    )
  } finally {
    await lifecycle.stop({ reason: 'test' })
  }
})
