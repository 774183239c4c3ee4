import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { kafkaForTests, startProxy, waitFor } from '@cufflink/testkit'
import { openKafkaLedger } from '../src/index.ts'
import { createAdmin } from '../src/kafka/admin.ts'
import { createKafka } from '../src/kafka/client.ts'

const WATCH_MS = 300
/** A broker of a busy machine answers within it; one that stands still costs it once. */
const requestTimeoutMs = 3_000

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

test('a broker that stands still is left for the next, and its connection closed', async () => {
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
  assert.ok(silent.sockets.size > 0)
  await producer.disconnect()
})

test('a question that one broker leaves unanswered is asked of the next', async () => {
  await using kafka = await kafkaForTests()
  await using proxy = await proxyTo(kafka.brokers[0]!)
  const admin = createAdmin(createKafka([`127.0.0.1:${proxy.port}`, ...kafka.brokers], { requestTimeoutMs }))
  await admin.ask((connected) => connected.describeCluster())
  proxy.blackHole()
  await admin.ask((connected) => connected.listTopics())
  await admin.close()
})

test('a consumer that gives connections up, as when the clock is set, leaves none open', {
  timeout: 60_000,
}, async (t) => {
  await using kafka = await kafkaForTests()
  const sockets = new Set<Socket>()
  const opened = (message: unknown): void => void sockets.add((message as { readonly socket: Socket }).socket)
  subscribe('net.client.socket', opened)
  t.after(() => unsubscribe('net.client.socket', opened))
  const open = (): readonly Socket[] => [...sockets].filter(({ destroyed }) => !destroyed)
  const prefix = `test.${randomUUID()}.`
  const ledger = await openKafkaLedger({ brokers: kafka.brokers, partitions: 2, prefix })
  const beside = open().length
  const assigned = Promise.withResolvers<void>()
  const following = await ledger.followAll(['registry'], {
    async assigned() {
      assigned.resolve()
      return 0
    },
    apply: async ({ records }) => records.at(-1)!.offset + 1,
    revoked: () => undefined,
  })
  await assigned.promise
  await waitFor(() => open().length > beside, { what: 'the consumer to connect' })
  // A fetch is under way nearly always, and waits for half a second.
  await pause(300)
  const right = Date.now
  // As kafkajs measures, everything that is under way has taken too long now.
  t.mock.method(Date, 'now', () => right() + 20 * 60_000)
  await following.close()
  await ledger.close()
  await waitFor(() => open().length === 0, { what: 'the connections to be closed', withinMs: 5_000 })
})
