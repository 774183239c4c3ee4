import { type Assignment, type DeviceRecord, type Fact, failure } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import {
  type Command,
  type Decision,
  type DecisionOf,
  envelope,
  notInFuture,
  recordEnvelope,
} from './command.ts'

/** The device of the practice that a command names. */
type OfDevice = { readonly device: RegisteredDevice }

/** The secret is the same for the same command: a caller that lost the answer asks again with its key. @throws {CufflinkError} DEVICE_TAKEN */
export function registerDevice(
  {
    known,
    secret,
    secretDigest,
  }: {
    readonly known: RegisteredDevice | undefined
    readonly secret: string
    readonly secretDigest: string
  },
  command: Command<'registerDevice'>,
): DecisionOf<'registerDevice'> {
  const { params, body, now } = command
  const { device, model, patient } = body
  const answer = { device, secret }
  if (known?.tenant === params.practice && known.secretDigest === secretDigest) return { facts: [], answer }
  if (known !== undefined) throw failure('DEVICE_TAKEN')
  const assignments = patient === undefined ? [] : [{ patient, from: now }]
  const data = { device, model, secretDigest, status: 'active', assignments } as const
  return { facts: [{ ...recordEnvelope(command), v: 2, type: 'device.registered', data }], answer }
}

/**
 * Gives a device to a patient from an instant on.
 * @throws {CufflinkError} IN_THE_FUTURE · DEVICE_ASSIGNED_EARLIER · DEVICE_HELD by others, unless the person has said to move it
 */
export function assignDevice({ device }: OfDevice, command: Command<'assignDevice'>): Decision {
  const { body, now } = command
  const { patient } = body
  const next = { patient, from: notInFuture(body.from ?? now, command) }
  // Only what a person asked for: who gives it to its patient once more, from now on, takes nothing away.
  if (body.from !== undefined && hasEarlier(device.assignments, next))
    throw failure('DEVICE_ASSIGNED_EARLIER')
  const conflicts = othersFrom(device.assignments, next)
  const taken = conflicts.map(({ patient: other, from, to: end }) => ({
    patient: other,
    start: Math.max(next.from, from),
    ...(end !== undefined && { end }),
  }))
  const touches = [{ patient, start: next.from }, ...taken]
  if (conflicts.length > 0 && body.move !== true)
    return { facts: [], touches, refusal: failure('DEVICE_HELD', { conflicts }) }
  const changed = replaced(device, command, { assignments: handOver(device.assignments, next) })
  return { facts: [changed], touches }
}

export const revokeDevice = ({ device }: OfDevice, command: Command<'revokeDevice'>): Decision => ({
  facts: [replaced(device, command, { status: 'revoked' })],
})

/** `waitingEnd` is where the readings that wait for a patient end; 0 where nothing came in that a person could mean. */
export function dismissReadings(
  { device: { device }, waitingEnd }: OfDevice & { readonly waitingEnd: number },
  command: Command<'dismissReadings'>,
): Decision {
  if (waitingEnd === 0) return { facts: [] }
  const { through = waitingEnd - 1, reason } = command.body
  return { facts: [{ ...envelope(command), type: 'reading.dismissed', data: { device, through, reason } }] }
}

/** The record of a device with a change, which names the one it was made from. */
function replaced(
  device: RegisteredDevice,
  command: Command<'assignDevice'> | Command<'revokeDevice'>,
  change: Partial<DeviceRecord>,
): Fact {
  const { tenant: _, version: replaces, ...record } = device
  const data = { ...record, ...change, replaces }
  return { ...recordEnvelope(command), v: 2, type: 'device.registered', data }
}

/**
 * The history of a device after it is given to a patient from an instant (ms) on: who had it then had it until then. Who had it only
 * later is kept with no length: readings may lie under them that are to be moved.
 */
export function handOver(
  history: readonly Assignment[],
  next: { patient: string; from: number },
): Assignment[] {
  const before = history.map(({ patient, from, to }) => ({
    patient,
    from,
    to: Math.max(from, Math.min(to ?? next.from, next.from)),
  }))
  return [...before, next]
}

/** The other patients who have the device at an instant (ms) or get it later. */
export const othersFrom = (
  history: readonly Assignment[],
  { patient, from: instant }: { patient: string; from: number },
): readonly Assignment[] =>
  history.filter(
    ({ patient: other, from, to }) => other !== patient && (to === undefined || (to > instant && to > from)),
  )

/** Whether the patient has the device now, from before an instant (ms) on: what came before it would stay theirs. */
const hasEarlier = (
  history: readonly Assignment[],
  { patient, from: instant }: { patient: string; from: number },
): boolean =>
  history.some(({ patient: who, from, to }) => who === patient && from < instant && to === undefined)
