/** MQTT 3.1.1 (OASIS Standard, 29 October 2014) as raw bytes: each case names its clause. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import {
  type Client,
  connectPacket,
  open,
  publishPacket,
  session,
  startListener,
  type TestListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000
let listener: TestListener
before(async () => {
  listener = await startListener()
})
after(() => listener[Symbol.asyncDispose]())

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
const text = (value: string | Buffer): Buffer => {
  const content = Buffer.from(value as string)
  return Buffer.concat([uint16(content.length), content])
}
/** A packet whose remaining length is true. */
const packet = (first: number, ...body: readonly (Buffer | number)[]): Buffer => {
  const content = Buffer.concat(body.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)))
  const length =
    content.length < 128 ? [content.length] : [(content.length & 0x7f) | 0x80, content.length >> 7]
  return Buffer.concat([Buffer.from([first, ...length]), content])
}

type ConnectParts = {
  readonly name?: string
  readonly level?: number
  readonly flags?: number
  readonly clientId?: string | Buffer
  readonly fields?: readonly Buffer[]
}
const credentials = [text('cuff'), text('secret-cuff')]
const connect = ({
  name = 'MQTT',
  level = 4,
  flags = 0xc2,
  clientId = 'c',
  fields = credentials,
}: ConnectParts): Buffer => packet(0x10, text(name), level, flags, uint16(0), text(clientId), ...fields)

/** Both what a decoder of bytes might let pass: a surrogate, an overlong form, a byte that begins nothing, and U+0000. */
const illFormed = {
  'a surrogate [MQTT-1.5.3-1]': bytes('61 ed a0 80'),
  'an overlong form [MQTT-1.5.3-1]': bytes('c0 af'),
  'a lone continuation byte [MQTT-1.5.3-1]': bytes('61 80'),
  'a cut sequence [MQTT-1.5.3-1]': bytes('61 e2 82'),
  'U+0000 [MQTT-1.5.3-2]': bytes('61 00 62'),
}

async function isClosed(client: Client): Promise<void> {
  assert.equal(await client.next(), 'closed')
  assert.deepEqual(client.packets, [])
}

describe('CONNECT', () => {
  const malformed: Record<string, Buffer> = {
    'the reserved flag set [MQTT-3.1.2-3]': connect({ flags: 0xc3 }),
    'will QoS 3 [MQTT-3.1.2-14]': connect({ flags: 0xde, fields: [text('t'), text('m'), ...credentials] }),
    'will QoS without a will [MQTT-3.1.2-13]': connect({ flags: 0xca }),
    'will retain without a will [MQTT-3.1.2-15]': connect({ flags: 0xe2 }),
    'a password without a user name [MQTT-3.1.2-22]': connect({ flags: 0x42, fields: [text('secret-cuff')] }),
    'a flag for a password that is not there [MQTT-3.1.2-21]': connect({ fields: [text('cuff')] }),
    'a flag for a user name that is not there [MQTT-3.1.2-19]': connect({ fields: [] }),
    'a flag for a will that is not there [MQTT-3.1.2-9]': connect({ flags: 0x06, fields: [] }),
    'bytes after its last field [MQTT-3.1.4-1]': connect({ fields: [...credentials, bytes('00')] }),
    'a user name without its flag [MQTT-3.1.2-18]': connect({ flags: 0x02, fields: [text('cuff')] }),
    'another protocol’s name [MQTT-3.1.2-1]': connect({ name: 'MQTX' }),
    'no body': bytes('10 00'),
    'flags in its fixed header [MQTT-2.2.2-2]': Buffer.concat([bytes('11'), connect({}).subarray(1)]),
    'a will topic with a wildcard [MQTT-3.3.2-2]': connect({
      flags: 0xc6,
      fields: [text('a/#'), text('m'), ...credentials],
    }),
    'a text that ends after the packet': packet(0x10, text('MQTT'), 4, 0xc2, uint16(0), bytes('00 09 63')),
  }
  for (const [what, content] of Object.entries(illFormed)) {
    malformed[`${what} in the client identifier`] = connect({ clientId: content })
    malformed[`${what} in the user name`] = connect({ fields: [text(content), text('secret-cuff')] })
    malformed[`${what} in the will topic`] = connect({
      flags: 0xc6,
      fields: [text(content), text('m'), ...credentials],
    })
  }
  for (const [what, sent] of Object.entries(malformed)) {
    test(`with ${what} is closed without a CONNACK`, async () => {
      const client = await open(listener.port)
      client.send(sent)
      await isClosed(client)
    })
  }

  for (const level of [0, 1, 3, 5, 6, 131, 132, 133, 255]) {
    test(`of protocol level ${level} is answered with return code 1, then closed [MQTT-3.1.2-2]`, async () => {
      const client = await open(listener.port)
      client.send(connect({ level }))
      const connack = await client.next()
      assert.ok(connack !== 'closed' && connack.cmd === 'connack')
      assert.equal(connack.returnCode, 1)
      await isClosed(client)
    })
  }

  test('without an identifier and with a clean session is a session of its own each time [MQTT-3.1.3-6]', async () => {
    const clients = [
      await session(listener.port, 'cuff', { clientId: '' }),
      await session(listener.port, 'cuff', { clientId: '' }),
    ]
    for (const client of clients) {
      client.send(bytes('c0 00'))
      assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
      client.socket.destroy()
    }
  })

  test('without an identifier and a clean session is answered with return code 2, then closed [MQTT-3.1.3-8]', async () => {
    const client = await open(listener.port)
    client.send(connect({ flags: 0xc0, clientId: '' }))
    const connack = await client.next()
    assert.ok(connack !== 'closed' && connack.cmd === 'connack')
    assert.equal(connack.returnCode, 2)
    await isClosed(client)
  })

  test('may hold a will, and any text as an identifier; no session is present [MQTT-3.2.2-3]', async () => {
    const client = await open(listener.port)
    client.send(
      connect({ flags: 0xf4, clientId: '\uFEFFcuff 器', fields: [text('gone'), text('m'), ...credentials] }),
    )
    const connack = await client.next()
    assert.ok(connack !== 'closed' && connack.cmd === 'connack')
    assert.deepEqual([connack.returnCode, connack.sessionPresent], [0, false])
    client.socket.destroy()
  })
})

