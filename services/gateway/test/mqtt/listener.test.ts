import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '@cufflink/testkit'
import fc from 'fast-check'
import mqtt from 'mqtt-packet'
import {
  type Client,
  connectPacket,
  drip,
  open,
  publishPacket,
  registered,
  session,
  startListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000
const ids = (packets: readonly { messageId?: number }[]): (number | undefined)[] =>
  packets.map((one) => one.messageId)

test('withholds PUBACK until the fact is durable [design rule 1]', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.ledger.hold()
  client.send(publishPacket('cuff', 7, weight(DAY)))
  client.send(Buffer.from([0xc0, 0]))
  assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
  assert.equal(listener.tally.inFlight, 1)
  assert.deepEqual(client.packets, [])
  listener.ledger.release()
  const puback = await client.next()
  assert.ok(puback !== 'closed' && puback.cmd === 'puback' && puback.messageId === 7)
})

test('PUBACKs leave in the order of the PUBLISH packets, a batch of many readings before it too [MQTT-4.6.0-2]', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.ledger.hold()
  const batch = JSON.stringify(Array.from({ length: 50 }, (_, n) => JSON.parse(weight(DAY + n * 1_000))))
  client.send(
    Buffer.concat([publishPacket('cuff', 1, batch), publishPacket('cuff', 2, weight(DAY + 99_000))]),
  )
  await waitFor(() => listener.ledger.facts.length === 51, { withinMs: 2_000, what: 'both messages' })
  listener.ledger.release()
  const pubacks = [await client.next(), await client.next()]
  assert.deepEqual(ids(pubacks as { messageId: number }[]), [1, 2])
})

test('a packet is read however it is cut', async () => {
  await using listener = await startListener()
  const client = await open(listener.port)
  for (const byte of Buffer.concat([connectPacket('cuff'), publishPacket('cuff', 1, weight(DAY))]))
    client.send(Uint8Array.of(byte))
  assert.equal(((await client.next()) as { cmd: string }).cmd, 'connack')
  assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
})

test('QoS 0 is recorded and not answered; QoS 2 ends the connection', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  client.send(publishPacket('cuff', 1, weight(DAY), { qos: 0 }))
  await waitFor(() => listener.tally.recorded === 1, { withinMs: 2_000, what: 'the reading' })
  client.send(publishPacket('cuff', 2, weight(DAY + 1_000), { qos: 2 }))
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('QOS_UNSUPPORTED'), 1)
})

test('a packet over the limit is refused at its fixed header, before its bytes come', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  client.send(Uint8Array.of(0x32, 0xff, 0xff, 0xff, 0x7f))
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('PACKET_TOO_LARGE'), 1)
})

test('before CONNECT, and for CONNECT, the limit is 4 KB', async () => {
  await using listener = await startListener()
  const client = await open(listener.port)
  client.send(connectPacket('cuff', { password: Buffer.alloc(5_000, 97) }))
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('PACKET_TOO_LARGE'), 1)
})

test('a connection without CONNECT is closed at the deadline', async () => {
  await using listener = await startListener({ connectDeadlineMs: 50 })
  const client = await open(listener.port)
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('CONNECT_TIMEOUT'), 1)
})

test('the bytes of a CONNECT, one now and then, do not put the deadline off', async () => {
  await using listener = await startListener({ connectDeadlineMs: 500 })
  const client = await open(listener.port)
  using _ = drip(client, connectPacket('cuff', { username: 'cuff'.repeat(500) }))
  const since = performance.now()
  assert.equal(await client.next(), 'closed')
  assert.ok(performance.now() - since < 2_500)
  assert.equal(listener.app.mqtt.closedBy.get('CONNECT_TIMEOUT'), 1)
})

test('silence beyond one and a half times the keep-alive ends the connection [MQTT-3.1.2-24]; PINGREQ keeps it', async () => {
  await using listener = await startListener()
  const silent = await session(listener.port, 'cuff', { clientId: 'a', keepalive: 1 })
  const alive = await session(listener.port, 'cuff', { clientId: 'b', keepalive: 1 })
  const pinging = setInterval(() => alive.send(Uint8Array.of(0xc0, 0)), 300)
  const since = performance.now()
  assert.equal(await silent.next(), 'closed')
  assert.ok(performance.now() - since > 1_400)
  clearInterval(pinging)
  assert.equal(listener.app.mqtt.connections, 1)
  assert.equal(listener.app.mqtt.closedBy.get('KEEP_ALIVE_TIMEOUT'), 1)
})

