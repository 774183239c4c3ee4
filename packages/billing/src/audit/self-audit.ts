import { dayOf } from '@cufflink/folds'
import type { Line } from '../evaluation/lines/line.ts'
import { signalText, type Warning } from '../evaluation/signals.ts'

/** What an inspector would be shown of one patient: when they joined, and the lines whose dates end in one month. */
export type AuditInput = {
  readonly patient: string
  /** Local dates are of the practice's zone. */
  readonly enrolledOn: string
  readonly established: boolean
  readonly lines: readonly Line[]
  /** How many devices the patient had at once, at most, in the dates of a line. */
  devicesDuring(line: Line): number
}

/** What the measures look at of a patient: little, so that a practice is gone through one patient after another. */
export type AuditedPatient = Pick<AuditInput, 'patient' | 'enrolledOn' | 'established'> & {
  /** A device code was billed, or would be. */
  readonly billsDevice: boolean
  /** None of its device lines warns that no treatment management goes with it, in any month that its period touches. */
  readonly isManaged: boolean
  /** More than one device at once was behind one device line. */
  readonly severalDevices: boolean
  /** Two device lines have some of the same dates. */
  readonly twoInOnePeriod: boolean
  /** What a person should look at before billing, by name, with what it says. */
  readonly flags: ReadonlyMap<Warning, string>
}

export function auditedPatient({ lines, devicesDuring, ...who }: AuditInput): AuditedPatient {
  const billed = lines.filter(isBilled)
  const devices = billed.filter(({ role }) => role === 'device-low' || role === 'device-high')
  const flags = lines.flatMap(({ warnings, rule }) =>
    warnings
      .filter((warning) => implausible.includes(warning))
      .map((warning) => [warning, signalText(warning, rule.settings)] as const),
  )
  return {
    patient: who.patient,
    enrolledOn: who.enrolledOn,
    established: who.established,
    billsDevice: devices.length > 0,
    isManaged: !devices.some(({ warnings }) => warnings.includes('DEVICE_WITHOUT_MANAGEMENT')),
    severalDevices: devices.some((line) => devicesDuring(line) > 1),
    twoInOnePeriod: hasTwoInOnePeriod(devices),
    flags: new Map(flags),
  }
}

/** Was billed, or would be: what is blocked, short or held is not. */
const isBilled = ({ status, locked }: Line): boolean =>
  locked !== undefined || status === 'supported' || status === 'final'

const hasTwoInOnePeriod = (lines: readonly Line[]): boolean =>
  lines.some((line, index) =>
    lines.some((other, at) => at > index && other.from <= line.to && other.to >= line.from),
  )

/**
 * What an inspector looks at first, what to do about it, and from where on it is conspicuous (D). Two devices in use behind one billed line
 * are usual for some patients; two lines billed for the same dates are never right.
 */
const measures = {
  ENROLMENT_SPIKE: {
    title: 'Busiest week of enrollments against the usual week',
    advice:
      'For each of these patients, make sure that the order and the consent are on record and came before the device.',
    limit: 3,
  },
  NO_PRIOR_RELATIONSHIP: {
    title: 'Patients without a prior relationship with the practice',
    advice:
      'See them for a visit first. Once they are established patients, say so on their file; until then their codes stay blocked.',
    limit: 0.05,
  },
  SEVERAL_DEVICE_LINES: {
    title: 'Patients with more than one device at once behind a device code',
    advice:
      'Make sure that each device is needed and still in use. One device code is billed for 30 days, however many devices there are.',
    limit: 0.2,
  },
  DEVICE_WITHOUT_MANAGEMENT: {
    title: 'Device supply without treatment management',
    advice:
      'Give a clinician time to review their readings and to talk with them, or ask whether they still need to be monitored.',
    limit: 0.2,
  },
} as const satisfies Record<string, { title: string; advice: string; limit: number }>

export type Measure = {
  readonly measure: keyof typeof measures
  readonly title: string
  readonly advice: string
  /** 0 to 1 of the patients looked at; of the spike, the busiest week against the usual one. */
  readonly value: number
  readonly limit: number
  readonly conspicuous: boolean
  /** The patients who were looked at, and those who were found. */
  readonly of: number
  readonly patients: readonly string[]
}

/** The inspector's measures over a practice. */
export function selfAudit(patients: readonly AuditedPatient[]): readonly Measure[] {
  const billedDevice = patients.filter(({ billsDevice }) => billsDevice)
  const several = share(
    'SEVERAL_DEVICE_LINES',
    billedDevice,
    (one) => one.severalDevices || one.twoInOnePeriod,
  )
  return [
    enrolmentSpike(patients),
    share('NO_PRIOR_RELATIONSHIP', patients, ({ established }) => !established),
    {
      ...several,
      conspicuous: several.conspicuous || billedDevice.some(({ twoInOnePeriod }) => twoInOnePeriod),
    },
    share('DEVICE_WITHOUT_MANAGEMENT', billedDevice, ({ isManaged }) => !isManaged),
  ]
}

/** The part of some patients that a test finds. */
function share(
  measure: Measure['measure'],
  of: readonly AuditedPatient[],
  test: (patient: AuditedPatient) => boolean,
): Measure {
  const found = of.filter(test).map(({ patient }) => patient)
  const value = of.length === 0 ? 0 : found.length / of.length
  const conspicuous = value > measures[measure].limit
  return { measure, ...measures[measure], value, conspicuous, of: of.length, patients: found }
}

/** The week with the most enrolments against the usual week: the median of the weeks from the first to the last. */
function enrolmentSpike(patients: readonly AuditedPatient[]): Measure {
  const { limit } = measures.ENROLMENT_SPIKE
  const weekOf = ({ enrolledOn }: AuditedPatient): number => Math.floor((dayOf(enrolledOn) + 3) / 7)
  const perWeek = Map.groupBy(patients, weekOf)
  const weeks = [...perWeek.keys()].toSorted((a, b) => a - b)
  const [first = 0, last = -1] = [weeks[0], weeks.at(-1)]
  const all = Array.from({ length: last - first + 1 }, (_, at) => perWeek.get(first + at) ?? [])
  const sizes = all.map((week) => week.length).toSorted((a, b) => a - b)
  const usual = Math.max(1, sizes[Math.floor((sizes.length - 1) / 2)] ?? 1)
  const busiest = all.reduce<readonly AuditedPatient[]>(
    (most, week) => (week.length > most.length ? week : most),
    [],
  )
  const value = all.length < 2 ? 0 : busiest.length / usual
  return {
    measure: 'ENROLMENT_SPIKE',
    ...measures.ENROLMENT_SPIKE,
    value,
    conspicuous: value > limit,
    of: patients.length,
    patients: value > limit ? busiest.map(({ patient }) => patient) : [],
  }
}

const implausible: readonly Warning[] = [
  'LONG_SESSION',
  'LONG_STAFF_DAY',
  'STAFF_OVERLAP',
  'OTHER_PROGRAM',
  'BATCH_UPLOAD',
  'GUESSED_CLOCK',
  'UNION_ONLY',
  'TZ_SENSITIVE',
  'AFTER_GRACE',
]

export type Flag = { readonly warning: Warning; readonly text: string; readonly patients: readonly string[] }

/** What a person should look at before billing: which patients carry which flag. */
export function plausibilityList(patients: readonly AuditedPatient[]): readonly Flag[] {
  return implausible.flatMap((warning) => {
    const found = patients.filter(({ flags }) => flags.has(warning))
    const text = found[0]?.flags.get(warning)
    return text === undefined ? [] : [{ warning, text, patients: found.map(({ patient }) => patient) }]
  })
}
