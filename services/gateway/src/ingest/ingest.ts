import { type ErrorCode, type FactOf, failure, type Reading } from '@cufflink/contracts'
import { decodePayload, type RefusedItem } from '@cufflink/devices'
import { patientAt, type RegisteredDevice } from '@cufflink/ledger'
import type { Clock } from '@cufflink/runtime'
import type { Started, Work } from '../shares/shares.ts'
import type { CopyFilter, DeviceFact } from './copies.ts'
import { factId, readingId } from './fact-id.ts'
import type { HostClock } from './host-clock.ts'
import type { ParkedReadings } from './parked.ts'
import type { RejectedLimit } from './rejected-limit.ts'
import type { Tally } from './tally.ts'
import { type ReturnPath, rememberUnacknowledged } from './unacknowledged.ts'

/** What a device sent, as it came. */
export type Message = {
  readonly device: RegisteredDevice
  /** The MQTT topic, or the HTTP path. */
  readonly path: string
  readonly payload: Uint8Array
  /** ms since 1970, by the gateway's clock. */
  readonly receivedAt: number
  /** Where its PUBACK goes. */
  readonly answer: ReturnPath
}

/** `duplicate`: all of it is on the ledger already. */
export type Outcome = 'recorded' | 'parked' | 'rejected' | 'duplicate'

/**
 * Puts a message on the ledger: as readings of the patient who had the device when they were measured, as parked
 * readings where nobody had, or as rejected bytes where it is no reading (design rule 5). A batch may become all three.
 * Resolves once all of it is durable; only then may it be acknowledged (rule 1).
 */
export type Ingest = (message: Message) => Promise<Outcome>

export type IngestOptions = {
  readonly copies: CopyFilter
  readonly rejectedLimit: RejectedLimit
  readonly parked: Pick<ParkedReadings, 'admit'>
  /** Starts the work when it is the device's turn. */
  admit(device: string, work: Work): void
  readonly tally: Tally
  readonly hostClock: Pick<HostClock, 'told' | 'requireTrusted'>
  readonly clock: Pick<Clock, 'now'>
}

type Interpreted = {
  readonly outcome: Outcome
  readonly facts: readonly DeviceFact[]
  settle(): void
}

const otherTopic = { outcome: 'rejected', code: 'TOPIC_UNKNOWN' } as const

export function createIngest(options: IngestOptions): Ingest {
  const { tally, hostClock, clock } = options
  const unacknowledged = rememberUnacknowledged(clock)

  function interpret(message: Message): Interpreted {
    const { device, path, payload, receivedAt, answer } = message
    const refuse = (code: ErrorCode): Interpreted => ({
      outcome: 'rejected',
      facts: [rejected(message, code)],
      settle: () => undefined,
    })
    const isOwnTopic = path === `devices/${device.device}/readings`
    const decoded = isOwnTopic ? decodePayload(device, payload, receivedAt) : otherTopic
    if (decoded.outcome === 'decoded' && decoded.latestTold !== undefined)
      hostClock.told(device.device, decoded.latestTold)
    // Before anything is dated.
    hostClock.requireTrusted()
    if (decoded.outcome === 'rejected') return refuse(decoded.code)
    const dated = decoded.readings.map((reading) => unacknowledged.first(reading, answer))
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

  /** Appends what is no copy, and of rejected bytes as much as is kept of a device. */
  function keep(facts: readonly DeviceFact[]): { added: number; durable: Promise<unknown> } {
    let added = 0
    const waits: Promise<unknown>[] = []
    for (const fact of facts) {
      if (
        fact.type === 'payload.rejected' &&
        !options.copies.knows(fact) &&
        !options.rejectedLimit.keeps(fact)
      ) {
        tally.notKept += 1
        continue
      }
      const { copy, durable } = options.copies.append(fact)
      if (!copy) added += 1
      if (durable !== undefined) waits.push(durable)
    }
    return { added, durable: waits.length === 1 ? waits[0]! : Promise.all(waits) }
  }

  /** Where no more may wait, all but what would: the rest of the message counts, though the device hears nothing. */
  function admit(facts: readonly DeviceFact[]): {
    admitted: readonly DeviceFact[]
    refusal?: unknown
  } {
    const parked = facts.filter((fact) => fact.type === 'reading.parked')
    try {
      options.parked.admit(parked.filter((fact) => !options.copies.knows(fact)))
      return { admitted: facts }
    } catch (refusal) {
      return { admitted: facts.filter((fact) => fact.type !== 'reading.parked'), refusal }
    }
  }

  function take(message: Message): Omit<Started, 'settled'> & { readonly outcome: Promise<Outcome> } {
    const { outcome, facts, settle } = interpret(message)
    const { admitted, refusal } = admit(facts)
    const notKept = tally.notKept
    const { added, durable } = keep(admitted)
    const isCopy = added === 0 && tally.notKept === notKept
    const became = durable.then((): Outcome => {
      if (refusal !== undefined) throw refusal
      settle()
      return isCopy ? 'duplicate' : outcome
    })
    return { readings: Math.max(1, admitted.length), facts: added, outcome: became }
  }

  return (message) => {
    tally.received += 1
    tally.inFlight += 1
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const succeed = (outcome: Outcome): void => {
      tally[outcome] += 1
      tally.inFlight -= 1
      resolve(outcome)
    }
    const fail = (error: unknown): void => {
      tally.failed += 1
      tally.inFlight -= 1
      reject(error)
    }
    options.admit(message.device.device, {
      bytes: message.payload.length,
      start() {
        try {
          const { readings, facts, outcome } = take(message)
          return { readings, facts, settled: outcome.then(succeed, fail) }
        } catch (error) {
          fail(error)
          return { readings: 1, facts: 0, settled: Promise.resolve() }
        }
      },
      drop: () => fail(failure('LEDGER_CLOSED')),
    })
    return promise
  }
}

function readingFact(
  { device, receivedAt }: Message,
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
  { device, path, payload, receivedAt }: Message,
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