describe('A packet of a connected client', () => {
  const topic = 'devices/cuff/readings'
  const malformed: Record<string, Buffer> = {
    'PUBLISH with packet identifier 0 [MQTT-2.3.1-1]': packet(
      0x32,
      text(topic),
      uint16(0),
      Buffer.from('{}'),
    ),
    'PUBLISH that ends before its packet identifier': bytes('32 03 00 01 61'),
    'PUBLISH that ends within its topic': bytes('30 03 00 05 61'),
    'PUBLISH without a body': bytes('30 00'),
    'PUBLISH of QoS 3 [MQTT-3.3.1-4]': packet(0x36, text(topic), uint16(1)),
    'PUBLISH with DUP at QoS 0 [MQTT-3.3.1-2]': packet(0x38, text(topic), Buffer.from('{}')),
    'PUBLISH to an empty topic [MQTT-4.7.3-1]': packet(0x32, text(''), uint16(1)),
    'PUBLISH to # [MQTT-3.3.2-2]': packet(0x32, text('devices/#'), uint16(1)),
    'PUBLISH to + [MQTT-3.3.2-2]': packet(0x32, text('devices/+/readings'), uint16(1)),
    'SUBSCRIBE without a filter [MQTT-3.8.3-3]': bytes('82 02 00 0a'),
    'SUBSCRIBE without a body': bytes('82 00'),
    'SUBSCRIBE with packet identifier 0 [MQTT-2.3.1-1]': packet(0x82, uint16(0), text('a'), 0),
    'SUBSCRIBE with QoS 3 [MQTT-3-8.3-4]': packet(0x82, uint16(1), text('a'), 3),
    'SUBSCRIBE with a reserved bit [MQTT-3-8.3-4]': packet(0x82, uint16(1), text('a'), 4),
    'SUBSCRIBE without a QoS': packet(0x82, uint16(1), text('a')),
    'SUBSCRIBE to an empty filter [MQTT-4.7.3-1]': packet(0x82, uint16(1), text(''), 0),
    'SUBSCRIBE to a# [MQTT-4.7.1-2]': packet(0x82, uint16(1), text('a#'), 0),
    'SUBSCRIBE to #/a [MQTT-4.7.1-2]': packet(0x82, uint16(1), text('#/a'), 0),
    'SUBSCRIBE to a+ [MQTT-4.7.1-3]': packet(0x82, uint16(1), text('a+'), 0),
    'UNSUBSCRIBE without a filter [MQTT-3.10.3-2]': bytes('a2 02 00 0a'),
    'UNSUBSCRIBE with packet identifier 0 [MQTT-2.3.1-1]': packet(0xa2, uint16(0), text('a')),
    'PUBREL with packet identifier 0': bytes('62 02 00 00'),
    'PUBREL of three bytes': bytes('62 03 00 01 00'),
    'PINGREQ with a body': bytes('c0 01 00'),
    'DISCONNECT with a body': bytes('e0 01 00'),
    'a remaining length of five bytes (§2.2.3)': bytes('30 80 80 80 80 01'),
    'a PUBACK to a PUBLISH that never was': bytes('40 02 00 01'),
    'a CONNACK, which only servers send': bytes('20 02 00 00'),
    'the reserved type 0 [MQTT-2.2.2-2]': bytes('00 00'),
    'the reserved type 15 [MQTT-2.2.2-2]': bytes('f0 00'),
    'PUBREL with flags 0 [MQTT-3.6.1-1]': bytes('60 02 00 01'),
    'SUBSCRIBE with flags 0 [MQTT-3.8.1-1]': packet(0x80, uint16(1), text('a'), 0),
    'UNSUBSCRIBE with flags 0 [MQTT-3.10.1-1]': packet(0xa0, uint16(1), text('a')),
    'PINGREQ with flags 1 [MQTT-2.2.2-2]': bytes('c1 00'),
    'DISCONNECT with flags 1 [MQTT-3.14.1-1]': bytes('e1 00'),
    'a second CONNECT [MQTT-3.1.0-2]': connectPacket('cuff'),
  }
  for (const [what, content] of Object.entries(illFormed)) {
    malformed[`PUBLISH with ${what} in its topic`] = packet(0x32, text(content), uint16(1))
    malformed[`SUBSCRIBE with ${what} in its filter`] = packet(0x82, uint16(1), text(content), 0)
    malformed[`UNSUBSCRIBE with ${what} in its filter`] = packet(0xa2, uint16(1), text(content))
  }
  for (const [what, sent] of Object.entries(malformed)) {
    test(`that is ${what} closes the connection unanswered [MQTT-4.8.0-1]`, async () => {
      const client = await session(listener.port)
      client.send(sent)
      await isClosed(client)
    })
  }

  test('gets the answers to what came before it, though it closes the connection', async () => {
    const client = await session(listener.port)
    client.send(Buffer.concat([bytes('c0 00'), bytes('c1 00')]))
    assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
    await isClosed(client)
  })

  test('UNSUBSCRIBE is acknowledged, though there was no such subscription [MQTT-3.10.4-5]', async () => {
    const client = await session(listener.port)
    client.send(packet(0xa2, uint16(0xabcd), text('a'), text('b/#')))
    const unsuback = await client.next()
    assert.ok(unsuback !== 'closed' && unsuback.cmd === 'unsuback')
    assert.equal(unsuback.messageId, 0xabcd)
    client.socket.destroy()
  })

  test('an empty packet is answered only once all of its fixed header came', async () => {
    const client = await session(listener.port)
    client.send(bytes('c0'))
    client.send(bytes('00'))
    assert.equal(((await client.next()) as { cmd: string }).cmd, 'pingresp')
    client.socket.destroy()
  })
})

