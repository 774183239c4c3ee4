import { hash } from 'node:crypto'
import type { Fact } from '@cufflink/contracts'
import type { DeviceCredentials } from './device.ts'

const DAY_MS = 86_400_000
const ENROLLED_DAYS_AGO = 28
const FIRST_DAYS_AGO = 26
/** Readings lie on so many dates, the last of them yesterday's at the latest: in one period, none ahead of any clock. */
const DATES = 24
/** Coprime to the seconds of a day: the times of day jump about and come again after 86,400 rounds. */
const STRIDE_S = 6_841
const ZONES = [
  'America/New_York',
  'America/Phoenix',
  'Asia/Kolkata',
  'Pacific/Kiritimati',
  'Europe/London',
] as const

/** A device of the fault fleet and the one patient who has it. */
export type FaultDevice = DeviceCredentials & {
  readonly tenant: string
  readonly patient: string
  readonly zone: string
}

export const faultDevices = (count: number, tenant: string): FaultDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    tenant,
    patient: `p-${index}`,
    device: `${tenant}-${index}`,
    secret: `secret-${index}`,
    zone: ZONES[index % ZONES.length]!,
  }))

const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS

/** The instant of a device's n-th reading, ms: another second for each n, going through the dates. */
export const measuredAtOf = (n: number): number =>
  midnight +
  ((n % DATES) - FIRST_DAYS_AGO) * DAY_MS +
  ((Math.floor(n / DATES) * STRIDE_S) % (DAY_MS / 1_000)) * 1_000

type Envelope = Pick<Fact, 'at' | 'by' | 'tenant'> & { readonly v: 1 }

/** What the rules ask to be on file before a day counts. */
function fileFacts({ tenant, patient }: Pick<FaultDevice, 'tenant' | 'patient'>, envelope: Envelope): Fact[] {
  const { at: since } = envelope
  const id = (what: string): string => `${what}-${tenant}-${patient}`
  const consent = { patient, consentedAt: since, mode: 'verbal', takenBy: 'nurse' } as const
  const order = { patient, orderedAt: since, practitioner: 'physician' }
  const episode = { patient, episode: 'e-1', openedAt: since }
  return [
    { ...envelope, id: id('consent'), type: 'consent.recorded', data: consent },
    { ...envelope, id: id('order'), type: 'order.recorded', data: order },
    { ...envelope, id: id('episode'), type: 'episode.opened', data: episode },
  ]
}

/** Puts the practice, its patients and their devices straight on the ledger; to be done before the services start. */
export async function registerFaultDevices(
  ledger: { append(fact: Fact): Promise<unknown> },
  devices: readonly FaultDevice[],
): Promise<void> {
  const from = midnight - ENROLLED_DAYS_AGO * DAY_MS
  const envelope = { v: 1, at: from, by: 'user:fault-tests' } as const
  const practices = [...new Set(devices.map(({ tenant }) => tenant))]
  const facts: Fact[] = practices.map((tenant) => ({
    ...envelope,
    id: `open-${tenant}`,
    tenant,
    type: 'practice.opened',
    data: { name: `Practice ${tenant}`, zone: 'America/New_York' },
  }))
  for (const { tenant, patient, device, secret, zone } of devices) {
    facts.push({
      ...envelope,
      id: `enrol-${tenant}-${patient}`,
      tenant,
      type: 'patient.enrolled',
      data: { patient, name: `Patient ${patient}`, zone, enrolledAt: from },
    })
    facts.push(...fileFacts({ tenant, patient }, { ...envelope, tenant }))
    facts.push({
      ...envelope,
      id: `register-${device}`,
      tenant,
      type: 'device.registered',
      data: {
        device,
        model: 'BPM',
        secretDigest: hash('sha256', secret, 'hex'),
        status: 'active',
        assignments: [{ patient, from }],
      },
    })
  }
  await Promise.all(facts.map((fact) => ledger.append(fact)))
}
