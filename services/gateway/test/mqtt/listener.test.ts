import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import fc from 'fast-check'
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
  await waitFor(() => listener.ledger.facts.length === 51, { what: 'both messages' })
  listener.ledger.release()
  const pubacks = [await client.next(), await client.next()]
  assert.deepEqual(ids(pubacks as { messageId: number }[]), [1, 2])
})

test('a PUBACK does not wait until the one before it was received (TCP_NODELAY)', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.ledger.hold()
  const waits: number[] = []
  // A fresh connection's first segments are acknowledged at once, whatever its options.
  for (let n = 1; n <= 60; n += 2) {
    for (const id of [n, n + 1]) client.send(publishPacket('cuff', id, weight(DAY + id * 1_000)))
    await waitFor(() => listener.tally.inFlight === 2, { what: 'both', everyMs: 1 })
    listener.ledger.releaseOne()
    await client.next()
    const since = performance.now()
    listener.ledger.releaseOne()
    await client.next()
    waits.push(performance.now() - since)
  }
  const median = waits.toSorted((a, b) => a - b)[waits.length / 2]!
  assert.ok(median < 20, `${median} ms`)
})

test('a packet is read however it is cut', async () => {
  await using listener = await startListener()
  const client = await open(listener.port)
  for (const byte of Buffer.concat([connectPacket('cuff'), publishPacket('cuff', 1, weight(DAY))]))
    client.send(Uint8Array.of(byte))
  assert.equal(((await client.next()) as { cmd: string }).cmd, 'connack')
  assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
})

test('QoS 0 is recorded and not answered', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  client.send(publishPacket('cuff', 1, weight(DAY), { qos: 0 }))
  await waitFor(() => listener.tally.recorded === 1, { what: 'the reading' })
  client.send(Uint8Array.of(0xc0, 0))
  assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
})

test('a packet over the limit is refused at its fixed header, before its bytes come', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  client.send(Uint8Array.of(0x32, 0xff, 0xff, 0xff, 0x7f))
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('PACKET_TOO_LARGE'), 1)
})

test('a CONNECT over 16 KB is refused at its fixed header, under a code of its own; one of 16 KB is read', async () => {
  await using listener = await startListener()
  const will = (bytes: number) => ({ topic: 'gone', payload: Buffer.alloc(bytes, 97), qos: 1, retain: false })
  await session(listener.port, 'cuff', { will: will(16_000) })
  const client = await open(listener.port)
  client.send(connectPacket('cuff', { will: will(16_384) }).subarray(0, 5))
  assert.equal(await client.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('CONNECT_TOO_LARGE'), 1)
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

test('a device may subscribe to its own topics, with QoS 1 at most; other filters are answered with failure (§3.9.3)', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  const filters = [
    'devices/cuff/commands',
    'devices/cuff/#',
    'devices/cuff/+/ack',
    '#',
    'devices/other/x',
    'devices/cuff',
  ]
  const subscriptions = filters.map((topic, index) => ({ topic, qos: (index % 3) as 0 | 1 | 2 }))
  client.send(mqtt.generate({ cmd: 'subscribe', messageId: 9, subscriptions }))
  const suback = await client.next()
  assert.ok(suback !== 'closed' && suback.cmd === 'suback' && suback.messageId === 9)
  assert.deepEqual(suback.granted, [0, 1, 1, 0x80, 0x80, 0x80])
})

for (const [name, packet] of [
  [
    'SUBSCRIBE',
    (filters: string[]) =>
      mqtt.generate({
        cmd: 'subscribe',
        messageId: 9,
        subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })),
      }),
  ],
  [
    'UNSUBSCRIBE',
    (filters: string[]) => mqtt.generate({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: filters }),
  ],
] as const)
  test(`${name} names 16 filters at most: one more closes the connection, and a person learns of it`, async () => {
    await using listener = await startListener()
    const client = await session(listener.port)
    const filters = (count: number) => Array.from({ length: count }, (_, n) => `devices/cuff/${n}`)
    client.send(packet(filters(16)))
    const answer = await client.next()
    assert.ok(answer !== 'closed' && (answer.cmd === 'suback' || answer.cmd === 'unsuback'))
    if (answer.cmd === 'suback') assert.equal(answer.granted.length, 16)
    client.send(packet(filters(17)))
    assert.equal(await client.next(), 'closed')
    assert.equal(listener.app.mqtt.closedBy.get('PACKET_TOO_LARGE'), 1)
    const told = listener.ledger.facts.flatMap((fact) =>
      fact.type === 'payload.rejected' ? [fact.data.code] : [],
    )
    assert.deepEqual(told, ['PACKET_TOO_LARGE'])
  })

