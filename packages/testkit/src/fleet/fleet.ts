import { connectDevice, type SimulatedDevice } from './device.ts'
import { measurement, type SimulatedPatient, type Temper } from './practice.ts'
import { seeded } from './random.ts'

const TICK_MS = 100
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export type FleetOptions = {
  /** `mqtt://host:port` */
  readonly url: string
  readonly patients: readonly SimulatedPatient[]
  /** The secret of a registered device; `undefined` for one that no one registered. */
  secretOf(device: string): string | undefined
  /** What time it is for the devices, ms since 1970. */
  now(): number
  readonly seed: number
}

/** A fleet of real MQTT clients living days at the clock's pace, until it is closed. */
export type Fleet = { readonly published: number; close(): Promise<void> }

export function startFleet({ url, patients, secretOf, now, seed }: FleetOptions): Fleet {
  const random = seeded(seed)
  let published = 0
  const members = patients.map((patient) => ({
    patient,
    client: connectDevice({ url, device: patient.device, secret: secretOf(patient.device) ?? 'nobody' }),
    behave: behaviours[patient.temper](),
    nextAt: nextMeasurement(patient, now()),
  }))

  function tick(): void {
    const at = now()
    for (const member of members) {
      if (at < member.nextAt) continue
      const { patient, client, behave } = member
      if (random() < patient.diligence) send(client, behave(patient, member.nextAt, random))
      member.nextAt = nextMeasurement(patient, at)
    }
  }

  function send(client: SimulatedDevice, payloads: readonly string[]): void {
    for (const payload of payloads) {
      published += 1
      // A device that is refused for ever keeps its reading for ever; closing the fleet ends the wait.
      client.publish(payload).catch(() => undefined)
    }
  }

  const timer = setInterval(tick, TICK_MS)
  return {
    get published() {
      return published
    },
    async close() {
      clearInterval(timer)
      await Promise.all(members.map(({ client }) => client.close()))
    },
  }
}

/** The next instant at which a patient's own clock shows the hour at which they measure. */
function nextMeasurement({ zone, hour }: SimulatedPatient, after: number): number {
  const local = new Date(after).toLocaleString('sv-SE', { timeZone: zone })
  const midnight = Date.parse(`${local.slice(0, 10)}T00:00:00Z`)
  const offset = Date.parse(`${local.replace(' ', 'T')}Z`) - Math.floor(after / 1_000) * 1_000
  const today = midnight - offset + hour * HOUR_MS
  return today > after ? today : today + DAY_MS
}

/** What a device sends when its patient measures at an instant. Some remember: each device gets a behaviour of its own. */
type Behaviour = (patient: SimulatedPatient, at: number, random: () => number) => readonly string[]

const reading = ({ kind }: SimulatedPatient, random: () => number, time: Record<string, unknown>) => ({
  ...time,
  ...measurement(kind, random),
})
const once: Behaviour = (patient, at, random) => [
  JSON.stringify(reading(patient, random, { measuredAt: at })),
]

const behaviours: Readonly<Record<Temper, () => Behaviour>> = {
  steady: () => once,
  unassigned: () => once,
  unknown: () => once,
  repeats: () => (patient, at, random) => {
    const [payload] = once(patient, at, random)
    return [payload!, payload!, payload!]
  },
  stores: () => {
    const kept: object[] = []
    return (patient, at, random) => {
      kept.push(reading(patient, random, { measuredAt: at }))
      return kept.length < 4 ? [] : [JSON.stringify(kept.splice(0))]
    }
  },
  'unset-clock': () => (patient, _at, random) => [
    JSON.stringify(reading(patient, random, { measuredAt: 0 })),
  ],
  'clock-ahead': () => (patient, at, random) => {
    const measuredAt = random() < 0.3 ? at + 365 * DAY_MS : at
    return [JSON.stringify(reading(patient, random, { measuredAt }))]
  },
  garbles: () => {
    // At once the first time, so that a person who watches sees one soon.
    let chance = 1
    return (patient, at, random) => {
      const garbled = random() < chance
      chance = 0.3
      return garbled ? ['{"kind":"blood-pr'] : once(patient, at, random)
    }
  },
}
