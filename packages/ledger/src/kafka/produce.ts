import { crc32c } from './crc32c.ts'

/** A part of `producer.sendBatch` as kafkajs hands it to a broker. */
export type ProduceOptions = {
  readonly acks: number
  /** ms; 30 s unless told, as in kafkajs. */
  readonly timeout?: number
  /** A number, its text, or kafkajs' `Long`. */
  readonly producerId: { toString(): string }
  readonly producerEpoch: number
  readonly compression?: number
  readonly transactionalId?: string
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly ProduceMessage[]
    }[]
  }[]
}

export type ProduceMessage = {
  readonly key: string
  readonly value: string
  readonly headers?: unknown
  readonly timestamp?: unknown
}

/** Whether a request is such as the ledger makes: texts alone, without compression or transaction. */
export const isPlain = ({ compression = 0, transactionalId, topicData }: ProduceOptions): boolean =>
  compression === 0 &&
  transactionalId === undefined &&
  topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isText)))

const isText = ({ key, value, headers, timestamp }: ProduceMessage): boolean =>
  typeof key === 'string' && typeof value === 'string' && headers === undefined && timestamp === undefined

const TIMEOUT_MS = 30_000
const MAGIC = 2
/** Of a record batch: its head, in bytes, and where in it what stands that is only known in the end. */
const BATCH_HEAD = 61
const LENGTH_AT = 8
const CRC_AT = 17
/** What a record has besides its key and its value, at the most. */
const RECORD_HEAD = 24

/**
 * The body of a Produce request, version 3 to 7, in one pass. kafkajs makes some ten buffers and big integers of every message.
 *
 *     Request => transactional_id:NULLABLE_STRING acks:INT16 timeout:INT32 [topic]
 *     topic => name:STRING [partition]
 *     partition => index:INT32 size:INT32 record_batch
 *     record_batch => first_offset:INT64 length:INT32 leader_epoch:INT32 magic:INT8 crc:UINT32 attributes:INT16
 *       last_offset_delta:INT32 first_timestamp:INT64 max_timestamp:INT64 producer_id:INT64 producer_epoch:INT16
 *       first_sequence:INT32 [record]
 *     record => size:VARINT attributes:INT8 timestamp_delta:VARLONG offset_delta:VARINT key:VARINT_BYTES value:VARINT_BYTES
 *       headers:VARINT
 *
 * https://kafka.apache.org/43/implementation/message-format/
 */
export function encodeProduce(options: ProduceOptions, now: number): Buffer {
  const { acks, timeout = TIMEOUT_MS, topicData } = options
  const out = Buffer.allocUnsafe(atMost(options))
  let at = out.writeInt16BE(-1, 0)
  at = out.writeInt16BE(acks, at)
  at = out.writeInt32BE(timeout, at)
  at = out.writeInt32BE(topicData.length, at)
  for (const { topic, partitions } of topicData) {
    at = out.writeInt16BE(Buffer.byteLength(topic), at)
    at += out.write(topic, at)
    at = out.writeInt32BE(partitions.length, at)
    for (const batch of partitions) {
      at = out.writeInt32BE(batch.partition, at)
      const end = writeBatch(out, at + 4, { ...batch, options, now })
      out.writeInt32BE(end - at - 4, at)
      at = end
    }
  }
  return out.subarray(0, at)
}

type Batch = ProduceOptions['topicData'][number]['partitions'][number] & {
  readonly options: ProduceOptions
  readonly now: number
}

function writeBatch(out: Buffer, start: number, { messages, firstSequence, options, now }: Batch): number {
  const { producerId, producerEpoch } = options
  let at = out.writeBigInt64BE(0n, start)
  at = out.writeInt32BE(0, at) // length
  at = out.writeInt32BE(0, at) // leader epoch
  at = out.writeInt8(MAGIC, at)
  at = out.writeUInt32BE(0, at) // CRC
  at = out.writeInt16BE(0, at) // attributes: not compressed, no transaction
  at = out.writeInt32BE(messages.length - 1, at)
  at = out.writeBigInt64BE(BigInt(now), at)
  at = out.writeBigInt64BE(BigInt(now), at)
  at = out.writeBigInt64BE(BigInt(producerId.toString()), at)
  at = out.writeInt16BE(producerEpoch, at)
  at = out.writeInt32BE(firstSequence, at)
  at = out.writeInt32BE(messages.length, at)
  for (let index = 0; index < messages.length; index += 1) at = writeRecord(out, at, index, messages[index]!)
  out.writeInt32BE(at - start - LENGTH_AT - 4, start + LENGTH_AT)
  out.writeUInt32BE(crc32c(out, start + CRC_AT + 4, at), start + CRC_AT)
  return at
}

function writeRecord(out: Buffer, start: number, index: number, { key, value }: ProduceMessage): number {
  const keyBytes = Buffer.byteLength(key)
  const valueBytes = Buffer.byteLength(value)
  const size = 3 + sizeOf(index) + sizeOf(keyBytes) + keyBytes + sizeOf(valueBytes) + valueBytes
  let at = writeVarint(out, start, size)
  out[at++] = 0 // attributes
  out[at++] = 0 // timestamp delta
  at = writeVarint(out, at, index)
  at = writeVarint(out, at, keyBytes)
  at += out.write(key, at)
  at = writeVarint(out, at, valueBytes)
  at += out.write(value, at)
  out[at++] = 0 // headers
  return at
}

/** A varint of Kafka's (zigzag, little end first) of a number that is not negative and under 2^30. */
function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start
  let left = value << 1
  for (; left > 0x7f; left >>>= 7) out[at++] = (left & 0x7f) | 0x80
  out[at++] = left
  return at
}

function sizeOf(value: number): number {
  let size = 1
  for (let left = value << 1; left > 0x7f; left >>>= 7) size += 1
  return size
}

/** Room for the request. UTF-8 takes three bytes for a unit of UTF-16 at the most. */
function atMost({ topicData }: ProduceOptions): number {
  let bytes = 12
  for (const { topic, partitions } of topicData) {
    bytes += 6 + 3 * topic.length
    for (const { messages } of partitions) {
      bytes += 8 + BATCH_HEAD
      for (const { key, value } of messages) bytes += RECORD_HEAD + 3 * (key.length + value.length)
    }
  }
  return bytes
}