for (const [name, first] of [
  ['SUBSCRIBE', 0x82],
  ['UNSUBSCRIBE', 0xa2],
  ['PINGREQ', 0xc0],
] as const)
  test(`${name} over 16 KB is refused at its fixed header, however large a PUBLISH may be`, async () => {
    await using listener = await startListener({ maxPacketBytes: 65_536 })
    const client = await session(listener.port)
    client.send(Uint8Array.of(first, 0x81, 0x80, 0x01))
    assert.equal(await client.next(), 'closed')
    assert.equal(listener.app.mqtt.closedBy.get('PACKET_TOO_LARGE'), 1)
  })

test('a client that asks for no keep-alive is closed after MQTT_MAX_SILENCE_MS; one that asks is not', async () => {
  await using listener = await startListener({ maxSilenceMs: 100 })
  const unasked = await session(listener.port, 'cuff', { clientId: 'a', keepalive: 0 })
  await session(listener.port, 'cuff', { clientId: 'b', keepalive: 3_600 })
  assert.equal(await unasked.next(), 'closed')
  assert.equal(listener.app.mqtt.closedBy.get('KEEP_ALIVE_TIMEOUT'), 1)
  assert.equal(listener.app.mqtt.connections, 1)
})

for (const [how, end] of [
  ['ends its half of the connection', (client: Client) => client.socket.end()],
  ['sends DISCONNECT', (client: Client) => client.send(Uint8Array.of(0xe0, 0))],
] as const) {
  test(`a client that ${how} after a PUBLISH still gets its PUBACK`, async () => {
    await using listener = await startListener()
    const client = await session(listener.port)
    listener.ledger.hold()
    client.send(publishPacket('cuff', 1, weight(DAY)))
    end(client)
    await waitFor(() => listener.tally.inFlight === 1, { what: 'the reading' })
    listener.ledger.release()
    assert.equal(((await client.next()) as { messageId: number }).messageId, 1)
    assert.equal(await client.next(), 'closed')
    await waitFor(() => listener.app.mqtt.connections === 0, { what: 'its end' })
    assert.equal(listener.app.mqtt.closedBy.size, 0)
  })
}

test('whatever is thrown while a packet is handled ends that connection, is counted, and goes no further', async () => {
  const throwing = {
    ingest: () => {
      throw new TypeError('not a promise')
    },
    now: () => {
      throw new RangeError('no clock')
    },
  }
  await using listener = await startListener({ ingest: throwing.ingest })
  await using clockless = await startListener({ clock: { now: throwing.now } })
  await using rejecting = await startListener({ ingest: () => Promise.reject(new Error('a driver’s own')) })
  for (const { app, port } of [listener, clockless, rejecting]) {
    const client = await session(port)
    const other = await session(port, 'cuff', { clientId: 'other' })
    client.send(publishPacket('cuff', 1, weight(DAY)))
    assert.equal(await client.next(), 'closed')
    assert.equal(app.mqtt.closedBy.get('INTERNAL'), 1)
    other.send(Uint8Array.of(0xc0, 0))
    assert.equal(((await other.next()) as { cmd: string }).cmd, 'pingresp')
  }
})

test('quiesce reads no more and lets what is under way have its PUBACK', async () => {
  await using listener = await startListener()
  const client = await session(listener.port)
  listener.ledger.hold()
  client.send(publishPacket('cuff', 1, weight(DAY)))
  await waitFor(() => listener.tally.inFlight === 1, { what: 'the reading' })
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
