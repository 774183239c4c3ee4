import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeProduce, isPlain, type ProduceOptions } from '../src/kafka/produce.ts'

type Theirs = (options: ProduceOptions) => { encode(): Promise<{ readonly buffer: Buffer }> }
// The module, not what `cureKafka` puts in its place: no client is made here.
const theirs = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce/v7/request') as Theirs
const NOW = 1_790_000_000_000

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.nat(70_000).map((length) => 'é'.repeat(length)),
)
const partition = fc.record({
  partition: fc.nat(1_023),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(fc.record({ key: text, value: text }), { minLength: 1, maxLength: 150 }),
})
const name = fc.string({ minLength: 1, maxLength: 249 })
const topic = fc.record({ topic: name, partitions: fc.array(partition, { minLength: 1, maxLength: 3 }) })
const options: fc.Arbitrary<ProduceOptions> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(2 ** 31 - 1),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.nat(32_767),
  topicData: fc.array(topic, { minLength: 1, maxLength: 3 }),
})

test('a request has, byte for byte, the form that kafkajs gives it', async (t) => {
  t.mock.method(Date, 'now', () => NOW)
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const { buffer } = await theirs({ ...given, producerId: given.producerId.toString() }).encode()
      assert.equal(Buffer.compare(encodeProduce(given, NOW), buffer), 0)
    }),
    { numRuns: 100 },
  )
})

test('what is more than texts is left to kafkajs', () => {
  const request = (message: object, more: object = {}): ProduceOptions =>
    ({
      topicData: [{ topic: 't', partitions: [{ messages: [{ key: 'k', value: 'v', ...message }] }] }],
      ...more,
    }) as unknown as ProduceOptions
  assert.ok(isPlain(request({})))
  for (const message of [
    { key: null },
    { value: null },
    { value: Buffer.of(1) },
    { headers: {} },
    { timestamp: '1' },
  ])
    assert.ok(!isPlain(request(message)))
  assert.ok(!isPlain(request({}, { compression: 1 })))
  assert.ok(!isPlain(request({}, { transactionalId: 't' })))
})
