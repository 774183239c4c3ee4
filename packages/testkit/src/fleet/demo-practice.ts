import { enrolPractice } from './enrol.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { type SimulatedPatient, simulatedPractice } from './practice.ts'

/** A day of the demo takes this long. */
const DEMO_DAY_MS = 20_000
const DAY_MS = 86_400_000
const RATE = DAY_MS / DEMO_DAY_MS
/** 05:30 in New York, in winter: the first devices wake soon after. */
const DAWN_MS = 10.5 * 3_600_000
const PATIENTS = 24
const SEED = 99_454

/** The variables of a clock that begins at the next dawn and then runs through a day in 20 seconds. */
export function demoClock(): Record<'CLOCK_RATE' | 'CLOCK_ORIGIN_MS', string> {
  const wall = Date.now()
  const untilDawnMs = (DAWN_MS - (wall % DAY_MS) + DAY_MS) % DAY_MS
  return { CLOCK_RATE: String(RATE), CLOCK_ORIGIN_MS: String(Math.round(wall - untilDawnMs / (RATE - 1))) }
}

const practice = { id: 'riverside', name: 'Riverside Cardiology (demo)', zone: 'America/New_York' }

export type DemoOptions = { readonly consoleUrl: string; readonly mqttUrl: string; now(): number }

/** The practice of `npm run demo` and `npm run fleet`: 24 patients, a device that has none, and one that nobody knows. */
export async function startDemoFleet({ consoleUrl, mqttUrl, now }: DemoOptions): Promise<Fleet> {
  const enrolled = simulatedPractice(PATIENTS, SEED)
  const patients: SimulatedPatient[] = [
    ...enrolled,
    { ...enrolled[0]!, patient: 'nobody', device: 'sim-unassigned', temper: 'unassigned' },
    { ...enrolled[1]!, patient: 'nobody', device: 'sim-unknown', temper: 'unknown' },
  ]
  const secrets = await enrolPractice({ consoleUrl, practice, patients })
  return startFleet({ url: mqttUrl, patients, secretOf: (device) => secrets.get(device), now, seed: SEED })
}

export const demoPagePath = `/practices/${practice.id}`
