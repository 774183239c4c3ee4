import { connect, type Socket } from 'node:net'
import mqtt from 'mqtt-packet'

export type AttackOptions = {
  readonly host: string
  readonly port: number
  /** The first device whose credential is used: `dev-<n>` with the secret `secret-<n>`. */
  readonly firstDevice: number
  readonly devices: number
  /** Connections over all of these devices, each with a client id of its own. */
  readonly connections: number
  readonly sends: 'readings' | 'batches' | 'copies'
  /** Whether the PUBACKs are read. */
  readonly reads: boolean
  /** Messages a second over all connections; as many as the sockets take when absent. */
  readonly perSecond?: number
  readonly forMs: number
}

export type AttackResult = { readonly sent: number; readonly acknowledged: number; readonly closed: number }

const RECONNECT_MS = 1_000
const BATCH = 1_000
const FIRST_MEASURED_AT = Date.UTC(2022, 0, 1)
const PUBACK_BYTES = 4

/** What devices must not be able to do to others: publishes at QoS 1 without waiting for PUBACKs. It stops by itself. */
export async function runAttack(options: AttackOptions): Promise<AttackResult> {
  const counts = { sent: 0, acknowledged: 0, closed: 0 }
  let attacking = true
  const peers = Array.from({ length: options.connections }, (_, index) => openPeer(index, options, counts))
  const stopPacing = options.perSecond === undefined ? undefined : pace(peers, options.perSecond)
  await new Promise((resolve) => setTimeout(resolve, options.forMs))
  attacking = false
  stopPacing?.()
  for (const { close } of peers) close()
  return counts

  function openPeer(
    index: number,
    { host, port, firstDevice, devices, reads, sends, perSecond }: AttackOptions,
    tally: typeof counts,
  ) {
    const device = firstDevice + (index % devices)
    const topic = `devices/dev-${device}/readings`
    const next = payloads(index, sends)
    let socket: Socket
    let connected = false
    let messageId = 0

    function publish(): boolean {
      if (!connected) return false
      messageId = (messageId % 65_535) + 1
      tally.sent += 1
      const packet = { cmd: 'publish', topic, payload: next(), qos: 1, messageId, dup: false, retain: false }
      return socket.write(mqtt.generate(packet as mqtt.IPublishPacket))
    }
    function flood(): void {
      // In turns, so that one connection does not keep this process from the others.
      for (let n = 0; n < (sends === 'batches' ? 1 : 50); n += 1) if (!publish()) return
      setImmediate(flood)
    }
    function open(): void {
      socket = connect({ host, port, noDelay: true })
      socket.on('connect', () => socket.write(connectPacket(device, `client-${index}`)))
      socket.once('data', () => {
        connected = true
        if (perSecond === undefined) {
          socket.on('drain', flood)
          flood()
        }
        if (reads) socket.on('data', (chunk) => (tally.acknowledged += chunk.length / PUBACK_BYTES))
        else socket.pause()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        connected = false
        tally.closed += 1
        if (attacking) setTimeout(() => attacking && open(), RECONNECT_MS)
      })
    }
    open()
    return { publish, close: () => socket.destroy() }
  }
}

const TICK_MS = 2

function pace(peers: readonly { publish(): boolean }[], perSecond: number): () => void {
  const startedAt = performance.now()
  let done = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond
    for (; done < due; done += 1) peers[done % peers.length]!.publish()
  }, TICK_MS)
  return () => clearInterval(timer)
}

/** The payloads of one connection, one after the other. */
function payloads(index: number, sends: AttackOptions['sends']): () => string {
  let measuredAt = FIRST_MEASURED_AT + index
  const reading = (): string =>
    `{"kind":"body-weight","measuredAt":${(measuredAt += 10_000)},"weightKg":${60 + (index % 40)}}`
  const copy = reading()
  if (sends === 'copies') return () => copy
  if (sends === 'readings') return reading
  return () => `[${Array.from({ length: BATCH }, reading).join(',')}]`
}

const connectPacket = (device: number, clientId: string): Buffer =>
  mqtt.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 0,
    username: `dev-${device}`,
    password: Buffer.from(`secret-${device}`),
  })