describe('QoS 2', () => {
  test('is answered with PUBREC once the reading is durable, in the order of the PUBLISH packets, then PUBCOMP [MQTT-4.3.3-2]', async () => {
    await using listener = await startListener()
    const client = await session(listener.port)
    listener.ledger.hold()
    client.send(publishPacket('cuff', 1, weight(DAY)))
    client.send(publishPacket('cuff', 2, weight(DAY + 1_000), { qos: 2 }))
    await waitFor(() => listener.tally.inFlight === 2, { what: 'both readings' })
    assert.deepEqual(client.packets, [])
    listener.ledger.release()
    const answers = [await client.next(), await client.next()] as { cmd: string; messageId: number }[]
    assert.deepEqual(
      answers.map(({ cmd, messageId }) => [cmd, messageId]),
      [
        ['puback', 1],
        ['pubrec', 2],
      ],
    )
    client.send(bytes('62 02 00 02'))
    const pubcomp = await client.next()
    assert.ok(pubcomp !== 'closed' && pubcomp.cmd === 'pubcomp' && pubcomp.messageId === 2)
  })

  test('sent again before its PUBREL is the same reading, by its identity', async () => {
    await using listener = await startListener()
    const client = await session(listener.port)
    const sent = publishPacket('cuff', 5, weight(DAY), { qos: 2 })
    const again = Buffer.from(sent)
    again[0]! |= 8
    client.send(Buffer.concat([sent, again]))
    for (const _ of [1, 2]) assert.equal(((await client.next()) as { cmd: string }).cmd, 'pubrec')
    assert.equal(new Set(listener.ledger.facts.map(({ id }) => id)).size, 1)
  })
})
