import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import {
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  Gauge,
  listen,
  listenHttp,
} from '@cufflink/runtime'
import { probeGateway } from '../../src/live/gateway-status.ts'

const logger = createLogger({ service: 'test', level: 'silent' })

/** Something that answers `/metrics` as a gateway does: by prom-client, with these numbers. */
async function startMetrics(numbers: Readonly<Record<string, number>>) {
  const metrics = createMetrics({ service: 'gateway' })
  const gauges = Object.keys(numbers).map(
    (name) => new Gauge({ name: `cufflink_gateway_${name}`, help: name, registers: [metrics] }),
  )
  const set = (values: readonly number[]): void => gauges.forEach((gauge, index) => gauge.set(values[index]!))
  set(Object.values(numbers))
  const closed = new Gauge({
    name: 'cufflink_gateway_connections_closed_total',
    help: 'by code',
    labelNames: ['code'],
    registers: [metrics],
  })
  closed.set({ code: 'CREDENTIALS_WRONG' }, 1_000)
  const app = createHttp({ logger, health: createHealth({}), metrics })
  const { port } = await listenHttp(app, { host: '127.0.0.1', port: 0, variable: 'TEST', logger })
  return { url: `http://127.0.0.1:${port}`, set, [Symbol.asyncDispose]: () => app.close() }
}

const numbers = {
  messages_received_total: 1_200_000,
  messages_recorded_total: 1_199_980,
  messages_duplicate_total: 10,
  messages_not_kept_total: 2,
  messages_parked_total: 4,
  messages_rejected_total: 5,
  messages_in_flight: 1,
  connections: 7,
}
const down = {
  up: false,
  connections: 0,
  received: 0,
  acknowledged: 0,
  parked: 0,
  refused: 0,
  notKept: 0,
  duplicates: 0,
  inFlight: 0,
  perSecond: 0,
}

describe('The status of a gateway', () => {
  test('is what its metrics say', async () => {
    await using gateway = await startMetrics(numbers)
    assert.deepEqual(await probeGateway(gateway.url).read(), {
      name: new URL(gateway.url).host,
      up: true,
      connections: 7,
      received: 1_200_000,
      acknowledged: 1_199_999,
      parked: 4,
      refused: 5,
      notKept: 2,
      duplicates: 10,
      inFlight: 1,
      perSecond: 0,
    })
  })

  test('has the rate since it was asked before, and none below zero after a restart', async () => {
    await using gateway = await startMetrics(numbers)
    const probe = probeGateway(gateway.url)
    await probe.read()
    gateway.set([1_200_100, 0, 0, 0, 0, 0, 0, 0])
    assert.ok((await probe.read()).perSecond > 0)
    gateway.set([3, 0, 0, 0, 0, 0, 0, 0])
    assert.equal((await probe.read()).perSecond, 0)
  })

  test('is down where something else answers, and where nothing does any more', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('no metrics here'))
    try {
      const { port } = await listen(other, { host: '127.0.0.1', port: 0, variable: 'TEST', logger })
      const url = `http://127.0.0.1:${port}`
      const name = new URL(url).host
      assert.deepEqual(await probeGateway(url).read(), { ...down, name })
      other.closeAllConnections()
      await new Promise((resolve) => other.close(resolve))
      assert.deepEqual(await probeGateway(url).read(), { ...down, name })
    } finally {
      other.close()
    }
  })
})
