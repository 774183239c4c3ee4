import {
  beginningOf,
  type Enrolment,
  type EvaluationInput,
  enrolmentOf,
  medicare,
  nativeModel,
  type RecordedFact,
  watchedYears,
} from '@cufflink/billing'
import {
  type ActivityFact,
  contentOf,
  type FactOf,
  failure,
  type Program,
  patientKey,
} from '@cufflink/contracts'
import type { Accounts, RegisteredDevice, Registry } from '@cufflink/directory'
import type { FactList } from '@cufflink/folds'
import {
  type DaysDocument,
  localDate,
  type MinutesDocument,
  monthAfter,
  monthsAround,
  monthsOfPeriods,
  monthsOfReadings,
} from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { ActivityDocuments, Documents } from './documents.ts'
import type { Practice } from './practices.ts'
import { type BegunChart, type EvaluatedChart, evaluateBegun } from './settling.ts'

/** What the latest enrolment says; of one that was written before these were asked, the usual. */
export type Enrolled = {
  readonly name: string
  readonly zone: string
  readonly enrolledAt: number
  readonly programs: readonly Program[]
  readonly condition?: string
  readonly payer?: string
  readonly established: boolean
}

/** All that is known of one patient for one month, read once. */
export type ReadChart = ActivityDocuments & {
  readonly practice: Practice
  readonly patient: string
  /** The calendar month in the practice's zone. */
  readonly month: string
  readonly now: number
  /** How much faster than the wall's the clock runs. */
  readonly clockRate: number
  readonly enrolled: Enrolled
  readonly devices: readonly RegisteredDevice[]
  readonly enrolment: Enrolment
  /** For `evaluate`, `evaluateMonth` and `tallyMonth`. */
  readonly input: EvaluationInput
}

/** Reads of one round share what they have in common: a clinician's parts serve all of that clinician's patients. */
export type Round = {
  /** The instant of all of them; else each is of its own. */
  readonly now?: number
  clinician(clinician: string): Promise<readonly MinutesDocument[]>
}

export type ChartReader = {
  /** The month that holds now, in a practice's zone. */
  currentMonth(practice: Practice): string
  /** The local date, now, in a zone. */
  todayIn(zone: string): string
  /** `now` must not lie before what is read was asked for: what people wrote later would be of the future. */
  round(practice: Practice, month: string, now?: number): Round
  /** What the documents come to, of no more of them than it takes. `undefined` for a patient who is not enrolled. */
  evaluate(
    practice: Practice,
    patient: string,
    options: { readonly month: string; readonly round?: Round },
  ): Promise<EvaluatedChart | undefined>
  /** `undefined` for a patient who is not enrolled. */
  read(
    practice: Practice,
    patient: string,
    options: { readonly month: string; readonly round?: Round },
  ): Promise<ReadChart | undefined>
  /** What the rules go by besides readings, file and time, without reading any. `undefined` for a patient who is not enrolled. */
  withoutDays(
    practice: Practice,
    patient: string,
    options: { readonly month: string; readonly round?: Round },
  ): Promise<Omit<EvaluationInput, 'days'> | undefined>
  /** @throws {CufflinkError} PATIENT_UNKNOWN · VIEWS_UNAVAILABLE */
  get(practice: Practice, patient: string, options: { readonly month: string }): Promise<ReadChart>
  /** What the rules would evaluate with one more fact of the practice, or on the patient's file, at the end of the ledger. */
  inputWith(chart: ReadChart, fact: ActivityFact): EvaluationInput
}

export type ChartReaderOptions = {
  readonly documents: Documents
  readonly accounts: Pick<Accounts, 'of'>
  readonly registry: Pick<Registry, 'of'>
  readonly clock: Clock
}

