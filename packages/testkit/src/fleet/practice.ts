import { seeded } from './random.ts'

/** What a simulated device does beside sending its morning reading. */
export type Temper =
  | 'steady'
  /** Sends each reading twice or more. */
  | 'repeats'
  /** Out of reach for days, then everything at once. */
  | 'stores'
  /** Has no clock: sends no or an unset time. */
  | 'unset-clock'
  /** Its clock runs ahead by a year. */
  | 'clock-ahead'
  /** Now and then sends what is no reading. */
  | 'garbles'
  /** Registered, given to no one. */
  | 'unassigned'
  /** Not registered at all. */
  | 'unknown'

export type SimulatedPatient = {
  readonly patient: string
  readonly name: string
  readonly zone: string
  readonly device: string
  readonly kind: 'blood-pressure' | 'body-weight' | 'blood-glucose'
  readonly temper: Temper
  /** Hour of the local day that the patient measures at, as a fraction. */
  readonly hour: number
  /** Chance of measuring on a day. */
  readonly diligence: number
}

const FIRST = [
  'Ada',
  'Ben',
  'Clara',
  'Dmitri',
  'Elena',
  'Farid',
  'Grace',
  'Hugo',
  'Ines',
  'Jonas',
  'Keiko',
  'Liam',
]
const LAST = ['Abbott', 'Brandt', 'Castillo', 'Duarte', 'Ekwueme', 'Fischer', 'Grant', 'Hoang']
const ZONES = ['America/New_York', 'America/Chicago', 'America/Phoenix', 'America/Los_Angeles'] as const
const KINDS = ['blood-pressure', 'blood-pressure', 'body-weight', 'blood-glucose'] as const
/** The exceptions; everybody else is steady. */
const TEMPERS: Readonly<Record<number, Temper>> = {
  3: 'repeats',
  6: 'stores',
  9: 'unset-clock',
  12: 'clock-ahead',
  15: 'garbles',
  18: 'repeats',
  21: 'stores',
}

/** Invented patients, the same for the same seed. None of the names is a person's. */
export function simulatedPractice(count: number, seed: number): SimulatedPatient[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(4, '0')
    return {
      patient: `p-${number}`,
      name: `${FIRST[index % FIRST.length]!} ${LAST[Math.floor(random() * LAST.length)]!}`,
      zone: ZONES[index % ZONES.length]!,
      device: `sim-${number}`,
      kind: KINDS[index % KINDS.length]!,
      temper: TEMPERS[index] ?? 'steady',
      // Most measure after getting up, some in the evening.
      hour: random() < 0.8 ? 6.5 + random() * 2.5 : 19 + random() * 3,
      diligence: 0.55 + random() * 0.45,
    }
  })
}

/** An invented measurement, flat as the native payload has it. */
export function measurement(kind: SimulatedPatient['kind'], random: () => number): Record<string, unknown> {
  const around = (middle: number, spread: number): number => Math.round(middle + (random() - 0.5) * spread)
  switch (kind) {
    case 'blood-pressure':
      return {
        kind,
        systolicMmHg: around(132, 40),
        diastolicMmHg: around(80, 20),
        pulsePerMin: around(70, 30),
      }
    case 'body-weight':
      return { kind, weightKg: around(8200, 400) / 100 }
    case 'blood-glucose':
      return { kind, glucoseMgPerDl: around(120, 80), meal: random() < 0.5 ? 'before' : 'after' }
  }
}
