import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createChartReader, createDocuments, createPractices } from '@cufflink/charts'
import {
  type Fact,
  type FactOf,
  type FactType,
  type MonthMessage,
  type Program,
  patientKey,
} from '@cufflink/contracts'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { claimsKey, daysKey } from '@cufflink/folds'
import { type Ledger } from '@cufflink/ledger'
import { createLogger, createMetrics } from '@cufflink/runtime'
import { overlaid, type SignedInPerson, waitFor } from '@cufflink/testkit'
import { type Leases, type Views } from '@cufflink/views'
import { createAlone } from '../../src/charts/alone.ts'
import { type ClosingEnded, createClosings } from '../../src/closing/closings.ts'
import { at, DAY_MS, type HandClock, HOUR_MS, MINUTE_MS, SECOND_MS, zone } from '../charts-fixture.ts'
import type { Engines, RunningConsole } from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

/** The month has ended, and so have the days of grace. */
export const NOW = at('2026-04-10')
export const month = '2026-03'
export const SINCE = at('2026-02-20')

/** `count` dates from a first one on. */
export const datesFrom = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => Temporal.PlainDate.from(first).add({ days: index }).toString())
/** As many data-days as the high device code wants, in the period that ends on 30 March. */
export const sixteen = datesFrom('2026-03-01', 16)

export type File = {
  readonly practice: string
  readonly patient: string
  /** The dates with a reading; sixteen unless told. */
  readonly dates?: readonly string[]
  /** Worked by the practice's nurse on 10 March; 20 minutes unless told. */
  readonly seconds?: number
  readonly call?: boolean
  readonly note?: boolean
  readonly consent?: boolean
  /** When monitoring began. */
  readonly since?: number
  /** When someone typed the enrolment; when monitoring began unless told. */
  readonly enrolledAt?: number
  /** RPM unless told; time is of the first. */
  readonly programs?: readonly [Program, ...Program[]]
}

let written = 0
type Written<Type extends FactType> = Pick<FactOf<Type>, 'type' | 'tenant' | 'data'> & {
  at: number
  v?: number
}
/** A fact as a console or gateway would have written it. */
export function fact<Type extends FactType>({ v = 1, ...given }: Written<Type>): Fact {
  written += 1
  return { id: `given-${written}`, by: 'service:test', v, ...given } as unknown as Fact
}

export const nurseOf = (practice: string): string => `${practice}-ada`

export function reading({ practice, patient }: File, date: string, arrivedAt?: number): Fact {
  const measuredAt = at(date, '08:00')
  const receivedAt = arrivedAt ?? measuredAt + 2 * SECOND_MS
  return fact<'reading.recorded'>({
    type: 'reading.recorded',
    tenant: practice,
    at: receivedAt,
    data: {
      patient,
      reading: {
        device: deviceOf(practice, patient),
        measuredAt,
        gatewayReceivedAt: receivedAt,
        clockQuality: 'synced',
        measurement: { kind: 'body-weight', weightKg: 80 },
      },
    },
  })
}
export const deviceOf = (practice: string, patient: string): string => `cuff-${practice}-${patient}`

export function worked(
  { practice, patient, programs: [program] = ['RPM'] }: File,
  from: number,
  seconds: number,
): Fact {
  const until = from + seconds * SECOND_MS
  written += 1
  return fact<'time.entered'>({
    type: 'time.entered',
    tenant: practice,
    at: until,
    data: {
      patient,
      clinician: nurseOf(practice),
      session: `e-${written}`,
      startedAt: from,
      until,
      program,
      category: 'data-review',
      reason: 'given',
    },
  })
}

