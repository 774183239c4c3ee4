import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import mqtt from 'mqtt-packet'
import {
  type Client,
  connectPacket,
  open,
  publishPacket,
  registered,
  session,
  startListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000
const devices = [registered('cuff'), registered('flood')]

/** Publishes until the gateway reads no more: its buffers and the kernel's are full. */
async function flood(client: Client): Promise<void> {
  const padding = ' '.repeat(4_000)
  let n = 0
  const full = (): boolean => {
    if (client.socket.writableLength > 1_000_000) return true
    for (let more = 0; more < 50; more += 1) {
      n += 1
      client.send(publishPacket('flood', (n % 65_535) + 1, weight(DAY + n * 1_000) + padding))
    }
    return false
  }
  await waitFor(full, { what: 'the pressure to reach the flood', everyMs: 1 })
}

test('a device over its share of the bytes is not read on any of its connections; another one is, at once', async () => {
  // A packet and a chunk: 73,728 bytes for each device.
  await using listener = await startListener(
    { limits: { maxBytes: 1_048_576 }, maxInFlight: 65_535 },
    devices,
  )
  const floods = await Promise.all(
    ['a', 'b', 'c'].map((clientId) => session(listener.port, 'flood', { clientId })),
  )
  const cuff = await session(listener.port, 'cuff')
  listener.ledger.hold()
  for (const client of floods) await flood(client)
  const before = listener.tally.received
  assert.ok(before * 4_000 < 4 * 73_728, `${before} messages under way`)
  cuff.send(publishPacket('cuff', 1, weight(DAY)))
  await waitFor(() => listener.tally.received === before + 1, { what: 'the quiet reading' })
  assert.equal(listener.ledger.facts.at(-1)?.by, 'device:cuff', 'it does not wait behind the flood')
  listener.ledger.release()
  assert.equal(((await cuff.next()) as { messageId: number }).messageId, 1)
  await waitFor(() => listener.tally.recorded > 1_000, { what: 'reading to go on' })
})

test('one more connection than a device may have closes its oldest, whatever the client ids', async () => {
  await using listener = await startListener({ maxConnections: 2 }, devices)
  const [first, second, third] = [
    await session(listener.port, 'flood', { clientId: 'a' }),
    await session(listener.port, 'flood', { clientId: 'b' }),
    await session(listener.port, 'flood', { clientId: '' }),
  ]
  assert.equal(await first.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('DEVICE_CONNECTIONS'), 1)
  for (const client of [second, third]) {
    client.send(Uint8Array.of(0xc0, 0))
    assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
  }
  await session(listener.port, 'cuff')
  assert.equal(listener.app.mqtt.connections, 3)
})

test('a device that connects over and over is told "not now" (return code 3); another one is let in', async () => {
  await using listener = await startListener(
    { limits: { readingsPerSecond: 1, burstReadings: 100 } },
    devices,
  )
  const answerTo = async (clientId: string): Promise<number | undefined> => {
    const client = await open(listener.port)
    client.send(connectPacket('flood', { clientId }))
    const connack = await client.next()
    assert.ok(connack !== 'closed' && connack.cmd === 'connack')
    return connack.returnCode
  }
  assert.equal(await answerTo('first'), 0)
  const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => answerTo(`client-${n}`)))
  assert.ok(answers.includes(3))
  await session(listener.port, 'cuff')
})

test('a SUBSCRIBE costs what a message of its size does: a flood of them is not read, and told "not now"', async () => {
  await using listener = await startListener(
    { limits: { readingsPerSecond: 1, burstReadings: 100 } },
    devices,
  )
  const flood = await session(listener.port, 'flood')
  const filter = `devices/flood/${'a'.repeat(986)}`
  const subscriptions = Array.from({ length: 16 }, () => ({ topic: filter, qos: 0 as const }))
  // Of some 80 readings each.
  const subscribe = mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions })
  for (let n = 0; n < 3; n += 1) {
    flood.send(subscribe)
    assert.equal(((await flood.next()) as { cmd: string }).cmd, 'suback')
  }
  const again = await open(listener.port)
  again.send(connectPacket('flood', { clientId: 'again' }))
  assert.equal(((await again.next()) as { returnCode: number }).returnCode, 3)
  await session(listener.port, 'cuff')
})

