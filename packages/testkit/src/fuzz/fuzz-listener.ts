import { connect } from 'node:net'
import { seeded } from '../fleet/random.ts'
import { mutate, type Random } from './mutate.ts'
import { connectOf, type FuzzedDevice, fuzzedPacket, rememberLengths } from './packets.ts'

export type FuzzOptions = FuzzedDevice & {
  readonly port: number
  /** How many packets are sent, each CONNECT included. */
  readonly packets: number
  readonly seed: number
  /** Told at the end of each connection, with how many were sent so far. */
  progress?(sent: number): Promise<void> | void
}

const AT_ONCE = 16
const PACKETS_PER_CONNECTION = 12

/**
 * Sends packets that are well-formed, mutated or spliced to a listener, over short connections, some of which never become a session.
 * The same seed makes the same conversations. @returns how many connections it took.
 */
export async function fuzzListener(options: FuzzOptions): Promise<number> {
  rememberLengths()
  let sent = 0
  let connections = 0
  const run = async (_: unknown, index: number): Promise<void> => {
    const random = seeded(options.seed + index)
    let own = 0
    while (own < options.packets / AT_ONCE) {
      const chunks = conversation(options, random)
      own += chunks.length
      sent += chunks.length
      connections += 1
      await converse(options.port, chunks, random() < 0.2)
      await options.progress?.(sent)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))
  return connections
}

function conversation(fuzzed: FuzzedDevice, random: Random): readonly Buffer[] {
  const connecting = connectOf(fuzzed, random)
  const now = Date.now()
  const packets = Array.from({ length: Math.ceil(random() * PACKETS_PER_CONNECTION) }, () =>
    fuzzedPacket(fuzzed, random, now),
  )
  return [random() < 0.15 ? mutate(connecting, random) : connecting, ...packets]
}

/** Sends it all, in one write or one for each packet, then ends its half; resolves when the listener has ended the other. */
async function converse(port: number, chunks: readonly Buffer[], apart: boolean): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => undefined)
  socket.resume()
  // Not `once` of node:events: a reset, which a listener may answer with, would reject it.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  if (apart) for (const chunk of chunks) socket.write(chunk)
  else socket.write(Buffer.concat(chunks))
  socket.end()
  await closed
}
