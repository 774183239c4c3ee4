import type { ErrorCode, Reading } from '@cufflink/contracts'
import { measuredAtOf } from './clock.ts'
import { type Decoded, type Receipt, type RefusedItem, rejected } from './decode.ts'
import { type Fields, measurementOf, numberOf } from './measurement.ts'

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
 *
 * A field that is null is taken for absent, and a number may be written as text. A batch is taken reading by reading.
 */
export function decodeNative(content: unknown, receipt: Receipt): Decoded {
  if (!Array.isArray(content)) {
    const only = decodeReading(content, receipt)
    return typeof only === 'string' ? rejected(only) : decoded([only], [])
  }
  if (content.length === 0) return rejected('PAYLOAD_UNKNOWN')
  if (content.length > MAX_READINGS) return rejected('PAYLOAD_TOO_MANY')
  const readings: Reading[] = []
  const refused: RefusedItem[] = []
  for (const [index, item] of content.entries()) {
    const one = decodeReading(item, receipt)
    if (typeof one === 'string') refused.push({ index, code: one })
    else readings.push(one)
  }
  const [first] = refused
  return readings.length === 0 && first ? rejected(first.code) : decoded(readings, refused)
}

function decoded(readings: readonly Reading[], refused: readonly RefusedItem[]): Decoded {
  let latestTold: number | undefined
  for (const { clockQuality, measuredAt, deviceTime } of readings) {
    if (clockQuality === 'receipt') continue
    const told = deviceTime ?? measuredAt
    if (latestTold === undefined || told > latestTold) latestTold = told
  }
  return { outcome: 'decoded', readings, refused, ...(latestTold !== undefined && { latestTold }) }
}

function decodeReading(content: unknown, { device, ...arrival }: Receipt): Reading | ErrorCode {
  if (typeof content !== 'object' || content === null) return 'PAYLOAD_UNKNOWN'
  const fields = content as Fields
  const measured = measurementOf(fields)
  if (typeof measured === 'string') return measured
  const { measuredAt, clock } = fields
  const userSlot = numberOf(fields['userSlot'])
  const recordId = textOf(fields['recordId'])
  if (present(clock) && clock !== 'estimated') return 'PAYLOAD_UNKNOWN'
  if (userSlot !== undefined && !isUserSlot(userSlot)) return 'PAYLOAD_UNKNOWN'
  if (recordId !== undefined && !isRecordId(recordId)) return 'PAYLOAD_UNKNOWN'
  const taken = measured.taken + present(measuredAt) + present(recordId) + present(clock) + present(userSlot)
  if (countOf(fields) !== taken) return 'PAYLOAD_UNKNOWN' // there is a field that no one took
  const time = measuredAtOf(measuredAt ?? undefined, present(clock) === 1, arrival)
  if (typeof time === 'string') return time
  const reading: Reading = {
    device,
    measuredAt: time.measuredAt,
    gatewayReceivedAt: arrival.receivedAt,
    clockQuality: time.clockQuality,
    measurement: measured.measurement,
  }
  if (userSlot !== undefined) reading.userSlot = userSlot
  if (recordId !== undefined) reading.recordId = recordId
  if (time.deviceTime !== undefined) reading.deviceTime = time.deviceTime
  return reading
}

/** A whole number is a name as well: some firmwares count their records. */
const textOf = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? `${value}` : (value ?? undefined)

const isUserSlot = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
const isRecordId = (value: unknown): value is string => typeof value === 'string' && recordIdShape.test(value)
const present = (value: unknown): 0 | 1 => (value === undefined || value === null ? 0 : 1)

/** How many fields say something. Counted in place: `Object.keys` would make an array for every reading. */
function countOf(fields: Fields): number {
  let count = 0
  for (const name in fields) count += present(fields[name])
  return count
}