test('the bytes of a packet that never ends are silence too', async () => {
  await using listener = await startListener()
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  using _ = drip(client, publishPacket('cuff', 1, weight(DAY) + ' '.repeat(5_000)))
  const since = performance.now()
  assert.equal(await client.next(), 'closed')
  const closedAfter = performance.now() - since
  assert.ok(closedAfter > 1_400 && closedAfter < 3_500, `closed after ${closedAfter} ms`)
  assert.equal(listener.app.mqtt.closedBy.get('KEEP_ALIVE_TIMEOUT'), 1)
})

test('a device that waits for its PUBACKs is not silent', async () => {
  await using listener = await startListener({ maxInFlight: 1 })
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  listener.ledger.hold()
  client.send(publishPacket('cuff', 1, weight(DAY)))
  await waitFor(() => listener.tally.inFlight === 1, { withinMs: 2_000, what: 'the reading' })
  await pause(2_700)
  listener.ledger.release()
  client.send(publishPacket('cuff', 2, weight(DAY + 1_000)))
  const pubacks = [await client.next(), await client.next()]
  assert.deepEqual(ids(pubacks as { messageId: number }[]), [1, 2])
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
    { withinMs: 20_000, what: 'the gateway to read no more', everyMs: 1 },
  )
  return count
}

test('who leaves 16 KB of answers unread is not read, until it reads', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  await sendUnread(client)
  client.send(publishPacket('cuff', 1, weight(DAY)))
  assert.equal(listener.tally.received, 0)
  client.socket.resume()
  await waitFor(() => listener.tally.recorded === 1, { withinMs: 20_000, what: 'the reading behind them' })
})

test('who never reads its answers is closed, however much it sends', async () => {
  await using listener = await startListener()
  const client = await session(listener.port, 'cuff', { keepalive: 1 })
  await sendUnread(client)
  await waitFor(() => listener.app.mqtt.connections === 0, { withinMs: 4_000, what: 'its end' })
  assert.equal(listener.app.mqtt.closedBy.get('WAIT_EXPIRED'), 1)
})

test('the first packet must be CONNECT, and only the first [MQTT-3.1.0-1, MQTT-3.1.0-2]', async () => {
  await using listener = await startListener()
  const early = await open(listener.port)
  early.send(Uint8Array.of(0xc0, 0))
  assert.equal(await early.next(), 'closed')
  const twice = await session(listener.port)
  twice.send(connectPacket('cuff'))
  assert.equal(await twice.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('PROTOCOL_VIOLATION'), 2)
})

const refusals = [
  {
    what: 'a wrong secret',
    returnCode: 4,
    packet: connectPacket('cuff', { password: Buffer.from('guess') }),
  },
  { what: 'no secret', returnCode: 4, packet: connectPacket('cuff', { password: undefined }) },
  { what: 'an unknown device', returnCode: 4, packet: connectPacket('stranger') },
  { what: 'a revoked device', returnCode: 5, packet: connectPacket('gone') },
  { what: 'MQTT 5', returnCode: 1, packet: connectPacket('cuff', { protocolVersion: 5 }) },
  {
    what: 'MQTT 3.1',
    returnCode: 1,
    packet: connectPacket('cuff', { protocolId: 'MQIsdp', protocolVersion: 3 }),
  },
]
for (const { what, returnCode, packet } of refusals) {
  test(`${what} is refused with return code ${returnCode} [MQTT-3.2.2-5], and the connection closed`, async () => {
    await using listener = await startListener({}, [
      registered('cuff'),
      registered('gone', { status: 'revoked' }),
    ])
    const client = await open(listener.port)
    client.send(packet)
    const connack = await client.next()
    assert.ok(connack !== 'closed' && connack.cmd === 'connack')
    assert.equal(connack.returnCode, returnCode)
    assert.equal(await client.next(), 'closed')
  })
}

test('a client that connects again takes its session over [MQTT-3.1.4-2]; another device cannot take it', async () => {
  await using listener = await startListener({}, [registered('cuff'), registered('other')])
  const first = await session(listener.port)
  const other = await session(listener.port, 'other', { clientId: 'cuff' })
  assert.equal(listener.app.mqtt.connections, 2)
  await session(listener.port)
  assert.equal(await first.next(), 'closed')
  other.send(Uint8Array.of(0xc0, 0))
  assert.equal(((await other.next()) as { cmd: string }).cmd, 'pingresp')
})

test('a device that is revoked, or gets another secret, is cut off at once', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.registry.replace(registered('cuff', { status: 'revoked' }))
  assert.equal(await client.next(), 'closed')
})

