import { createRecordFold, type DeviceRecord, type FactOf, patientKey } from '@cufflink/contracts'
import { type FollowedLedger, followToEnd } from '@cufflink/ledger'
import { createOutcomes, type Outcomes } from './outcomes.ts'

/** A device, the practice it belongs to, and the fact that wrote its record: what changes it must name that. */
export type RegisteredDevice = DeviceRecord & { readonly tenant: string; readonly version: string }

/** `before` is the record that was replaced; a device that is new had none. */
export type DeviceListener = (device: RegisteredDevice, before?: RegisteredDevice) => void

/** Every device, in memory, kept by the topic `registry`. */
export type Registry = {
  readonly size: number
  /** Whether records that are about to be written hold. */
  readonly outcomes: Outcomes
  find(device: string): RegisteredDevice | undefined
  /** Resolves once it has what is on the ledger by now: what is not there then is not known at all. */
  caughtUp(): Promise<void>
  all(): Iterable<RegisteredDevice>
  /** The devices that a patient of a practice has or had. */
  of(tenant: string, patient: string): readonly RegisteredDevice[]
  /** Calls back after a device's record was replaced, until the returned function is called. */
  onChange(listener: DeviceListener): () => void
  close(): Promise<void>
}

/** Who had the device at an instant (ms), no matter who has it now. */
export const patientAt = ({ assignments }: DeviceRecord, instant: number): string | undefined =>
  assignments.find(({ from, to }) => from <= instant && (to === undefined || instant < to))?.patient

/** Whether more than one patient had it: what it measured may stand under another than whose it is. */
export const hadSeveralPatients = ({ assignments }: DeviceRecord): boolean =>
  new Set(assignments.map(({ patient }) => patient)).size > 1

function deviceOf({ id, tenant, data }: FactOf<'device.registered'>): RegisteredDevice {
  const { device, model, secretDigest, status, assignments } = data
  return { device, model, secretDigest, status, assignments, tenant, version: id }
}

/** Reads the registry to its present end and follows it from there. */
export async function openRegistry(ledger: FollowedLedger): Promise<Registry> {
  const devices = new Map<string, RegisteredDevice>()
  /** The devices of each patient, by name. */
  const perPatient = new Map<string, Set<string>>()
  const listeners = new Set<DeviceListener>()
  const outcomes = createOutcomes()
  const holds = createRecordFold()

  const following = await followToEnd(ledger, 'registry', (fact) => {
    if (fact.type !== 'device.registered') return
    if (!holds(fact)) return outcomes.settle(fact.id, false)
    const device = deviceOf(fact)
    const before = devices.get(device.device)
    devices.set(device.device, device)
    for (const { patient } of device.assignments)
      perPatient.getOrInsertComputed(patientKey(device.tenant, patient), () => new Set()).add(device.device)
    for (const listener of listeners) listener(device, before)
    outcomes.settle(fact.id, true)
  })

  return {
    get size() {
      return devices.size
    },
    outcomes,
    find: (device) => devices.get(device),
    all: () => devices.values(),
    of: (tenant, patient) =>
      [...(perPatient.get(patientKey(tenant, patient)) ?? [])]
        .map((device) => devices.get(device)!)
        // An assignment is never taken back, but a writer of the record may leave it out.
        .filter(
          (device) => device.tenant === tenant && device.assignments.some((one) => one.patient === patient),
        ),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    caughtUp: () => following.caughtUp(),
    close: () => following.close(),
  }
}
