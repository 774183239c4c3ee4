import { isUtf8 } from 'node:buffer'
import { failure } from '@cufflink/contracts'

/** `#` that does not end the filter, or `+` before what is no separator; either after what is none. */
const misplacedWildcard = /#.|\+[^/]|[^/][#+]/s

/** SUBSCRIBE and UNSUBSCRIBE name so many filters at most: each costs time, however short it is. */
const MAX_FILTERS = 16

/**
 * Reads the fields of a packet's body, in their order. Each `read…` throws PACKET_MALFORMED where the bytes do not hold
 * what the standard says, so that a packet is read as a whole or not at all.
 */
export class FieldReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  get atEnd(): boolean {
    return this.#at === this.#body.length
  }

  readByte(): number {
    return this.#take(1)[0]!
  }

  /** Two bytes, the higher first (§1.5.2). */
  readUint16(): number {
    return this.#take(2).readUInt16BE()
  }

  /** Not zero [MQTT-2.3.1-1]. */
  readPacketId(): number {
    const id = this.readUint16()
    if (id === 0) throw failure('PACKET_MALFORMED')
    return id
  }

  /** Two bytes of length, then as many bytes. */
  readBinary(): Buffer {
    return this.#take(this.readUint16())
  }

  /** Well-formed UTF-8 [MQTT-1.5.3-1] without U+0000 [MQTT-1.5.3-2]; a U+FEFF in it stays [MQTT-1.5.3-3]. */
  readText(): string {
    const bytes = this.readBinary()
    if (!isUtf8(bytes) || bytes.includes(0)) throw failure('PACKET_MALFORMED')
    return bytes.toString('utf8')
  }

  /** At least a character [MQTT-4.7.3-1], no wildcards [MQTT-3.3.2-2]. */
  readTopicName(): string {
    const topic = this.readText()
    if (topic === '' || topic.includes('#') || topic.includes('+')) throw failure('PACKET_MALFORMED')
    return topic
  }

  /** At least a character [MQTT-4.7.3-1]; `#` is a level of its own and the last [MQTT-4.7.1-2], `+` a level of its own [MQTT-4.7.1-3]. */
  readTopicFilter(): string {
    const filter = this.readText()
    if (filter === '' || misplacedWildcard.test(filter)) throw failure('PACKET_MALFORMED')
    return filter
  }

  /** One filter or more to the end of the packet, each by `read`. */
  readFilters<Filter>(read: () => Filter): readonly Filter[] {
    const filters: Filter[] = []
    do {
      if (filters.length === MAX_FILTERS) throw failure('PACKET_TOO_LARGE')
      filters.push(read())
    } while (!this.atEnd)
    return filters
  }

  readRest(): Buffer {
    return this.#take(this.#body.length - this.#at)
  }

  /** Nothing may follow the last field. */
  finish(): void {
    if (!this.atEnd) throw failure('PACKET_MALFORMED')
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#body.length) throw failure('PACKET_MALFORMED')
    const bytes = this.#body.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}