export function createChartReader({ documents, accounts, registry, clock }: ChartReaderOptions): ChartReader {
  function round({ id }: Practice, month: string, now?: number): Round {
    const known = new Map<string, Promise<readonly MinutesDocument[]>>()
    return {
      ...(now !== undefined && { now }),
      clinician: (clinician) =>
        known.getOrInsertComputed(clinician, () =>
          documents.clinician(id, clinician, monthsOfPeriods(month)),
        ),
    }
  }

  type Options = { readonly month: string; readonly round?: Round }

  /** All but the readings. */
  async function begin(
    practice: Practice,
    patient: string,
    { month, round: shared = round(practice, month) }: Options,
  ): Promise<BegunChart | undefined> {
    const tenant = practice.id
    const around = monthsAround(month)
    // A set-up may have been locked long ago, and an episode go on.
    const watched = watchedYears(localDate(clock.now(), practice.zone))
    const claims = [
      ...new Set([...watched, ...[monthAfter(month, -12), ...around].map((each) => each.slice(0, 4))]),
    ]
    const minutes = monthsOfPeriods(month)
    const activity = await documents.activity(tenant, patient, { minutes, records: around, claims })
    const enrolled = enrolledBy(activity.file)
    if (enrolled === undefined) return undefined
    const now = shared.now ?? clock.now()
    const devices = registry.of(tenant, patient)
    const people = accounts.of(tenant)
    const enrolment = enrolmentBy({ practice, patient, enrolled, activity, devices, people })
    // Found by what makes them count, not by the day on which someone typed the enrolment.
    const since = Math.min(beginningOf(enrolment) ?? now, enrolled.enrolledAt)
    const who = new Set(activity.minutes.flatMap(({ stretches }) => stretches.map((one) => one.clinician)))
    const parts = await Promise.all([...who].map(shared.clinician))
    const at = { month, now, clockRate: clock.rate }
    const chart = { ...activity, ...at, practice, patient, enrolled, devices, enrolment }
    return {
      ...chart,
      months: monthsOfReadings(since, now),
      withDays: (days) => ({
        ...chart,
        input: evaluationInput({ enrolment, now, days, minutes: activity.minutes, clinicians: parts.flat() }),
      }),
    }
  }

  async function read(practice: Practice, patient: string, options: Options): Promise<ReadChart | undefined> {
    const begun = await begin(practice, patient, options)
    return begun && begun.withDays(await documents.days(practice.id, patient, begun.months))
  }

  return {
    currentMonth: ({ zone }) => localDate(clock.now(), zone).slice(0, 7),
    todayIn: (zone) => localDate(clock.now(), zone),
    round,
    async evaluate(practice, patient, options) {
      const begun = await begin(practice, patient, options)
      return begun && evaluateBegun(documents, begun)
    },
    read,
    withoutDays: async (practice, patient, options) =>
      (await begin(practice, patient, options))?.withDays([]).input,
    async get(practice, patient, options) {
      const found = await read(practice, patient, options)
      if (found !== undefined) return found
      await documents.caughtUp(patientKey(practice.id, patient))
      const again = await read(practice, patient, options)
      if (again === undefined) throw failure('PATIENT_UNKNOWN')
      return again
    },
    inputWith(chart, fact) {
      const file = [...chart.file, { fact, offset: Number.POSITIVE_INFINITY }]
      const people = accounts.of(chart.practice.id)
      return { ...chart.input, enrolment: enrolmentBy({ ...chart, activity: { ...chart, file }, people }) }
    },
  }
}

const evaluationInput = ({
  enrolment,
  now,
  ...documents
}: {
  readonly enrolment: Enrolment
  readonly now: number
  readonly days: readonly DaysDocument[]
  readonly minutes: readonly MinutesDocument[]
  readonly clinicians: readonly MinutesDocument[]
}): EvaluationInput => ({
  ...documents,
  enrolment,
  ruleSets: medicare,
  asOf: now,
  knownAt: Number.POSITIVE_INFINITY,
})

function enrolledBy(file: FactList): Enrolled | undefined {
  const fact = file.findLast((listed) => listed.fact.type === 'patient.enrolled')?.fact
  if (fact?.type !== 'patient.enrolled') return undefined
  const { name, zone, enrolledAt } = fact.data
  const usual = { name, zone, enrolledAt, programs: ['RPM'] as const, established: true }
  if (fact.v === 1) return usual
  const { patient: _, ...data } = contentOf(fact.data)
  return data
}

type Known = {
  readonly practice: Practice
  readonly patient: string
  readonly enrolled: Enrolled
  readonly activity: ActivityDocuments
  readonly devices: readonly RegisteredDevice[]
  readonly people: ReturnType<Accounts['of']>
}

/** The enrolment that the rules evaluate. Every model is taken for a medical device until models are registered. */
function enrolmentBy({ practice, patient, enrolled, activity, devices, people }: Known): Enrolment {
  const { condition, payer, established } = enrolled
  const models = [...new Set(devices.map(({ model }) => model))]
  return enrolmentOf([...practice.facts, ...devices.map(asRecorded), ...activity.file, ...activity.claims], {
    tenant: practice.id,
    patient,
    // What is on the ledger is known, whatever the clock showed that dated it.
    asOf: Number.POSITIVE_INFINITY,
    file: {
      models: models.map((model) => ({ ...nativeModel, model })),
      staff: new Map(people.flatMap(({ user, credential }) => (credential ? [[user, credential]] : []))),
      established,
      ...(condition && { condition }),
      ...(payer && { payer }),
    },
  })
}

/** The registry keeps a device's last record only, with all of its history. */
function asRecorded({ tenant, version: _version, ...data }: RegisteredDevice): RecordedFact {
  const fact: FactOf<'device.registered'> = {
    id: `device-${data.device}`,
    type: 'device.registered',
    v: 1,
    tenant,
    at: 0,
    by: 'service:console',
    data,
  }
  return { fact, offset: 0 }
}