export function factsOf(file: File): readonly Fact[] {
  const { practice: tenant, patient, dates = sixteen, seconds = 1_200 } = file
  const { call = true, note = true, consent = true, since = SINCE } = file
  const nurse = nurseOf(tenant)
  const given = <Type extends FactType>(type: Type, data: FactOf<Type>['data'], when = since, v = 1) =>
    fact({ type, tenant, at: when, v, data })
  const talkedAt = at('2026-03-11', '10:00')
  const nth = Number(/\d+$/.exec(patient)?.[0] ?? 0)
  const from = at('2026-03-10', '00:00') + nth * 2 * HOUR_MS
  return [
    given(
      'patient.enrolled',
      {
        patient,
        name: `Patient ${patient}`,
        zone,
        enrolledAt: file.enrolledAt ?? since,
        programs: file.programs ?? ['RPM'],
        established: true,
      } as never,
      since,
      2,
    ),
    ...(consent
      ? [given('consent.recorded', { patient, consentedAt: since, mode: 'verbal', takenBy: nurse } as never)]
      : []),
    given('order.recorded', { patient, orderedAt: since, practitioner: 'dr-lee' }),
    given('episode.opened', { patient, episode: 'e-1', openedAt: since, setUpAt: since }),
    ...dates.map((date) => reading(file, date)),
    ...(seconds > 0 ? [worked(file, from, seconds)] : []),
    ...(call
      ? [
          given(
            'interaction.recorded',
            {
              patient,
              clinician: nurse,
              interaction: `i-${patient}`,
              startedAt: talkedAt,
              endedAt: talkedAt + 3 * MINUTE_MS,
              mode: 'phone',
              direction: 'outbound',
              reached: 'patient',
            } as never,
            talkedAt + 3 * MINUTE_MS,
          ),
        ]
      : []),
    ...(note
      ? [
          given(
            'note.written',
            {
              patient,
              clinician: nurse,
              note: `n-${patient}`,
              notedAt: talkedAt + HOUR_MS,
              category: 'data-review',
              readings: [{ device: deviceOf(tenant, patient), measuredAt: talkedAt - DAY_MS, offset: 0 }],
              dataReviewed: 'Two weeks.',
              assessment: 'Stable.',
              decision: 'No change.',
              nextStep: 'Call.',
            },
            talkedAt + HOUR_MS,
          ),
        ]
      : []),
  ]
}

/** Puts facts on the ledger and waits until the views have them. */
export async function give(engines: Engines, facts: readonly Fact[]): Promise<void> {
  await Promise.all(facts.map((one) => engines.ledger.append(one)))
  await folded(engines)
}

/** Resolves once the trackers have folded everything. */
export async function folded({ ledger, views }: Engines): Promise<void> {
  for (const topic of ['activity', 'readings'] as const)
    for (const [partition, end] of (await ledger.endOffsets(topic)).entries())
      await waitFor(async () => (await views.watermark({ topic, partition })) >= end, {
        what: 'the views to have it',
      })
}

/** Resolves once everything is evaluated, and all that was marked is compared. */
export async function evaluated(engines: Engines): Promise<void> {
  const { ledger, views } = engines
  const partitions = Array.from({ length: ledger.partitions }, (_, partition) => partition)
  const isDone = async (): Promise<boolean> => {
    const marked = await Promise.all(
      partitions.flatMap((partition) => [
        views.evaluations.marked(partition),
        views.evaluations.late(partition, 0, 1),
      ]),
    )
    return marked.every(({ size }) => size === 0)
  }
  await folded(engines)
  await waitFor(isDone, { what: 'every mark to be worked off' })
  // What was told is on the ledger too.
  await folded(engines)
}

/** Patients with a March behind them. */
export async function furnish(
  engines: Engines,
  { operator }: RunningConsole,
  files: readonly File[],
): Promise<void> {
  await give(engines, files.flatMap(factsOf))
  await Promise.all(
    files.map(async ({ practice, patient }) => {
      const device = deviceOf(practice, patient)
      await operator.call('registerDevice', { params: { practice }, body: { device, model: 'BPM' } })
      await operator.call('assignDevice', { params: { practice, device }, body: { patient, from: SINCE } })
    }),
  )
}

export type ClosingsParts = {
  readonly time: HandClock
  readonly leaseMs: number
  /** In place of the engines' own. */
  readonly ledger?: Partial<Ledger>
  readonly leases?: Partial<Leases>
  readonly watermark?: Views['watermark']
}