test('a device beyond its day gets no PUBACK, is told "not now", and stands on rejected once an hour; another one goes on', async () => {
  await using listener = await startListener({ limits: { factsPerDay: 2.5 } }, devices)
  const flood = await session(listener.port, 'flood')
  for (let n = 1; n <= 5; n += 1) flood.send(publishPacket('flood', n, weight(DAY + n * 1_000)))
  for (let n = 1; n <= 3; n += 1) assert.equal(((await flood.next()) as { messageId: number }).messageId, n)
  const again = async (clientId: string) => {
    const client = await open(listener.port)
    // What it sends behind its CONNECT is not looked at.
    client.send(connectPacket('flood', { clientId }))
    client.send(publishPacket('flood', 1, weight(DAY)))
    return client.next()
  }
  const since = performance.now()
  for (const answer of await Promise.all([again('one'), again('two')]))
    assert.equal((answer as { returnCode: number }).returnCode, 3)
  assert.ok(performance.now() - since > 4_500, 'it is told so slowly that it cannot do it often')
  const cuff = await session(listener.port, 'cuff')
  cuff.send(publishPacket('cuff', 1, weight(DAY)))
  assert.equal(((await cuff.next()) as { messageId: number }).messageId, 1)
  const ofFlood = listener.ledger.facts.filter(({ by }) => by === 'device:flood')
  assert.equal(ofFlood.filter(({ type }) => type === 'reading.recorded').length, 3)
  const codes = ofFlood.flatMap((fact) => (fact.type === 'payload.rejected' ? [fact.data.code] : []))
  assert.ok(codes.length === 1 || codes.length === 2, 'two when the hour changed meanwhile')
  assert.equal(codes[0], 'DEVICE_OVER_DAY')
  flood.socket.destroy()
})

test('of more than 256 connections that wait for their refusal the oldest is closed without a word', async () => {
  await using listener = await startListener({ limits: { factsPerDay: 0.5 } }, devices)
  const flood = await session(listener.port, 'flood')
  flood.send(publishPacket('flood', 1, weight(DAY)))
  assert.equal(((await flood.next()) as { messageId: number }).messageId, 1)
  const refused: Client[] = []
  for (let n = 0; n < 257; n += 1) {
    const client = await open(listener.port)
    client.send(connectPacket('flood', { clientId: `again-${n}` }))
    refused.push(client)
  }
  assert.equal(await Promise.race(refused.map((client) => client.next())), 'closed')
  assert.equal(refused.flatMap(({ packets }) => packets).length, 0)
  await session(listener.port, 'cuff')
})

test('a stop waits for what the ledger was given, not for what a device has waiting', async () => {
  await using listener = await startListener({ limits: { readingsPerSecond: 1, burstReadings: 10 } }, devices)
  const client = await session(listener.port, 'flood')
  listener.ledger.hold()
  for (let n = 1; n <= 50; n += 1) client.send(publishPacket('flood', n, weight(DAY + n * 1_000)))
  await waitFor(() => listener.tally.received === 50, { what: 'all of them' })
  const given = listener.ledger.facts.length
  assert.ok(given < 50)
  listener.app.mqtt.quiesce()
  listener.ledger.release()
  await listener.app.mqtt.drained()
  assert.equal(listener.ledger.facts.length, given)
  assert.equal(listener.tally.recorded, given)
  await listener.app.close()
  assert.deepEqual([listener.tally.failed, listener.tally.inFlight], [50 - given, 0])
})

test('that a device was closed for the size of its packets is on the ledger, once an hour, beside what was refused', async () => {
  await using listener = await startListener()
  for (let n = 0; n < 3; n += 1) {
    const client = await session(listener.port)
    client.send(Uint8Array.of(0x32, 0xff, 0xff, 0xff, 0x7f))
    assert.equal(await client.next(), 'closed')
  }
  const told = listener.ledger.facts.map((fact) => fact.type === 'payload.rejected' && fact.data)
  assert.ok(told.length === 1 || told.length === 2, 'two when the hour changed meanwhile')
  assert.ok(told[0])
  const { source, code, payloadBase64 } = told[0]
  assert.deepEqual(
    { source, code, payloadBase64 },
    { source: 'cuff', code: 'PACKET_TOO_LARGE', payloadBase64: '' },
  )
})
