import { isDeepStrictEqual } from 'node:util'
import {
  type Practices,
  type ReadChart,
  type ReadingCharts,
  type Round,
  reachOf,
  rowOf,
  rowWithoutEvaluation,
  sharingWith,
} from '@cufflink/charts'
import type { PatientRow, PracticeMessage, StaffDay } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/ledger'
import { clinicianDays, localDate, type MinutesDocument } from '@cufflink/rules'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { coalesce } from './coalesce.ts'
import type { Reader } from './sockets.ts'

const COALESCE_MS = 50
/** How often it is looked whether a date has changed somewhere, or a failed read can be repeated. */
const TICK_MS = 1_000
/** Patients that are read at once: enough to keep the views busy, not so many that others wait. */
const AT_ONCE = 64

export type PracticeFeedOptions = {
  readonly practice: string
  readonly practices: Practices
  readonly charts: ReadingCharts
  readonly accounts: Accounts
  readonly views: Pick<Views, 'watch'>
  readonly clock: Clock
  readonly alone: Alone
}

/** The live list of one practice, shared by everybody who looks at it. */
export type PracticeFeed = {
  /** Sends a snapshot, then patches, until the returned function is called. */
  join(reader: Reader): () => void
  /** Sends a snapshot again. */
  resend(reader: Reader): void
  /** Says which version was sent last. */
  pong(reader: Reader): void
  close(): void
}

/** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
export async function openPracticeFeed(options: PracticeFeedOptions): Promise<PracticeFeed> {
  const { practices, charts, accounts, views, clock, alone } = options
  let practice = await practices.get(options.practice)
  const list = new Map<string, PatientRow>()
  const staff = new Map<string, StaffDay>()
  const readers = new Set<Reader>()
  let version = 0
  /** The practice's month and each zone's date, as of the last tick. */
  let dates = ''

  const changes = coalesce(COALESCE_MS, refresh)
  const unwatch = await views.watch(practice.id, {
    changed: ({ patients }) => changes.mark(patients),
    resync: () => void markAll(),
  })
  const unwatchAccounts = accounts.onChange((user) => {
    // A credential decides whether a person's time counts.
    if (accounts.find(user)?.practice === practice.id) void markAll()
  })
  const ticking = setInterval(tick, TICK_MS)

  async function markAll(): Promise<void> {
    // Unreachable views call resync again once they are back.
    changes.mark(await practices.patients(practice.id).catch(() => []))
    changes.mark(list.keys())
  }

  /** Reads what changed and sends what became of it. */
  async function refresh(patients: readonly string[]): Promise<void> {
    practice = await practices.get(practice.id)
    const month = charts.currentMonth(practice)
    const round = charts.round(practice, month)
    const fresh: PatientRow[] = []
    const clinicians = new Map<string, readonly MinutesDocument[]>()
    for (let from = 0; from < patients.length; from += AT_ONCE) {
      const part = patients.slice(from, from + AT_ONCE)
      const evaluated = await Promise.all(part.map((patient) => evaluate(patient, round, month)))
      for (const one of evaluated) {
        if (one === undefined) continue
        fresh.push(one.row)
        if (one.chart !== undefined) await gather(one.chart, round, clinicians)
      }
    }
    const days = [...clinicians].map(([clinician, parts]) => staffDay(clinician, parts))
    changes.mark(trimmedBeside(fresh, clinicians))
    publish(fresh, days)
  }

  type Evaluated = { readonly row: PatientRow; readonly chart?: ReadChart }

  const evaluate = (patient: string, round: Round, month: string): Promise<Evaluated | undefined> =>
    alone(
      async () => {
        const chart = await charts.read(practice, patient, { month, round })
        return chart && { row: rowOf(chart), chart }
      },
      () => {
        const { name, zone } = list.get(patient) ?? { name: patient, zone: practice.zone }
        return { row: rowWithoutEvaluation({ patient, name, zone, month, today: charts.todayIn(zone) }) }
      },
    )

  async function gather(
    { minutes }: ReadChart,
    round: Round,
    clinicians: Map<string, readonly MinutesDocument[]>,
  ): Promise<void> {
    for (const clinician of new Set(minutes.flatMap(({ sessions }) => sessions.map((one) => one.clinician))))
      if (!clinicians.has(clinician)) clinicians.set(clinician, await round.clinician(clinician))
  }

  function staffDay(clinician: string, parts: readonly MinutesDocument[]): StaffDay {
    const now = clock.now()
    const date = localDate(now, practice.zone)
    const [day] = clinicianDays(parts, {
      clinician,
      zone: practice.zone,
      asOf: now,
      knownAt: Number.POSITIVE_INFINITY,
      from: date,
      to: date,
    })
    const name = accounts.find(clinician)?.name ?? clinician
    return { clinician, name, date, seconds: day?.seconds ?? 0 }
  }

  /** Patients whose time shares a moment with that of a patient who changed: one clinician's overlap trims one of the two. */
  function trimmedBeside(
    fresh: readonly PatientRow[],
    clinicians: ReadonlyMap<string, readonly MinutesDocument[]>,
  ): readonly string[] {
    const changed = new Set(
      fresh
        .filter((row) => !isDeepStrictEqual(row.month, list.get(row.patient)?.month))
        .map((row) => row.patient),
    )
    if (changed.size === 0 || list.size === 0) return []
    const beside = new Set<string>()
    for (const [clinician, parts] of clinicians) {
      const moved = parts.flatMap(({ sessions }) => sessions.filter(({ patient }) => changed.has(patient)))
      for (const { patient } of sharingWith(moved.map(reachOf), { parts, clinician })) beside.add(patient)
    }
    return [...beside].filter((patient) => !changed.has(patient))
  }

  function publish(rows: readonly PatientRow[], days: readonly StaffDay[]): void {
    const patients = rows.filter((row) => !isDeepStrictEqual(row, list.get(row.patient)))
    const moved = days.filter((day) => !isDeepStrictEqual(day, staff.get(day.clinician)))
    if (patients.length === 0 && moved.length === 0) return
    for (const row of patients) list.set(row.patient, row)
    for (const day of moved) staff.set(day.clinician, day)
    version += 1
    const text = encode({ type: 'patch', version, now: clock.now(), patients, staff: moved })
    for (const reader of readers) reader.send(text)
  }

  /** Midnight comes at another instant in each zone; at the practice's, everybody's day and perhaps month are others. */
  function tick(): void {
    const now = clock.now()
    const today = localDate(now, practice.zone)
    if (dates !== '' && dates !== today) void markAll()
    dates = today
    const cache = new Map<string, string>()
    const todayIn = (zone: string): string => cache.getOrInsertComputed(zone, () => localDate(now, zone))
    const turned = [...list.values()].filter(({ zone, today: shown }) => todayIn(zone) !== shown)
    // Also what could not be read a moment ago.
    changes.mark(turned.map(({ patient }) => patient))
  }

  const snapshot = (): string =>
    encode({
      type: 'snapshot',
      version,
      practice: { id: practice.id, name: practice.name, zone: practice.zone },
      clockRate: clock.rate,
      now: clock.now(),
      patients: [...list.values()],
      staff: [...staff.values()],
    })

  await markAll()
  await changes.run()

  return {
    join(reader) {
      readers.add(reader)
      reader.send(snapshot())
      return () => readers.delete(reader)
    },
    resend: (reader) => reader.send(snapshot()),
    pong: (reader) => reader.send(encode({ type: 'pong', version, now: clock.now() })),
    close() {
      unwatch()
      unwatchAccounts()
      clearInterval(ticking)
      changes.close()
    },
  }
}

const encode = (message: PracticeMessage): string => JSON.stringify(message)
