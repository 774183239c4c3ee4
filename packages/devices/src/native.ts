import type { ErrorCode, Reading } from '@cufflink/contracts'
import { measuredAtOf } from './clock.ts'
import { type Decoded, type DecodedReading, type Receipt, rejected } from './decode.ts'
import { type Fields, measurementOf } from './measurement.ts'

export const MAX_READINGS = 1000
const recordIdShape = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,59}$/

/**
 * Cufflink's own format: a reading, or an array of 1 to 1,000 of them (what a device stored and now forwards). A reading:
 *
 *     kind         'blood-pressure' | 'body-weight' | 'blood-glucose'
 *     measuredAt?  seconds or milliseconds since 1970, or ISO 8601 with a zone; absent: the device has no clock
 *     clock?       'estimated': the device guessed measuredAt
 *     recordId?    the device's own name for the reading: letters, digits and . _ : -, at most 60
 *     userSlot?    which of its users, 0 to 255
 *     …            the measurement's fields, as in the contracts: systolicMmHg, weightKg, …
 */
export function decodeNative(content: unknown, receipt: Receipt): Decoded {
  if (!Array.isArray(content)) {
    const only = decodeReading(content, receipt)
    return typeof only === 'string' ? rejected(only) : { outcome: 'decoded', readings: [only] }
  }
  if (content.length === 0) return rejected('PAYLOAD_UNKNOWN')
  if (content.length > MAX_READINGS) return rejected('PAYLOAD_TOO_MANY')
  const readings: DecodedReading[] = []
  for (const item of content) {
    const one = decodeReading(item, receipt)
    if (typeof one === 'string') return rejected(one)
    readings.push(one)
  }
  return { outcome: 'decoded', readings }
}

function decodeReading(content: unknown, { device, receivedAt }: Receipt): DecodedReading | ErrorCode {
  if (typeof content !== 'object' || content === null) return 'PAYLOAD_UNKNOWN'
  const fields = content as Fields
  const measured = measurementOf(fields)
  if (typeof measured === 'string') return measured
  const { measuredAt, recordId, clock, userSlot } = fields
  if (clock !== undefined && clock !== 'estimated') return 'PAYLOAD_UNKNOWN'
  if (userSlot !== undefined && !isUserSlot(userSlot)) return 'PAYLOAD_UNKNOWN'
  if (recordId !== undefined && !isRecordId(recordId)) return 'PAYLOAD_UNKNOWN'
  if (
    countOf(fields) !==
    measured.taken + present(measuredAt) + present(recordId) + present(clock) + present(userSlot)
  ) {
    return 'PAYLOAD_UNKNOWN' // there is a field that nobody took
  }
  const time = measuredAtOf(measuredAt, clock !== undefined, receivedAt)
  if (typeof time === 'string') return time
  const reading: Reading = {
    device,
    measuredAt: time.measuredAt,
    gatewayReceivedAt: receivedAt,
    clockQuality: time.clockQuality,
    measurement: measured.measurement,
  }
  if (userSlot !== undefined) reading.userSlot = userSlot
  return recordId === undefined ? { reading } : { recordId, reading }
}

const isUserSlot = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
const isRecordId = (value: unknown): value is string => typeof value === 'string' && recordIdShape.test(value)
const present = (value: unknown): 0 | 1 => (value === undefined ? 0 : 1)

/** How many fields there are. Counted in place: `Object.keys` would make an array for every reading. */
function countOf(fields: Fields): number {
  let count = 0
  for (const _ in fields) count++
  return count
}