test('a device given to another patient keeps its connection, and its next reading is the new patient’s', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  const assignments = [
    { patient: 'p-1', from: 0, to: DAY },
    { patient: 'p-2', from: DAY },
  ]
  listener.registry.replace(registered('cuff', { assignments }))
  client.send(publishPacket('cuff', 1, weight(DAY - 1_000)))
  client.send(publishPacket('cuff', 2, weight(DAY)))
  await client.next()
  await client.next()
  const patients = listener.ledger.facts.map((fact) => fact.type === 'reading.recorded' && fact.data.patient)
  assert.deepEqual(patients, ['p-1', 'p-2'])
})

test('subscriptions are answered with failure (§3.9.3), and the connection stays', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  client.send(Uint8Array.of(0x82, 6, 0, 9, 0, 1, 0x23, 0))
  const suback = await client.next()
  assert.ok(suback !== 'closed' && suback.cmd === 'suback')
  assert.deepEqual(suback.granted, [0x80])
  const filters = Array.from({ length: 500 }, (_, n) => ({ topic: `filter/${n}`, qos: 0 as const }))
  client.send(mqtt.generate({ cmd: 'subscribe', messageId: 10, subscriptions: filters }))
  const many = await client.next()
  assert.ok(many !== 'closed' && many.cmd === 'suback')
  assert.equal(many.granted.length, 500)
})

/** Publishes more than the kernel's buffers hold. */
function publishMany(client: Client, count: number): void {
  const padding = ' '.repeat(4_000)
  for (let n = 1; n <= count; n += 1) client.send(publishPacket('cuff', n, weight(DAY + n * 1_000) + padding))
}

test('a stalled ledger stops the reading of a device’s socket at its limit, and reading goes on after it', async () => {
  await using listener = await startListener({ maxInFlight: 10 })
  const client = await session(listener.port)
  listener.ledger.hold()
  const count = 4_000
  publishMany(client, count)
  await waitFor(() => client.socket.writableLength > 0 && listener.tally.inFlight >= 10, {
    withinMs: 5_000,
    what: 'the pressure to reach the client',
  })
  // One chunk of 64 KB may be read before the socket is paused.
  assert.ok(listener.tally.inFlight < 1_000, `${listener.tally.inFlight} under way`)
  listener.ledger.release()
  await waitFor(() => listener.tally.recorded === count, { withinMs: 10_000, what: 'all of them' })
})

test('a gateway with as much under way as it may reads nobody, and everybody again later', async () => {
  await using listener = await startListener({ maxQueued: 5, maxInFlight: 65_535 })
  const [a, b] = [
    await session(listener.port, 'cuff', { clientId: 'a' }),
    await session(listener.port, 'cuff', { clientId: 'b' }),
  ]
  listener.ledger.hold()
  for (let n = 1; n <= 5; n += 1) a.send(publishPacket('cuff', n, weight(DAY + n * 1_000)))
  await waitFor(() => listener.tally.inFlight === 5, { withinMs: 2_000, what: 'the limit' })
  const count = 4_000
  publishMany(b, count)
  await waitFor(() => b.socket.writableLength > 0 && listener.tally.inFlight > 5, {
    withinMs: 5_000,
    what: 'the pressure to reach the other client',
  })
  assert.ok(listener.tally.inFlight < 1_000, `${listener.tally.inFlight} under way`)
  listener.ledger.release()
  await waitFor(() => listener.tally.recorded === count + 5, { withinMs: 10_000, what: 'both devices' })
})

test('quiesce reads no more and lets what is under way have its PUBACK', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.ledger.hold()
  client.send(publishPacket('cuff', 1, weight(DAY)))
  await waitFor(() => listener.tally.inFlight === 1, { withinMs: 2_000, what: 'the reading' })
  listener.app.mqtt.quiesce()
  client.send(publishPacket('cuff', 2, weight(DAY + 1_000)))
  const drained = listener.app.mqtt.drained()
  listener.ledger.release()
  await drained
  assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
  assert.equal(listener.tally.received, 1)
})

test('no bytes end the listener or keep a connection that speaks nonsense', async () => {
  await using listener = await startListener({ connectDeadlineMs: 100 })
  const nonsense = fc.uint8Array({ minLength: 1, maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(nonsense, fc.boolean(), async (bytes, connected) => {
      const client = connected ? await session(listener.port) : await open(listener.port)
      client.send(bytes)
      client.socket.end()
      while ((await client.next()) !== 'closed');
    }),
    { numRuns: 200 },
  )
  const client = await session(listener.port)
  client.send(publishPacket('cuff', 1, weight(DAY)))
  assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
})
