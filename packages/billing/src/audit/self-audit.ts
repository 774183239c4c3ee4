import { dayOf } from '@cufflink/folds'
import type { Line } from '../evaluation/lines/line.ts'
import type { Warning } from '../evaluation/signals.ts'

/** One patient as an inspector would see them: when they joined, and the lines of one month and its periods. */
export type AuditedPatient = {
  readonly patient: string
  readonly enrolledOn: string
  readonly established: boolean
  /** Devices assigned in the dates of the lines. */
  readonly devices: number
  readonly lines: readonly Line[]
  /** Other practices that billed for this patient. */
  readonly otherPractices: readonly string[]
}

export type Measure = {
  readonly measure:
    | 'ENROLMENT_SPIKE'
    | 'NO_PRIOR_RELATIONSHIP'
    | 'SEVERAL_DEVICE_LINES'
    | 'DEVICE_WITHOUT_MANAGEMENT'
    | 'SEVERAL_PRACTICES'
  readonly title: string
  /** 0 to 1 of the patients looked at; of the spike, the busiest week against the usual one. */
  readonly value: number
  readonly limit: number
  readonly conspicuous: boolean
  readonly patients: readonly string[]
}

/**
 * From where on a measure is shown as conspicuous (D): the practice's own settings may be stricter. Two devices in use
 * behind one billed line are usual for some patients; two lines billed for the same dates are never right.
 */
export const auditLimits = {
  spikeTimes: 3,
  noPriorRelationship: 0.05,
  severalDeviceLines: 0.2,
  deviceWithoutManagement: 0.2,
  severalPractices: 0,
} as const
export type AuditLimits = { readonly [Name in keyof typeof auditLimits]: number }

/** The part of some patients that a test finds. */
function share(
  measure: Measure['measure'],
  options: {
    readonly title: string
    readonly of: readonly AuditedPatient[]
    readonly limit: number
    readonly test: (patient: AuditedPatient) => boolean
  },
): Measure {
  const { title, of, limit } = options
  const found = of.filter(options.test).map(({ patient }) => patient)
  const value = of.length === 0 ? 0 : found.length / of.length
  return { measure, title, value, limit, conspicuous: value > limit, patients: found }
}

/** The inspector's five measures over a practice. */
export function selfAudit(
  patients: readonly AuditedPatient[],
  limits: AuditLimits = auditLimits,
): readonly Measure[] {
  const billedDevice = patients.filter((patient) => deviceLines(patient).length > 0)
  return [
    enrolmentSpike(patients, limits.spikeTimes),
    share('NO_PRIOR_RELATIONSHIP', {
      title: 'Patients without a prior relationship with the practice',
      of: patients,
      limit: limits.noPriorRelationship,
      test: ({ established }) => !established,
    }),
    severalDevices(billedDevice, limits.severalDeviceLines),
    share('DEVICE_WITHOUT_MANAGEMENT', {
      title: 'Device supply without treatment management',
      of: billedDevice,
      limit: limits.deviceWithoutManagement,
      test: ({ lines }) =>
        !lines.some((line) => isBilled(line) && (line.role === 'time-low' || line.role === 'time-base')),
    }),
    share('SEVERAL_PRACTICES', {
      title: 'Patients that another practice billed too',
      of: patients,
      limit: limits.severalPractices,
      test: ({ otherPractices }) => otherPractices.length > 0,
    }),
  ]
}

/** Was billed, or would be: what is blocked, short or held is not. */
const isBilled = ({ status, locked }: Line): boolean =>
  locked !== undefined || status === 'supported' || status === 'final'

const deviceLines = ({ lines }: AuditedPatient): readonly Line[] =>
  lines.filter((line) => isBilled(line) && (line.role === 'device-low' || line.role === 'device-high'))

/** More than one device behind a billed line, or more than one line in the same dates. */
function severalDevices(of: readonly AuditedPatient[], limit: number): Measure {
  const measure = share('SEVERAL_DEVICE_LINES', {
    title: 'Patients with more than one device billed in one period',
    of,
    limit,
    test: (patient) => patient.devices > 1 || hasTwoInOnePeriod(deviceLines(patient)),
  })
  const twice = of.some((patient) => hasTwoInOnePeriod(deviceLines(patient)))
  return { ...measure, conspicuous: measure.conspicuous || twice }
}

const hasTwoInOnePeriod = (lines: readonly Line[]): boolean =>
  lines.some((line, index) =>
    lines.some((other, at) => at > index && other.from <= line.to && other.to >= line.from),
  )

/** The week with the most enrolments against the usual week: the median of the weeks from the first to the last. */
function enrolmentSpike(patients: readonly AuditedPatient[], limit: number): Measure {
  const weekOf = ({ enrolledOn }: AuditedPatient): number => Math.floor((dayOf(enrolledOn) + 3) / 7)
  const perWeek = Map.groupBy(patients, weekOf)
  const weeks = [...perWeek.keys()]
  const first = Math.min(...weeks)
  const all =
    weeks.length === 0
      ? []
      : Array.from({ length: Math.max(...weeks) - first + 1 }, (_, at) => perWeek.get(first + at) ?? [])
  const sizes = all.map((week) => week.length).toSorted((a, b) => a - b)
  const usual = Math.max(1, sizes[Math.floor((sizes.length - 1) / 2)] ?? 1)
  const busiest = all.reduce<readonly AuditedPatient[]>(
    (most, week) => (week.length > most.length ? week : most),
    [],
  )
  const value = all.length < 2 ? 0 : busiest.length / usual
  return {
    measure: 'ENROLMENT_SPIKE',
    title: 'The busiest week of enrolments against the usual week',
    value,
    limit,
    conspicuous: value > limit,
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

/** What a person should look at before billing: which patients carry which flag. */
export function plausibilityList(
  patients: readonly AuditedPatient[],
): readonly { readonly warning: Warning; readonly patients: readonly string[] }[] {
  return implausible.flatMap((warning) => {
    const found = patients.filter(({ lines }) => lines.some((line) => line.warnings.includes(warning)))
    return found.length === 0 ? [] : [{ warning, patients: found.map(({ patient }) => patient) }]
  })
}
