import type { ErrorCode, FactOf, Reading } from '@cufflink/contracts'
import { type Decoded, decodePayload, type RefusedItem } from '@cufflink/devices'
import { patientAt, type RegisteredDevice } from '@cufflink/directory'
import type { Clock } from '@cufflink/runtime'
import type { DeviceFact } from './copies.ts'
import { factId, readingId } from './fact-id.ts'
import type { HostClock } from './host-clock.ts'
import { type ReturnPath, rememberUnacknowledged } from './unacknowledged.ts'

/** What a device sent, as it came. */
export type Message = {
  readonly device: RegisteredDevice
  /** The MQTT topic, or the HTTP path. */
  readonly path: string
  readonly payload: Uint8Array
  /** Whether the device keeps it until it is acknowledged (QoS 1 and 2). */
  readonly isKept: boolean
  /** Where its PUBACK goes. */
  readonly answer: ReturnPath
}
/** `arrivedAt` is the stopwatch's. */
export type Arrived = Message & { readonly arrivedAt: number }
/** `receivedAt` is when it arrived, ms since 1970. */
type Received = Arrived & { readonly receivedAt: number }

/** `duplicate`: all of it is on the ledger already. */
export type Outcome = 'recorded' | 'parked' | 'rejected' | 'duplicate'

export type InterpreterOptions = {
  readonly hostClock: Pick<HostClock, 'told' | 'isTrusted'>
  readonly clock: Pick<Clock, 'now'>
  /** ms that only go forward, at the rate of the clock. */
  readonly stopwatch: () => number
}

type Interpreted = {
  readonly outcome: Outcome
  readonly facts: readonly DeviceFact[]
  settle(): void
}

/** What messages mean, as facts, dated by a clock that is trusted. */
export type Interpreter = {
  /** Takes note of what the device's clock tells. */
  hear(message: Arrived): void
  /** Hears it; undefined while the host's clock is suspect: nothing is dated by it. */
  interpret(message: Arrived): Interpreted | undefined
  /** It is given up undated, and comes again: what has no other date keeps that of its first arrival. */
  lapse(message: Arrived): void
}

const otherTopic = { outcome: 'rejected', code: 'TOPIC_UNKNOWN' } as const

export function createInterpreter({ hostClock, clock, stopwatch }: InterpreterOptions): Interpreter {
  const unacknowledged = rememberUnacknowledged(stopwatch)

  /** By the clock as it shows now: one that was set while the message waited dates it right. Rounded up, never to before it came. */
  const received = (message: Arrived): Received => ({
    ...message,
    receivedAt: Math.ceil(clock.now() - (stopwatch() - message.arrivedAt)),
  })

  function decode({ device, path, payload, receivedAt, arrivedAt }: Received): Decoded {
    if (path !== `devices/${device.device}/readings`) return otherTopic
    const decoded = decodePayload(device, payload, receivedAt)
    if (decoded.outcome === 'decoded' && decoded.latestTold !== undefined)
      hostClock.told(device.device, decoded.latestTold, arrivedAt)
    return decoded
  }

  function factsOf(message: Received, decoded: Decoded): Interpreted {
    if (decoded.outcome === 'rejected')
      return { outcome: 'rejected', facts: [rejected(message, decoded.code)], settle: () => undefined }
    const dated = decoded.readings.map((reading) => unacknowledged.first(reading, message))
    const facts: DeviceFact[] = dated.map(({ reading }) => readingFact(message, reading))
    const outcome = facts.some(({ type }) => type === 'reading.parked') ? 'parked' : 'recorded'
    const [first] = decoded.refused
    if (first) facts.push(rejected(message, first.code, decoded.refused))
    return {
      outcome: first ? 'rejected' : outcome,
      facts,
      settle() {
        for (const { settle } of dated) settle()
      },
    }
  }

  return {
    hear: (message) => void decode(received(message)),
    interpret(arrived) {
      const message = received(arrived)
      const decoded = decode(message)
      return hostClock.isTrusted ? factsOf(message, decoded) : undefined
    },
    lapse(message) {
      const decoded = decode(received(message))
      if (decoded.outcome === 'rejected') return
      for (const reading of decoded.readings) unacknowledged.lapsed(reading, message)
    },
  }
}

function readingFact(
  { device, receivedAt }: Received,
  reading: Reading,
): FactOf<'reading.recorded'> | FactOf<'reading.parked'> {
  const envelope = {
    id: readingId(reading),
    v: 2,
    tenant: device.tenant,
    at: receivedAt,
    by: `device:${device.device}`,
  } as const
  const patient = patientAt(device, reading.measuredAt)
  return patient === undefined
    ? { ...envelope, type: 'reading.parked', data: { reading } }
    : { ...envelope, type: 'reading.recorded', data: { patient, reading } }
}

/** The whole payload, once; of a batch with which of its readings were refused. */
function rejected(
  { device, path, payload, receivedAt }: Received,
  code: ErrorCode,
  items?: readonly RefusedItem[],
): FactOf<'payload.rejected'> {
  const payloadBase64 = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64')
  return {
    id: factId(`${device.device}\n${path}\n${payloadBase64}`),
    type: 'payload.rejected',
    v: 2,
    tenant: device.tenant,
    at: receivedAt,
    by: `device:${device.device}`,
    data: {
      source: device.device,
      path: path.slice(0, 256),
      code,
      receivedAt,
      payloadBase64,
      ...(items && { items: [...items] }),
    },
  }
}
