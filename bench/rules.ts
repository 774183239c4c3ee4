import { type Enrolment, evaluate, medicare } from '@cufflink/billing'
import type { FactOf } from '@cufflink/contracts'
import {
  countDays,
  type DaysDocument,
  decodeDays,
  encodeDays,
  foldDays,
  foldMinutes,
  localDate,
  type MinutesDocument,
  monthOfMinutes,
  utcMonth,
} from '@cufflink/folds'
import type { Report } from './report.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 2, 1)
const ZONE = 'America/New_York'
const PATIENTS = 10_000

/**
 * The rules alone, in memory: what one reading costs to fold at 1 month and at 5 years of history, to encode and decode
 * its document, to find its local date; and how many patients are evaluated in a second.
 */
export async function benchRules(report: Report): Promise<void> {
  const month = foldPerSecond(30)
  const year = foldPerSecond(365)
  const years = foldPerSecond(5 * 365)
  const ns = (perSecond: number): number => Math.round(1e9 / perSecond)
  report.note(
    `A fold takes ${ns(month)} ns after a month, ${ns(year)} after a year, ${ns(years)} after five: ` +
      `${((ns(years) - ns(month)) / 5).toFixed(1)} ns more with each year.`,
  )
  report.note('A reading folded into its month, after 5 years of history; the reference is after 1 month.')
  report.add({ bench: 'rules: fold, 5 years of history', engine: 'memory', ours: years, reference: month })

  const document = documentsOf(readings(30))[0]
  if (document === undefined) return
  const bytes = encodeDays(document)
  report.note(
    `A month of ${document.devices[0]?.readings.length} readings is ${bytes.length} bytes. The reference is JSON.`,
  )
  const text = JSON.stringify(document)
  report.add({
    bench: 'rules: decode a month',
    engine: 'memory',
    ours: rate(() => decodeDays(bytes)),
    reference: rate(() => JSON.parse(text) as unknown),
  })
  report.add({
    bench: 'rules: encode a month',
    engine: 'memory',
    ours: rate(() => encodeDays(document)),
    reference: rate(() => JSON.stringify(document)),
  })

  report.note('From an instant to a local date; the reference is Temporal alone.')
  let instant = START
  const next = (): number => (instant += 977_000)
  const plain = rate(() =>
    Temporal.Instant.fromEpochMilliseconds(next()).toZonedDateTimeISO(ZONE).toPlainDate().toString(),
  )
  report.add({
    bench: 'rules: local date',
    engine: 'memory',
    ours: rate(() => localDate(next(), ZONE)),
    reference: plain,
  })

  report.note(
    `Evaluations of ${PATIENTS} patients, no two alike, each with 40 days of readings and a month of work; the reference only counts dates.`,
  )
  const patients = Array.from({ length: PATIENTS }, (_, index) => patient(index))
  const evaluations = perSecond(patients.length, (index) => {
    const held = patients[index]
    if (held) evaluate(held)
  })
  const counts = perSecond(patients.length, (index) => countDays(patients[index]?.days ?? [], { zone: ZONE }))
  report.add({ bench: 'rules: evaluate', engine: 'memory', ours: evaluations, reference: counts })

  report.note(
    "One of a clinician's timers more or less: evaluations beside 2,000 timers of a month; the reference is beside 250.",
  )
  // A further copy each time: what is worked out of one input is kept.
  const [few, many] = [patientBeside(250), patientBeside(2_000)]
  report.add({
    bench: 'rules: 2,000 timers of a clinician',
    engine: 'memory',
    // As timers per second, so that the ratio is 1 where a timer costs the same beside many as beside few.
    ours: rate(() => evaluate({ ...many }), 20) * 2_000,
    reference: rate(() => evaluate({ ...few }), 20) * 250,
  })
}

/** A patient whose clinician has so many timers in the month, each under a lease of its own. */
function patientBeside(timers: number): Parameters<typeof evaluate>[0] {
  const spacing = Math.floor((28 * DAY) / timers)
  let document: MinutesDocument | undefined
  for (let n = 0; n < timers; n += 1) {
    const startedAt = START + n * spacing
    const place = { patient: `p-${n % 200}`, clinician: 'nurse-ada', session: `t-${n}`, startedAt }
    const envelope = { v: 1, tenant: 'riverside', by: 'service:console' } as const
    const until = startedAt + 240_000
    const epoch = n + 1
    document = foldMinutes(
      document,
      {
        ...envelope,
        id: `start-${n}`,
        at: startedAt,
        type: 'time.started',
        data: { ...place, program: 'RPM', category: 'data-review', epoch },
      },
      2 * n,
    )
    document = foldMinutes(
      document,
      {
        ...envelope,
        id: `stop-${n}`,
        at: until,
        type: 'time.stopped',
        data: { ...place, epoch, until, reason: 'stopped' },
      },
      2 * n + 1,
    )
  }
  return { ...patient(1), clinicians: document === undefined ? [] : [document] }
}

