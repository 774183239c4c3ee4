import type { Socket } from 'node:net'
import { CufflinkError, type ErrorCode, failure } from '@cufflink/contracts'
import type { Share, Shares } from '../shares/shares.ts'
import { createFrames, type Frame, packetTypes } from './packets/frames.ts'
import { type Client, createProtocol, type Peer, type ProtocolOptions } from './protocol.ts'

/** Any packet but PUBLISH. It is handled at once, out of turn. In a CONNECT it is room for a client id, a user name, a password as long as a signed token, and a will. */
const MAX_CONTROL_BYTES = 16_384
/** What Node.js reads at once at most: less means that nothing more was there. */
const FULL_CHUNK_BYTES = 65_536
/** How long a peer has to take the last bytes that are written to it. */
const LAST_BYTES_MS = 1_000
/** How long a device that is over its share waits for its refusal. A client waits for its CONNACK for half a minute, as a rule. */
const REFUSED_AFTER_MS = 5_000

export type ConnectionOptions = ProtocolOptions & {
  /** Its `highWaterMark` is the most that a peer may leave unread before it is not read either. */
  readonly socket: Socket
  readonly maxPacketBytes: number
  /** Unacknowledged packets of one connection beyond which its socket is not read. */
  readonly maxInFlight: number
  /** Told once, after CONNECT was accepted. */
  connected(connection: Connection): void
  /** Its CONNECT was right, and is refused later. */
  refusing(connection: Connection): void
  readonly shares: Shares
  closed(connection: Connection, reason: CufflinkError | undefined): void
}

/** One device's network connection. Instants are of `performance.now()`. */
export type Connection = {
  /** Undefined until its CONNECT was accepted. */
  readonly client: Client | undefined
  readonly openedAt: number
  /** When the last whole packet came, or the gateway last began to read. */
  readonly lastPacketAt: number
  /** Since when the peer has left unread more than it may. */
  readonly unreadSince: number | undefined
  /** Packets that wait for their PUBACK. */
  readonly inFlight: number
  /** Since when the gateway has not read all that it sent, for as much is under way as may be. */
  readonly behindSince: number | undefined
  /** Which of its shares its device has used up, if one is. */
  readonly overShare: ErrorCode | undefined
  /** Reads the socket again if what its device has under way allows. */
  resume(): void
  /** To be called now and then: whether the gateway has caught up with it, and may read it again. */
  look(): void
  /** Reads no more, for good; what is under way still gets its PUBACK. */
  quiesce(): void
  close(reason?: unknown): void
}

