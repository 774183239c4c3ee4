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
  const { socket, maxInFlight } = options
  const share = createHeldShare(options.shares)
  const answers = createAnswers(socket)
  const reading = createReading(socket, mayBeRead)
  const ending = createEnding(socket, {
    isAnswered: () => protocol.inFlight === 0 && answers.count === 0,
    refusing: () => options.refusing(connection),
    closed(reason, lastWords) {
      share.leave()
      if (lastWords !== undefined) answers.add(lastWords)
      answers.end()
      options.closed(connection, reason === undefined ? undefined : asFailure(reason))
    },
  })
  const { close, finish } = ending
  let quiet = false
  const flushSafely = guarded(flush)

  const peer: Peer = {
    get open() {
      return ending.state !== 'closed'
    },
    connected(client) {
      share.join(client.device.device)
      options.connected(connection)
    },
    answer(bytes) {
      if (answers.add(bytes) === 1) queueMicrotask(flushSafely)
    },
    finish,
    close,
    closeLater: ending.closeLater,
  }
  const protocol = createProtocol(options, peer)
  const frames = createFrames({ maxBody, each: handle, hasRoom })
  const quiesce = (): void => {
    quiet = true
    socket.pause()
  }
  const connection = connectionOf({ protocol, reading, answers, share, quiesce, close })

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
    return protocol.inFlight < maxInFlight && share.waiting < maxInFlight
  }

  function mayBeRead(): boolean {
    if (quiet || ending.state === 'refusing') return false
    return hasRoom() && answers.unreadSince === undefined && share.mayBeRead()
  }

  function read(chunk: Buffer): void {
    if (ending.state !== 'open') return
    const rest = frames.read(chunk)
    share.hold(frames.held)
    reading.took(chunk, rest)
  }

  function handle(frame: Frame): void {
    if (ending.state !== 'open') return
    reading.packetCame()
    if (frame.type !== packetTypes.publish) share.packetRead(frame.body.length)
    protocol.handle(frame)
  }

  function flush(): void {
    if (ending.state === 'closed' || answers.count === 0) return
    answers.write()
    if (ending.state === 'finishing') ending.endOnceAnswered()
    else reading.resume()
  }

  socket.on('data', guarded(read))
  socket.on(
    'drain',
    guarded(() => {
      answers.drained()
      reading.resume()
    }),
  )
  socket.on('end', guarded(finish))
  socket.on('error', () => close())
  socket.on('close', () => close())
  return connection
}

type Parts = Pick<Connection, 'quiesce' | 'close'> & {
  readonly protocol: Pick<Connection, 'client' | 'inFlight'>
  readonly reading: ReturnType<typeof createReading>
  readonly answers: ReturnType<typeof createAnswers>
  readonly share: ReturnType<typeof createHeldShare>
}

/** A connection as the listener sees it. */
const connectionOf = ({ protocol, reading, answers, share, quiesce, close }: Parts): Connection => ({
  get client() {
    return protocol.client
  },
  openedAt: reading.openedAt,
  get lastPacketAt() {
    return reading.lastPacketAt
  },
  get unreadSince() {
    return answers.unreadSince
  },
  get inFlight() {
    return protocol.inFlight
  },
  get behindSince() {
    return reading.behindSince
  },
  get overShare() {
    return share.over
  },
  resume: reading.resume,
  look: reading.look,
  quiesce,
  close,
})

type EndingOptions = {
  /** Whether nothing is under way, and nothing waits to be written. */
  isAnswered(): boolean
  refusing(): void
  closed(reason: unknown, lastWords?: Buffer): void
}

