import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { kafkaForTests, startProxy, waitFor } from '@cufflink/testkit'
import { createAdmin } from '../src/kafka/admin.ts'
import { createKafka } from '../src/kafka/client.ts'

const WATCH_MS = 300
const requestTimeoutMs = 300

test('an idle connection schedules no timers (kafkajs on Node 24 and later wakes every millisecond)', async (t) => {
  await using kafka = await kafkaForTests()
  const admin = createKafka(kafka.brokers).admin()
  await admin.connect()
  const real = globalThis.setTimeout
  let scheduled = 0
  t.mock.method(globalThis, 'setTimeout', (...args: Parameters<typeof setTimeout>) => {
    scheduled += 1
    return real(...args)
  })
  await new Promise((resolve) => real(resolve, WATCH_MS))
  t.mock.restoreAll()
  await admin.disconnect()
  assert.ok(scheduled < 10, `${scheduled} timers in ${WATCH_MS} ms`)
})

/** What a broker that stands still looks like: the kernel takes connections for it, and no one answers. */
async function startSilentBroker() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.resume())).listen(0)
  await once(server, 'listening')
  return {
    broker: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const proxyTo = (broker: string) => {
  const [host, port] = broker.split(':')
  return startProxy({ host: host!, port: Number(port) })
}

test('a broker that stands still is left for the next, and its connection closed', {
  timeout: 30_000,
}, async () => {
  await using kafka = await kafkaForTests()
  using silent = await startSilentBroker()
  const producer = createKafka([silent.broker, ...kafka.brokers], { requestTimeoutMs }).producer({
    idempotent: true,
  })
  await producer.connect()
  await waitFor(
    () => [...silent.sockets].every(({ readableEnded, destroyed }) => readableEnded || destroyed),
    {
      what: 'the connection to the silent broker to be closed',
    },
  )
  assert.equal(silent.sockets.size, 1)
  await producer.disconnect()
})

test('a question that one broker leaves unanswered is asked of the next', { timeout: 30_000 }, async () => {
  await using kafka = await kafkaForTests()
  await using proxy = await proxyTo(kafka.brokers[0]!)
  const admin = createAdmin(createKafka([`127.0.0.1:${proxy.port}`, ...kafka.brokers], { requestTimeoutMs }))
  await admin.ask((connected) => connected.describeCluster())
  proxy.blackHole()
  await admin.ask((connected) => connected.listTopics())
  await admin.close()
})
