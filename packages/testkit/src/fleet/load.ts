import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import mqtt from 'mqtt-packet'

export type LoadOptions = {
  readonly host: string
  readonly port: number
  /** Connections, each of a device of its own: `dev-0` with the secret `secret-0`, and so on. */
  readonly devices: number
  /** Unacknowledged packets of one connection at most. */
  readonly window: number
  /** For how long, after `warmUpMs` that do not count. */
  readonly forMs: number
  readonly warmUpMs: number
  /** Messages per second over all devices; as many as the window allows when absent. */
  readonly perSecond?: number
  /** Instant of the first reading, ms. */
  readonly firstMeasuredAt: number
  /** How much later each further reading of a device was measured, ms; a second when absent. */
  readonly apartMs?: number
}

export type LoadResult = {
  readonly acknowledged: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

const CONNECT_AT_ONCE = 100

/** Publishes at QoS 1, each device as a client of its own, and times each PUBACK. Stops by itself. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  let counting = false
  const acknowledged = (sentAt: number): void => {
    if (counting) latencies.push(performance.now() - sentAt)
  }
  const publishers: Publisher[] = []
  for (let from = 0; from < options.devices; from += CONNECT_AT_ONCE) {
    const count = Math.min(CONNECT_AT_ONCE, options.devices - from)
    const batch = Array.from({ length: count }, (_, i) => openPublisher(from + i, options, acknowledged))
    publishers.push(...(await Promise.all(batch)))
  }
  const stopPublishing =
    options.perSecond === undefined ? flood(publishers) : pace(publishers, options.perSecond)
  await pause(options.warmUpMs)
  counting = true
  const startedAt = performance.now()
  await pause(options.forMs)
  counting = false
  const seconds = (performance.now() - startedAt) / 1_000
  stopPublishing()
  for (const { close } of publishers) close()
  return summarise(latencies, seconds)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function summarise(latencies: number[], seconds: number): LoadResult {
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    acknowledged: sorted.length,
    perSecond: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}

type Publisher = {
  /** Publishes the next reading if the window allows. */
  publish(): void
  /** Publishes whenever the window allows, from now on. */
  fill(): void
  stop(): void
  close(): void
}

function flood(publishers: readonly Publisher[]): () => void {
  for (const { fill } of publishers) fill()
  return () => publishers.forEach(({ stop }) => stop())
}

const TICK_MS = 2

/** Spreads the messages evenly over time and devices. */
function pace(publishers: readonly Publisher[], perSecond: number): () => void {
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond
    for (; sent < due; sent += 1) publishers[sent % publishers.length]!.publish()
  }, TICK_MS)
  return () => clearInterval(timer)
}

async function openPublisher(
  index: number,
  options: LoadOptions,
  acknowledged: (sentAt: number) => void,
): Promise<Publisher> {
  const socket = await openSession(index, options)
  const topic = `devices/dev-${index}/readings`
  const sentAt = new Float64Array(options.window + 1)
  const free = Array.from({ length: options.window }, (_, slot) => slot + 1)
  const { apartMs = 1_000 } = options
  let measuredAt = options.firstMeasuredAt
  let filling = false

  const publish = (): void => {
    const messageId = free.pop()
    if (messageId === undefined) return
    sentAt[messageId] = performance.now()
    const payload = JSON.stringify(reading(index, (measuredAt += apartMs)))
    socket.write(
      mqtt.generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false }),
    )
  }
  const fill = (): void => {
    socket.cork()
    while (free.length > 0) publish()
    socket.uncork()
  }
  const parser = mqtt.parser()
  parser.on('packet', ({ messageId }) => {
    acknowledged(sentAt[messageId!]!)
    free.push(messageId!)
  })
  socket.on('data', (chunk: Buffer) => {
    parser.parse(chunk)
    if (filling) fill()
  })
  return {
    publish,
    fill() {
      filling = true
      fill()
    },
    stop() {
      filling = false
    },
    close: () => socket.destroy(),
  }
}

const reading = (index: number, measuredAt: number) => ({
  kind: 'blood-pressure',
  measuredAt,
  systolicMmHg: 100 + (index % 60),
  diastolicMmHg: 78,
  pulsePerMin: 66,
})

async function openSession(index: number, { host, port }: LoadOptions): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  socket.write(
    mqtt.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: `dev-${index}`,
      keepalive: 0,
      username: `dev-${index}`,
      password: Buffer.from(`secret-${index}`),
    }),
  )
  const [connack] = (await once(socket, 'data')) as [Buffer]
  if (connack[0] !== 0x20 || connack[3] !== 0)
    throw new Error(`dev-${index} was refused with code ${connack[3]}`)
  return socket
}
