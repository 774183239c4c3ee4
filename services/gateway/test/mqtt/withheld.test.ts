import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import {
  type Client,
  publishPacket,
  registered,
  session,
  startListener,
  type TestListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000
const devices = [registered('cuff'), registered('flood')]

/** A listener on a host whose clock is suspect until the test says otherwise. */
async function start(options: Parameters<typeof startListener>[0] = {}) {
  const hostClock = { isTrusted: false, told: () => undefined }
  return { hostClock, listener: await startListener({ hostClock, ...options }, devices) }
}

const reading = (device: string, n: number, more = ''): Buffer =>
  publishPacket(device, n, weight(DAY + n * 1_000) + more)

const received = (listener: TestListener, count: number) =>
  waitFor(() => listener.tally.received === count, { what: `${count} messages` })

async function acknowledged(client: Client, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1)
    assert.equal(((await client.next()) as { messageId: number }).messageId, n)
}

describe('while the clock of the host is suspect', () => {
  test('messages are withheld and their connection stays open; they are acknowledged in order when it is trusted', async () => {
    const { hostClock, listener } = await start()
    await using _ = listener
    const client = await session(listener.port)
    for (let n = 1; n <= 50; n += 1) client.send(reading('cuff', n))
    await received(listener, 50)
    client.send(Uint8Array.of(0xc0, 0))
    assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
    assert.equal(listener.ledger.facts.length, 0)
    hostClock.isTrusted = true
    await acknowledged(client, 50)
    assert.equal(listener.ledger.facts.length, 50)
    assert.equal(listener.app.mqtt.closedBy.size, 0)
  })

  test('what a message costs is taken when it is put on the ledger, once', async () => {
    // Of the burst its connection costs 20.
    const limits = { readingsPerSecond: 1e-6, burstReadings: 30, factsPerDay: 9.5 }
    const { hostClock, listener } = await start({ limits })
    await using _ = listener
    const client = await session(listener.port)
    for (let n = 1; n <= 11; n += 1) client.send(reading('cuff', n))
    await received(listener, 11)
    hostClock.isTrusted = true
    await acknowledged(client, 10)
    assert.deepEqual([listener.tally.recorded, listener.tally.inFlight], [10, 1], 'that was all of its day')
  })

  test('a device is read no further than its share of the bytes; another one is, and nothing is lost', async () => {
    // A packet and a chunk: 73,728 bytes for each device.
    const { hostClock, listener } = await start({ limits: { maxBytes: 1_048_576 }, maxInFlight: 65_535 })
    await using _ = listener
    const flood = await session(listener.port, 'flood')
    const cuff = await session(listener.port, 'cuff')
    for (let n = 1; n <= 1_000; n += 1) flood.send(reading('flood', n, ' '.repeat(4_000)))
    await waitFor(() => listener.tally.received > 10, { what: 'the flood' })
    const before = listener.tally.received
    cuff.send(reading('cuff', 1))
    await waitFor(() => listener.tally.received > before, { what: 'the quiet reading' })
    assert.ok(listener.tally.received * 4_000 < 2 * 73_728, `${listener.tally.received} messages under way`)
    hostClock.isTrusted = true
    await acknowledged(cuff, 1)
    await acknowledged(flood, 1_000)
  })

  test('what a connection brought that is gone is given up, and its device may send as much again', async () => {
    const { hostClock, listener } = await start({ maxInFlight: 10 })
    await using _ = listener
    for (let round = 1; round <= 3; round += 1) {
      const client = await session(listener.port)
      for (let n = 1; n <= 15; n += 1) client.send(reading('cuff', n))
      await received(listener, round * 10)
      client.socket.resetAndDestroy()
      await waitFor(() => listener.tally.failed === round * 10, { what: 'its end' })
    }
    const client = await session(listener.port)
    for (let n = 1; n <= 15; n += 1) client.send(reading('cuff', n))
    hostClock.isTrusted = true
    await acknowledged(client, 15)
    assert.equal(listener.ledger.facts.length, 15)
  })

  test('a QoS 0 message, which is never sent again, is kept when its connection is gone', async () => {
    const { hostClock, listener } = await start()
    await using _ = listener
    const client = await session(listener.port)
    client.send(publishPacket('cuff', 0, weight(DAY), { qos: 0 }))
    await received(listener, 1)
    client.socket.resetAndDestroy()
    await waitFor(() => listener.app.mqtt.connections === 0, { what: 'its end' })
    hostClock.isTrusted = true
    await waitFor(() => listener.tally.recorded === 1, { what: 'the reading' })
  })

  test('a stop does not wait for what is withheld', async () => {
    const { listener } = await start()
    const client = await session(listener.port)
    for (let n = 1; n <= 50; n += 1) client.send(reading('cuff', n))
    await received(listener, 50)
    listener.app.mqtt.quiesce()
    await listener.app.mqtt.drained()
    await listener.app.close()
    assert.deepEqual([listener.tally.failed, listener.tally.inFlight], [50, 0])
    assert.equal(listener.ledger.facts.length, 0)
  })
})
