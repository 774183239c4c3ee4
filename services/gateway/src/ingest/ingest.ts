import type { ErrorCode, Fact, FactOf } from '@cufflink/contracts'
import { type DecodedReading, decodePayload } from '@cufflink/devices'
import { type Ledger, patientAt, type RegisteredDevice } from '@cufflink/ledger'
import { factId, readingId } from './fact-id.ts'
import type { Tally } from './tally.ts'

/** What a device sent, as it came. */
export type Message = {
  readonly device: RegisteredDevice
  /** The MQTT topic, or the HTTP path. */
  readonly path: string
  readonly payload: Uint8Array
  /** ms since 1970, by the gateway's clock. */
  readonly receivedAt: number
}

export type Outcome = 'recorded' | 'parked' | 'rejected'

/**
 * Puts a message on the ledger: as readings of the patient who had the device when they were measured, as parked
 * readings where nobody had, or as rejected bytes where it is no reading (design rule 5).
 * Resolves once all of it is durable; only then may it be acknowledged (rule 1).
 */
export type Ingest = (message: Message) => Promise<Outcome>

export type IngestOptions = { readonly ledger: Pick<Ledger, 'append'>; readonly tally: Tally }

export function createIngest({ ledger, tally }: IngestOptions): Ingest {
  return async (message) => {
    tally.received += 1
    tally.inFlight += 1
    try {
      const { outcome, facts } = interpret(message)
      await (facts.length === 1 ? ledger.append(facts[0]!) : Promise.all(facts.map(ledger.append)))
      tally[outcome] += 1
      return outcome
    } catch (error) {
      tally.failed += 1
      throw error
    } finally {
      tally.inFlight -= 1
    }
  }
}

function interpret(message: Message): { outcome: Outcome; facts: readonly Fact[] } {
  const { device, path, payload, receivedAt } = message
  if (path !== `devices/${device.device}/readings`) return rejected(message, 'TOPIC_UNKNOWN')
  const decoded = decodePayload(device, payload, receivedAt)
  if (decoded.outcome === 'rejected') return rejected(message, decoded.code)
  const facts = decoded.readings.map((reading) => readingFact(message, reading))
  return { outcome: facts.some(({ type }) => type === 'reading.parked') ? 'parked' : 'recorded', facts }
}

function readingFact(
  { device, receivedAt }: Message,
  decoded: DecodedReading,
): FactOf<'reading.recorded'> | FactOf<'reading.parked'> {
  const { reading } = decoded
  const envelope = {
    id: readingId(decoded),
    v: 1,
    tenant: device.tenant,
    at: receivedAt,
    by: `device:${device.device}`,
  } as const
  const patient = patientAt(device, reading.measuredAt)
  return patient === undefined
    ? { ...envelope, type: 'reading.parked', data: { reading } }
    : { ...envelope, type: 'reading.recorded', data: { patient, reading } }
}

function rejected(
  { device, path, payload, receivedAt }: Message,
  code: ErrorCode,
): { outcome: 'rejected'; facts: readonly [FactOf<'payload.rejected'>] } {
  const payloadBase64 = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64')
  const fact = {
    id: factId(`${device.device}\n${path}\n${payloadBase64}`),
    type: 'payload.rejected',
    v: 1,
    tenant: device.tenant,
    at: receivedAt,
    by: `device:${device.device}`,
    data: { source: device.device, path: path.slice(0, 256), code, receivedAt, payloadBase64 },
  } as const
  return { outcome: 'rejected', facts: [fact] }
}