/** The closings of one console server, which ends when it is no longer asked for anything. */
export async function startClosings(engines: Engines, parts: ClosingsParts) {
  await using stack = new AsyncDisposableStack()
  const { time, leaseMs } = parts
  const ledger = overlaid(engines.ledger, parts.ledger ?? {})
  const { watermark = engines.views.watermark } = parts
  const views = { ...engines.views, watermark, leases: { ...engines.views.leases, ...parts.leases } }
  const [accounts, registry] = await Promise.all([
    openAccounts(engines.ledger, time.clock),
    openRegistry(engines.ledger),
  ])
  stack.defer(() => accounts.close())
  stack.defer(() => registry.close())
  const documents = createDocuments({ ledger: engines.ledger, views: engines.views })
  const practices = createPractices(documents)
  const { activityShards } = documents
  const charts = createChartReader({ documents, accounts, registry, clock: time.clock })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const closings = createClosings({
    ledger,
    views,
    activityShards,
    shardOf: (name) => documents.shardOf('activity', name),
    practices,
    charts,
    clock: time.clock,
    logger,
    alone: createAlone({ logger, metrics: createMetrics({ service: 'test' }) }),
    holder: randomUUID(),
    leaseMs,
  })
  const owned = stack.move()
  return {
    ...closings,
    /** Closes a month, and tells what it ended with. */
    async close(practice: string): Promise<ClosingEnded> {
      const { promise, resolve } = Promise.withResolvers<ClosingEnded>()
      const watching = { progress: () => undefined, ended: resolve }
      const closing = `c-${randomUUID().slice(0, 8)}`
      await closings.begin({ closing, practice, month, lines: undefined, by: 'user:bo', watching })
      return promise
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Leaves bytes that no one can read where the readings of a patient's month are, or what was locked in its year. */
export async function damage(
  engines: Engines,
  practice: string,
  patient: string,
  { topic = 'readings' }: { readonly topic?: 'readings' | 'activity' } = {},
): Promise<void> {
  const { ledger, views } = engines
  // A tracker that has the patient to evaluate would find the damage, and mend it.
  await evaluated(engines)
  const shard = { topic, partition: ledger.partitionOf(patientKey(practice, patient)) } as const
  const key =
    topic === 'readings' ? daysKey(practice, patient, month) : claimsKey(practice, patient, month.slice(0, 4))
  const next = await views.watermark(shard)
  const { outcome } = await views.commit(shard, {
    expected: next,
    next,
    documents: [{ key, bytes: Uint8Array.of(255) }],
    members: [],
    changed: new Map(),
  })
  assert.equal(outcome, 'committed')
}

type Lines = Extract<MonthMessage, { type: 'month.lines' }>
type Ended = Extract<MonthMessage, { type: 'month.closing-ended' }>
const isEnded = (message: MonthMessage): message is Ended => message.type === 'month.closing-ended'

/** The sheet of a month as a page of a person has it. */
export function openSheet(person: SignedInPerson, practice: string, of = month) {
  const reader = openReader(person, 'liveMonth', { practice, month: of }, { comesBack: true })
  const perPatient = () =>
    new Map(
      reader.messages
        .filter((message): message is Lines => message.type === 'month.lines')
        .flatMap(({ patients, lines }) =>
          patients.map((patient) => [patient, lines.filter((line) => line.patient === patient)] as const),
        ),
    )
  /** `99454 ready` of each line of a patient. */
  const standings = (patient: string): readonly string[] =>
    (perPatient().get(patient) ?? []).map(({ line, standing }) => `${line.code} ${standing}`).toSorted()
  return {
    ...reader,
    messages: reader.messages,
    perPatient,
    standings,
    stands: (patient: string, ...expected: readonly string[]) =>
      reader.until(
        () => expected.every((each) => standings(patient).includes(each)),
        `${patient} to stand at ${expected.join(', ')}, not ${standings(patient).join(', ')}`,
      ),
    /** What a closing ended with. */
    async ended(closing: string): Promise<Ended> {
      await reader.until(
        (messages) => messages.some((one) => isEnded(one) && one.closing === closing),
        'the end',
      )
      return reader.messages.filter(isEnded).find((one) => one.closing === closing)!
    },
    [Symbol.dispose]: () => reader.socket.close(),
  }
}
