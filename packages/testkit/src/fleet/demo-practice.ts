import { operatorOf, signIn } from '../people/person.ts'
import { enrolPractice, type SimulatedPerson } from './enrol.ts'
import { startFleet } from './fleet.ts'
import { type SimulatedPatient, simulatedPractice } from './practice.ts'
import { startStaff } from './staff.ts'

/** A day of the demo takes this long. */
const DEMO_DAY_MS = 20_000
const DAY_MS = 86_400_000
const RATE = DAY_MS / DEMO_DAY_MS
/** 05:30 in New York, in winter: the first devices wake soon after. */
const DAWN_MS = 10.5 * 3_600_000
const PATIENTS = 24
const SEED = 99_454
/** The simulated nurse does a piece of work so often. */
const WORK_EVERY_MS = 700

/** The variables of a clock that begins at the next dawn and then runs through a day in 20 seconds. */
export function demoClock(): Record<'CLOCK_RATE' | 'CLOCK_ORIGIN_MS', string> {
  const wall = Date.now()
  const untilDawnMs = (DAWN_MS - (wall % DAY_MS) + DAY_MS) % DAY_MS
  return { CLOCK_RATE: String(RATE), CLOCK_ORIGIN_MS: String(Math.round(wall - untilDawnMs / (RATE - 1))) }
}

const practice = { id: 'riverside', name: 'Riverside Cardiology (demo)', zone: 'America/New_York' }

/** For the demo alone, and printed by it: everything the demo keeps is invented. */
export const demoPassword = 'cufflink-demo'
export const demoUser = 'ada'
const people: readonly SimulatedPerson[] = [
  {
    user: demoUser,
    name: 'Ada Quinn, RN',
    password: demoPassword,
    roles: ['clinician', 'biller', 'ops', 'administrator'],
    credential: 'clinical-staff',
  },
  {
    user: 'ben',
    name: 'Ben Osei, LPN (simulated)',
    password: demoPassword,
    roles: ['clinician'],
    credential: 'clinical-staff',
  },
  {
    user: 'dr-marsh',
    name: 'Dr. Elena Marsh',
    password: demoPassword,
    roles: ['clinician'],
    credential: 'physician',
  },
]

export type DemoOptions = {
  readonly consoleUrl: string
  readonly mqttUrl: string
  readonly operatorKey: string
  now(): number
}

/** Devices and staff, until closed. */
export type Demo = { close(): Promise<void> }

/** The practice of `npm run demo` and `npm run fleet`: 24 patients, a device that has none, one that no one knows, and a nurse at work. */
export async function startDemo({ consoleUrl, mqttUrl, operatorKey, now }: DemoOptions): Promise<Demo> {
  const enrolled = simulatedPractice(PATIENTS, SEED)
  const patients: SimulatedPatient[] = [
    ...enrolled,
    { ...enrolled[0]!, patient: 'nobody', device: 'sim-unassigned', temper: 'unassigned' },
    { ...enrolled[1]!, patient: 'nobody', device: 'sim-unknown', temper: 'unknown' },
  ]
  const operator = operatorOf(consoleUrl, operatorKey)
  const secrets = await enrolPractice({ operator, practice, patients, people })
  const fleet = startFleet({
    url: mqttUrl,
    patients,
    secretOf: (device) => secrets.get(device),
    now,
    seed: SEED,
  })
  const person = await signIn(consoleUrl, { user: 'ben', password: demoPassword })
  const staff = startStaff({
    person,
    practice: practice.id,
    patients: enrolled.map(({ patient }) => patient),
    now,
    everyMs: WORK_EVERY_MS,
    seed: SEED,
  })
  return { close: async () => void (await Promise.all([fleet.close(), staff.close()])) }
}

export const demoPagePath = `/practices/${practice.id}`