/** Readings folded per second once `days` days of history lie before them, four a day, in a map of months. */
function foldPerSecond(days: number): number {
  const history = readings(days)
  const documents = new Map<string, DaysDocument>()
  const fold = (fact: FactOf<'reading.recorded'>, offset: number): void => {
    const month = utcMonth(fact.data.reading.measuredAt)
    documents.set(month, foldDays(documents.get(month), fact, offset))
  }
  history.forEach(fold)
  const more = readings(60, days)
  return Math.max(
    ...Array.from({ length: 40 }, () => {
      const copy = new Map(documents)
      const speed = perSecond(more.length, (index) => {
        const fact = more[index]
        if (fact) fold(fact, history.length + index)
      })
      documents.clear()
      for (const [month, document] of copy) documents.set(month, document)
      return speed
    }),
  )
}

function readings(days: number, from = 0): readonly FactOf<'reading.recorded'>[] {
  return Array.from({ length: days * 4 }, (_, index) => {
    const measuredAt = START + from * DAY + index * 6 * HOUR + ((index * 7919) % 3600) * 1000
    return {
      id: `reading-${from}-${index}`.padStart(64, '0'),
      type: 'reading.recorded',
      v: 1,
      tenant: 'riverside',
      at: measuredAt + 2000,
      by: 'service:gateway',
      data: {
        patient: 'p-1',
        reading: {
          device: '350123456789012',
          measuredAt,
          gatewayReceivedAt: measuredAt + 2000,
          clockQuality: 'synced',
          measurement: { kind: 'body-weight', weightKg: 80 },
        },
      },
    }
  })
}

function documentsOf(facts: readonly FactOf<'reading.recorded'>[]): readonly DaysDocument[] {
  const months = new Map<string, DaysDocument>()
  facts.forEach((fact, index) => {
    const month = utcMonth(fact.data.reading.measuredAt)
    months.set(month, foldDays(months.get(month), fact, index * 15_000))
  })
  return [...months.values()]
}

function patient(variant: number): Parameters<typeof evaluate>[0] {
  return {
    ruleSets: medicare,
    asOf: START + 45 * DAY,
    on: '2026-03-20',
    enrolment: file,
    days: documentsOf(readings(40).filter((_, index) => chance(variant, index) > 0.4)),
    minutes: work(variant),
    clinicians: work(variant),
  }
}

/** From 0 to 1, the same for the same numbers. */
function chance(one: number, other: number): number {
  const mixed = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b)
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32
}

const work = (variant: number): readonly MinutesDocument[] => {
  const months = new Map<string, MinutesDocument>()
  for (let day = 0; day < 12; day += 1) {
    const startedAt = START + day * 2 * DAY + 15 * HOUR + Math.floor(chance(variant, day) * HOUR)
    const until = startedAt + 80_000 + Math.floor(chance(day, variant) * 120_000)
    const fact: FactOf<'time.entered'> = {
      id: `work-${day}`,
      type: 'time.entered',
      v: 1,
      tenant: 'riverside',
      at: until,
      by: 'user:nurse-ada',
      data: {
        patient: 'p-1',
        clinician: 'nurse-ada',
        session: `s-${day}`,
        startedAt,
        until,
        program: 'RPM',
        category: 'data-review',
        reason: 'bench',
      },
    }
    const month = monthOfMinutes(fact)
    months.set(month, foldMinutes(months.get(month), fact, day))
  }
  return [...months.values()]
}

const file: Enrolment = {
  patient: 'p-1',
  practiceZone: ZONE,
  zones: [{ zone: ZONE, from: 0 }],
  consents: [{ from: 0 }],
  orders: [{ from: 0 }],
  episodes: [{ episode: 'e-1', from: 0 }],
  devices: [{ device: '350123456789012', model: 'native', assigned: [{ from: 0 }] }],
  models: [{ model: 'native', family: 'RPM', medical: true, automatic: true }],
  visits: [],
  staff: new Map([['nurse-ada', 'clinical-staff']]),
  established: true,
  billedElsewhere: [],
  locked: [],
}

/** Runs per second of one act, repeated for a quarter of a second after a warm-up. */
function rate(act: () => unknown, warmUp = 2_000): number {
  for (let index = 0; index < warmUp; index += 1) act()
  const startedAt = performance.now()
  let runs = 0
  do {
    for (let index = 0; index < warmUp / 20; index += 1) act()
    runs += warmUp / 20
  } while (performance.now() - startedAt < 250)
  return (runs / (performance.now() - startedAt)) * 1000
}

function perSecond(count: number, act: (index: number) => unknown): number {
  const startedAt = performance.now()
  for (let index = 0; index < count; index += 1) act(index)
  return (count / (performance.now() - startedAt)) * 1000
}
