import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import mqtt, { type IPublishPacket } from 'mqtt-packet'
import { createFrames, type Frame } from '../../src/mqtt/packets/frames.ts'
import { type Publish, readPublish } from '../../src/mqtt/packets/publish.ts'

const topic = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !/[#+\0]/.test(text))
const sent = fc.record({
  topic,
  payload: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  messageId: fc.integer({ min: 1, max: 65_535 }),
})
const encode = (one: Pick<IPublishPacket, 'topic' | 'payload' | 'qos'> & { messageId: number }): Buffer =>
  mqtt.generate({ cmd: 'publish', dup: false, retain: false, ...one })

test('what another encoder wrote is read, however the bytes are cut and wherever there is no room for more', () => {
  fc.assert(
    fc.property(
      fc.array(sent, { maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
      fc.integer({ min: 1, max: 3 }),
      (all, cuts, room) => {
        const bytes = Buffer.concat(all.map(encode))
        const read: Publish[] = []
        // As the gateway does: what a frame holds is used at once, for its bytes may be part of a later chunk's.
        const frames = createFrames({
          maxBody: () => 65_536,
          each(frame) {
            const publish = readPublish(frame)
            read.push({ ...publish, payload: Buffer.from(publish.payload) })
          },
          hasRoom: () => read.length % room !== 0,
        })
        for (let at = 0; at < bytes.length; ) {
          const size = cuts.next().value as number
          let rest: Buffer = Buffer.from(bytes.subarray(at, at + size))
          do {
            const before = read.length
            rest = frames.read(rest)
            assert.ok(read.length - before <= room, 'no more than there is room for')
          } while (rest.length > 0)
          at += size
        }
        assert.equal(frames.held, 0)
        const expected = all.map(({ messageId, ...one }) => ({
          ...one,
          packetId: one.qos === 0 ? 0 : messageId,
        }))
        assert.deepEqual(read, expected)
      },
    ),
    { numRuns: 300 },
  )
})

test('holds the bytes of a packet that has begun, and no more than those', () => {
  const seen: Frame[] = []
  const frames = createFrames({
    maxBody: () => 65_536,
    each: (frame) => void seen.push(frame),
    hasRoom: () => true,
  })
  const packet = encode({ topic: 't', payload: Buffer.alloc(1_000), qos: 1, messageId: 1 })
  frames.read(Buffer.concat([packet, packet.subarray(0, 10)]))
  assert.deepEqual([seen.length, frames.held], [1, 10])
  for (const byte of packet.subarray(10)) frames.read(Buffer.of(byte))
  assert.deepEqual([seen.length, frames.held], [2, 0])
})

test('refuses a length over the limit at the fixed header, by the type of the packet', () => {
  const frames = () =>
    createFrames({
      maxBody: (type) => (type === 1 ? 10 : 100),
      each: () => assert.fail('nothing is whole'),
      hasRoom: () => true,
    })
  assert.throws(() => frames().read(Buffer.of(0x10, 11)), { code: 'CONNECT_TOO_LARGE' })
  assert.throws(() => frames().read(Buffer.of(0x30, 101)), { code: 'PACKET_TOO_LARGE' })
  assert.throws(() => frames().read(Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff)), { code: 'PACKET_MALFORMED' })
  assert.throws(() => frames().read(Buffer.from('GET / HTTP/1.1')), { code: 'PACKET_MALFORMED' })
  assert.throws(() => frames().read(Buffer.of(0x16, 0x03)), { code: 'PACKET_MALFORMED' }) // a TLS ClientHello
  frames().read(Buffer.of(0x30, 100))
})