/** How a connection ends: at once, when all that came is answered, or with a refusal that comes later. */
function createEnding(socket: Socket, { isAnswered, refusing, closed }: EndingOptions) {
  let state: 'open' | 'finishing' | 'refusing' | 'closed' = 'open'
  let refusal: { readonly reason: unknown; readonly timer: NodeJS.Timeout } | undefined

  function endOnceAnswered(): void {
    if (isAnswered()) socket.end(() => socket.destroy())
  }

  /** Ends the connection now. A peer that reads gets the answers to what came before. */
  function close(reason?: unknown, lastWords?: Buffer): void {
    if (state === 'closed') return
    state = 'closed'
    clearTimeout(refusal?.timer)
    closed(reason ?? refusal?.reason, lastWords)
  }

  return {
    get state() {
      return state
    },
    close,
    endOnceAnswered,
    /** The peer sends nothing more, by DISCONNECT or because it ended its half: what is under way still gets its PUBACK. */
    finish(): void {
      if (state !== 'open') return
      state = 'finishing'
      endOnceAnswered()
    },
    closeLater(reason: unknown, lastWords?: Buffer): void {
      state = 'refusing'
      socket.pause()
      refusal = { reason, timer: setTimeout(() => close(reason, lastWords), REFUSED_AFTER_MS) }
      refusing()
    },
  }
}

/** How far a socket was read, and when. It is paused while the connection may not be read. */
function createReading(socket: Socket, mayBeRead: () => boolean) {
  const openedAt = performance.now()
  let lastPacketAt = openedAt
  let behindSince: number | undefined
  let broughtSomething = false

  function resume(): void {
    if (!socket.isPaused() || !mayBeRead()) return
    lastPacketAt = performance.now()
    socket.resume()
  }

  return {
    openedAt,
    get lastPacketAt() {
      return lastPacketAt
    },
    get behindSince() {
      return behindSince
    },
    packetCame(): void {
      lastPacketAt = performance.now()
    },
    /** A chunk came, of which the rest was not taken. */
    took({ length }: Buffer, rest: Buffer): void {
      broughtSomething = true
      if (rest.length > 0 || !mayBeRead()) {
        behindSince ??= performance.now()
        socket.pause()
        if (rest.length > 0) socket.unshift(rest)
      } else if (length < FULL_CHUNK_BYTES) behindSince = undefined
    },
    resume,
    look(): void {
      if (socket.isPaused()) return resume()
      if (!broughtSomething) behindSince = undefined
      broughtSomething = false
    },
  }
}

/** The answers of a turn, written at once. */
function createAnswers(socket: Socket) {
  const waiting: Buffer[] = []
  let unreadSince: number | undefined

  function takeAll(): Buffer {
    const bytes = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    waiting.length = 0
    return bytes
  }

  return {
    /** Since when the peer has left unread more than it may. */
    get unreadSince() {
      return unreadSince
    },
    get count() {
      return waiting.length
    },
    /** @returns how many wait now */
    add: (bytes: Buffer): number => waiting.push(bytes),
    write(): void {
      if (!socket.write(takeAll())) unreadSince ??= performance.now()
    },
    drained(): void {
      unreadSince = undefined
    },
    /** Ends the socket with what waits, unless the peer does not read. */
    end(): void {
      if (waiting.length === 0 || unreadSince !== undefined) return void socket.destroy()
      socket.pause()
      socket.setTimeout(LAST_BYTES_MS, () => socket.destroy())
      socket.end(takeAll(), () => socket.destroy())
    },
  }
}

/** The share of a connection's device, from its CONNECT on. Before that nothing is counted. */
function createHeldShare(shares: Shares) {
  let share: Share | undefined
  /** Bytes of a packet that has begun and not ended, as its device's share knows them. */
  let part = 0

  function hold(bytes: number): void {
    if (share === undefined) return
    shares.hold(share, bytes - part)
    part = bytes
  }

  return {
    get over() {
      return share && shares.overShare(share)
    },
    get waiting() {
      return share === undefined ? 0 : share.waiting.length
    },
    join(device: string): void {
      share = shares.of(device)
      shares.connected(share)
    },
    hold,
    packetRead(bytes: number): void {
      if (share !== undefined) shares.packetRead(share, bytes)
    },
    mayBeRead: (): boolean => share === undefined || shares.mayBeRead(share),
    leave(): void {
      if (share === undefined) return
      hold(0)
      shares.disconnected(share)
    },
  }
}

const asFailure = (error: unknown): CufflinkError =>
  error instanceof CufflinkError ? error : failure('INTERNAL', { cause: error })