/** Serves one socket: reads as much as may be under way, writes all answers of a turn at once. Whatever is thrown meanwhile ends this connection and nothing else. */
export function serveConnection(options: ConnectionOptions): Connection {
  const { socket, maxInFlight, shares } = options
  const answers: Buffer[] = []
  const openedAt = performance.now()
  let lastPacketAt = openedAt
  let unreadSince: number | undefined
  let behindSince: number | undefined
  let broughtSomething = false
  let share: Share | undefined
  /** Bytes of a packet that has begun and not ended, as its device's share knows them. */
  let part = 0
  let state: 'open' | 'finishing' | 'refusing' | 'closed' = 'open'
  let refusal: { readonly reason: unknown; readonly timer: NodeJS.Timeout } | undefined
  let quiet = false

  const peer: Peer = {
    get open() {
      return state !== 'closed'
    },
    connected(client) {
      share = shares.of(client.device.device)
      shares.connected(share)
      options.connected(connection)
    },
    answer,
    finish,
    close,
    closeLater,
  }
  const protocol = createProtocol(options, peer)
  const frames = createFrames({ maxBody, each: handle, hasRoom })
  const flushSafely = guarded(flush)
  const mayBeRead = () =>
    hasRoom() && unreadSince === undefined && (share === undefined || shares.mayBeRead(share))

  const connection: Connection = {
    get client() {
      return protocol.client
    },
    openedAt,
    get lastPacketAt() {
      return lastPacketAt
    },
    get unreadSince() {
      return unreadSince
    },
    get inFlight() {
      return protocol.inFlight
    },
    get behindSince() {
      return behindSince
    },
    get overShare() {
      return share && shares.overShare(share)
    },
    resume() {
      if (quiet || state === 'refusing' || !socket.isPaused() || !mayBeRead()) return
      lastPacketAt = performance.now()
      socket.resume()
    },
    look() {
      if (socket.isPaused()) return connection.resume()
      if (!broughtSomething) behindSince = undefined
      broughtSomething = false
    },
    quiesce() {
      quiet = true
      socket.pause()
    },
    close,
  }

  /** The edge between what a peer causes and the process: no error passes it. */
  function guarded<Given extends unknown[]>(act: (...given: Given) => void): (...given: Given) => void {
    return (...given) => {
      try {
        act(...given)
      } catch (error) {
        close(error)
      }
    }
  }

  function maxBody(type: number): number {
    const isMessage = protocol.client !== undefined && type === packetTypes.publish
    return isMessage ? options.maxPacketBytes : MAX_CONTROL_BYTES
  }

  /** Messages wait as the bytes that they came in: one that is taken out of them occupies ten times as much. */
  function hasRoom(): boolean {
    return protocol.inFlight < maxInFlight && (share === undefined || share.waiting.length < maxInFlight)
  }

  function read(chunk: Buffer): void {
    if (state !== 'open') return
    const rest = frames.read(chunk)
    holdPart(frames.held)
    broughtSomething = true
    if (rest.length > 0 || !mayBeRead()) {
      behindSince ??= performance.now()
      socket.pause()
      if (rest.length > 0) socket.unshift(rest)
    } else if (chunk.length < FULL_CHUNK_BYTES) behindSince = undefined
  }

  function holdPart(bytes: number): void {
    if (share === undefined) return
    shares.hold(share, bytes - part)
    part = bytes
  }

  function leaveShare(): void {
    if (share === undefined) return
    holdPart(0)
    shares.disconnected(share)
  }

  function handle(frame: Frame): void {
    if (state !== 'open') return
    lastPacketAt = performance.now()
    if (share !== undefined && frame.type !== packetTypes.publish) shares.packetRead(share, frame.body.length)
    protocol.handle(frame)
  }

  function answer(bytes: Buffer): void {
    if (answers.push(bytes) === 1) queueMicrotask(flushSafely)
  }

  function flush(): void {
    if (state === 'closed' || answers.length === 0) return
    if (!socket.write(takeAnswers())) unreadSince ??= performance.now()
    if (state === 'finishing') endOnceAnswered()
    else connection.resume()
  }

  function takeAnswers(): Buffer {
    const bytes = answers.length === 1 ? answers[0]! : Buffer.concat(answers)
    answers.length = 0
    return bytes
  }

  function drained(): void {
    unreadSince = undefined
    connection.resume()
  }

  /** The peer sends nothing more, by DISCONNECT or because it ended its half: what is under way still gets its PUBACK. */
  function finish(): void {
    if (state !== 'open') return
    state = 'finishing'
    endOnceAnswered()
  }

  function endOnceAnswered(): void {
    if (protocol.inFlight === 0 && answers.length === 0) socket.end(() => socket.destroy())
  }

  function closeLater(reason: unknown, lastWords?: Buffer): void {
    state = 'refusing'
    socket.pause()
    refusal = { reason, timer: setTimeout(() => close(reason, lastWords), REFUSED_AFTER_MS) }
    options.refusing(connection)
  }

  /** Ends the connection now. A peer that reads gets the answers to what came before. */
  function close(reason?: unknown, lastWords?: Buffer): void {
    if (state === 'closed') return
    state = 'closed'
    clearTimeout(refusal?.timer)
    leaveShare()
    if (lastWords !== undefined) answers.push(lastWords)
    if (answers.length === 0 || unreadSince !== undefined) socket.destroy()
    else endWith(takeAnswers())
    const why = reason ?? refusal?.reason
    options.closed(connection, why === undefined ? undefined : asFailure(why))
  }

  function endWith(bytes: Buffer): void {
    socket.pause()
    socket.setTimeout(LAST_BYTES_MS, () => socket.destroy())
    socket.end(bytes, () => socket.destroy())
  }

  socket.on('data', guarded(read))
  socket.on('drain', guarded(drained))
  socket.on('end', guarded(finish))
  socket.on('error', () => close())
  socket.on('close', () => close())
  return connection
}

const asFailure = (error: unknown): CufflinkError =>
  error instanceof CufflinkError ? error : failure('INTERNAL', { cause: error })
