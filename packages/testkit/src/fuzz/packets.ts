import { Writable } from 'node:stream'
import mqtt from 'mqtt-packet'
import { mutateJson } from './json.ts'
import { below, mutate, pick, type Random, splice } from './mutate.ts'

export type FuzzedDevice = { readonly device: string; readonly secret: string }

const DAY_MS = 86_400_000

/**
 * mqtt-packet keeps a buffer of two bytes for each length below this that it wrote. Made one at a time, each would hold on to the 64 KB
 * that Node cut it from, and a process that looks for leaks of its own would see 50 MB of them: made together, they share a few.
 */
const REMEMBERED_LENGTHS = 16_384
export function rememberLengths(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const bytes = Buffer.alloc(REMEMBERED_LENGTHS)
  const publish = { cmd: 'publish', topic: 't', qos: 0, dup: false, retain: false } as const
  for (let length = 0; length < REMEMBERED_LENGTHS; length += 1)
    mqtt.writeToStream({ ...publish, payload: bytes.subarray(0, length) }, nowhere)
}

/** Messages as devices send them, measured on different days. */
export const sampleReadings = (now: number): readonly unknown[] => [
  {
    kind: 'blood-pressure',
    measuredAt: now - DAY_MS,
    recordId: '000417',
    systolicMmHg: 128,
    diastolicMmHg: 82,
    pulsePerMin: 71,
  },
  { kind: 'body-weight', measuredAt: new Date(now - 2 * DAY_MS).toISOString(), weightKg: 81.4, userSlot: 1 },
  { kind: 'blood-glucose', glucoseMgPerDl: 104, meal: 'fasting' },
  [
    { kind: 'body-weight', measuredAt: now - 3 * DAY_MS, weightKg: 80.9 },
    { kind: 'body-weight', measuredAt: now - 4 * DAY_MS, weightKg: 80.7, clock: 'estimated' },
  ],
]

/** The CONNECT that the listener accepts. */
export const connectOf = ({ device, secret }: FuzzedDevice, random: Random): Buffer =>
  mqtt.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: random() < 0.5 ? '' : `client-${below(random, 50)}`,
    keepalive: below(random, 100),
    username: device,
    password: Buffer.from(secret),
    ...(random() < 0.3 && { will: { topic: 'gone', payload: Buffer.from('x'), qos: 1, retain: false } }),
  })

/** Every kind of packet that a device may send, well-formed. */
export function packetOf(fuzzed: FuzzedDevice, random: Random, now: number): Buffer {
  const { device } = fuzzed
  const messageId = 1 + below(random, 65_535)
  const filters = Array.from({ length: 1 + below(random, 3) }, () =>
    pick(random, [`devices/${device}/commands`, '#', 'a/+/b', 'é/器']),
  )
  const choice = random()
  if (choice < 0.6) {
    const payload = mutateJson(pick(random, sampleReadings(now)), random)
    const topic = random() < 0.95 ? `devices/${device}/readings` : 'devices/other/readings'
    const qos = pick(random, [0, 1, 1, 1, 2] as const)
    return mqtt.generate({
      cmd: 'publish',
      topic,
      payload,
      qos,
      messageId,
      dup: false,
      retain: random() < 0.1,
    })
  }
  if (choice < 0.7)
    return mqtt.generate({
      cmd: 'subscribe',
      messageId,
      subscriptions: filters.map((topic) => ({ topic, qos: pick(random, [0, 1, 2] as const) })),
    })
  if (choice < 0.8) return mqtt.generate({ cmd: 'unsubscribe', messageId, unsubscriptions: filters })
  if (choice < 0.85) return mqtt.generate({ cmd: 'pubrel', messageId })
  if (choice < 0.93) return mqtt.generate({ cmd: 'pingreq' })
  if (choice < 0.97) return connectOf(fuzzed, random)
  return mqtt.generate({ cmd: 'disconnect' })
}

/** A packet as a broken or hostile peer sends it: half of them well-formed, though their payload need not be. */
export function fuzzedPacket(fuzzed: FuzzedDevice, random: Random, now: number): Buffer {
  const packet = packetOf(fuzzed, random, now)
  const choice = random()
  if (choice < 0.5) return packet
  if (choice < 0.6) return splice(packet, packetOf(fuzzed, random, now), random)
  return mutate(packet, random)
}
