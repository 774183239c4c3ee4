import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@cufflink/testkit'
import {
  type Client,
  connectPacket,
  drip,
  open,
  publishPacket,
  repeating,
  session,
  startListener,
  type TestListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000

test('a connection without CONNECT is closed at the deadline', async () => {
  await using listener = await startListener({ connectDeadlineMs: 50 })
  const client = await open(listener.port)
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('CONNECT_TIMEOUT'), 1)
})

test('the bytes of a CONNECT, one now and then, do not put the deadline off', {
  timeout: 60_000,
}, async () => {
  await using listener = await startListener({ connectDeadlineMs: 500 })
  const client = await open(listener.port)
  using _ = drip(client, connectPacket('cuff', { username: 'cuff'.repeat(500) }))
  const since = performance.now()
  assert.equal(await client.next(), 'closed')
  assert.ok(performance.now() - since < 20_000)
  assert.equal(listener.app.mqtt.closedBy.get('CONNECT_TIMEOUT'), 1)
})

test('silence beyond one and a half times the keep-alive ends the connection [MQTT-3.1.2-24]; PINGREQ keeps it', async () => {
  await using listener = await startListener()
  const silent = await session(listener.port, 'cuff', { clientId: 'a', keepalive: 1 })
  const alive = await session(listener.port, 'cuff', { clientId: 'b', keepalive: 1 })
  using _ = repeating(() => alive.send(Uint8Array.of(0xc0, 0)), 300)
  const since = performance.now()
  assert.equal(await silent.next(), 'closed')
  assert.ok(performance.now() - since > 1_400)
  assert.equal(listener.app.mqtt.connections, 1)
  assert.equal(listener.app.mqtt.closedBy.get('KEEP_ALIVE_TIMEOUT'), 1)
})

test('the bytes of a packet that never ends are silence too', { timeout: 120_000 }, async () => {
  await using listener = await startListener()
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  using _ = drip(client, publishPacket('cuff', 1, weight(DAY) + ' '.repeat(5_000)))
  const since = performance.now()
  assert.equal(await client.next(), 'closed')
  const closedAfter = performance.now() - since
  assert.ok(closedAfter > 1_400 && closedAfter < 60_000, `closed after ${closedAfter} ms`)
  assert.equal(listener.app.mqtt.closedBy.get('KEEP_ALIVE_TIMEOUT'), 1)
})

test('a device that waits for its PUBACKs is not silent', async () => {
  await using listener = await startListener({ maxInFlight: 1 })
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  listener.ledger.hold()
  client.send(publishPacket('cuff', 1, weight(DAY)))
  await waitFor(() => listener.tally.inFlight === 1, { what: 'the reading' })
  await pause(2_700)
  listener.ledger.release()
  client.send(publishPacket('cuff', 2, weight(DAY + 1_000)))
  for (const id of [1, 2]) assert.equal(((await client.next()) as { messageId: number }).messageId, id)
})

test('a client that ends its half behind more than may be in flight gets a PUBACK for each, in order', async () => {
  await using listener = await startListener({ maxInFlight: 10 })
  const client = await session(listener.port)
  listener.ledger.hold()
  const count = 300
  publishMany(client, count, '')
  client.socket.end()
  assert.equal(await takenAtRest(listener), 10)
  listener.ledger.release()
  for (let id = 1; id <= count; id += 1)
    assert.equal(((await client.next()) as { messageId: number }).messageId, id)
  assert.equal(await client.next(), 'closed')
})

/** Sends PINGREQ after PINGREQ and reads nothing, until the gateway reads no more either. @returns how many. */
async function sendUnread(client: Client): Promise<number> {
  client.socket.pause()
  const many = Buffer.alloc(32_768, Uint8Array.of(0xc0, 0))
  let count = 0
  await waitFor(
    () => {
      if (client.socket.writableLength > 10 * many.length) return true
      client.send(many)
      count += many.length / 2
      return false
    },
    { what: 'the gateway to read no more', everyMs: 1 },
  )
  return count
}

test('who leaves 16 KB of answers unread is not read, until it reads', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  // Millions of answers: counted by their bytes, as reading them one by one takes this test's machine half a minute.
  client.socket.removeAllListeners('data')
  const sent = await sendUnread(client)
  let bytes = 0
  client.socket.on('data', (chunk) => (bytes += chunk.length))
  client.socket.resume()
  await waitFor(() => bytes === 2 * sent, { what: 'all the answers' })
})

test('who never reads its answers is closed, however much it sends', async () => {
  await using listener = await startListener()
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  await sendUnread(client)
  await waitFor(() => listener.app.mqtt.connections === 0, { what: 'its end' })
  assert.equal(listener.app.mqtt.closedBy.get('WAIT_EXPIRED'), 1)
})

/** Publishes more than the kernel's buffers hold. */
function publishMany(client: Client, count: number, padding = ' '.repeat(4_000)): void {
  for (let n = 1; n <= count; n += 1) client.send(publishPacket('cuff', n, weight(DAY + n * 1_000) + padding))
}

/** Waits until the gateway has taken something in, and takes nothing more. @returns how many messages it took. */
async function takenAtRest({ tally }: TestListener): Promise<number> {
  await waitFor(() => tally.received > 0, { what: 'the gateway to take something in' })
  let last = 0
  let since = performance.now()
  const resting = (): boolean => {
    if (tally.received !== last) since = performance.now()
    last = tally.received
    return performance.now() - since > 300
  }
  await waitFor(resting, { what: 'the gateway to take nothing more in' })
  return last
}

test('a stalled ledger stops the reading of a device’s packets at its limit, and reading goes on after it', async () => {
  await using listener = await startListener({ maxInFlight: 10 })
  const client = await session(listener.port)
  listener.ledger.hold()
  const count = 4_000
  publishMany(client, count)
  const taken = await takenAtRest(listener)
  assert.equal(taken, 10)
  assert.ok(client.socket.writableLength > 0, 'the pressure reaches the client')
  listener.ledger.release()
  await waitFor(() => listener.tally.recorded === count, { what: 'all of them' })
})
