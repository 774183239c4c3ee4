import { isDeepStrictEqual } from 'node:util'
import { type Documents, monthsAround, type Practices, rowOf, wordsOf } from '@cufflink/charts'
import { type PatientRow, type PracticeMessage, patientKey, type StaffDay } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/ledger'
import { clinicianDays, localDate } from '@cufflink/rules'
import type { Clock } from '@cufflink/runtime'
import type { Tally, Views } from '@cufflink/views'
import { coalesce } from './coalesce.ts'
import type { Reader } from './sockets.ts'

const COALESCE_MS = 50
/** How often it is looked whether a date has changed somewhere, or a failed read can be repeated. */
const TICK_MS = 1_000

export type PracticeFeedOptions = {
  readonly practice: string
  readonly practices: Practices
  readonly documents: Pick<Documents, 'clinician' | 'shardOf'>
  readonly accounts: Pick<Accounts, 'find' | 'onChange'>
  readonly evaluations: Pick<Views['evaluations'], 'tallies' | 'watch'>
  readonly clock: Clock
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

/**
 * Forwards what the trackers have evaluated (ADR 23): it reads the tallies that are there, then each that is written.
 * @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE
 */
export async function openPracticeFeed(options: PracticeFeedOptions): Promise<PracticeFeed> {
  const { practices, documents, accounts, evaluations, clock } = options
  let practice = await practices.get(options.practice)
  const tallies = new Map<string, Tally>()
  const list = new Map<string, PatientRow>()
  const staff = new Map<string, StaffDay>()
  const readers = new Set<Reader>()
  let version = 0

  const changes = coalesce(COALESCE_MS, refresh)
  /** Clinicians whose day is to be added up again. */
  const worked = new Set<string>()
  const unwatch = await evaluations.watch(practice.id, {
    changed: ({ patients }) => changes.mark(patients),
    resync: () => void markAll(),
  })
  const unwatchAccounts = accounts.onChange((user) => {
    if (staff.has(user)) worked.add(user)
  })
  const ticking = setInterval(tick, TICK_MS)

  async function markAll(): Promise<void> {
    // Unreachable views call resync again once they are back.
    changes.mark(await practices.patients(practice.id).catch(() => []))
    changes.mark(list.keys())
  }

  /** Reads what was written and sends what became of it. */
  async function refresh(patients: readonly string[]): Promise<void> {
    practice = await practices.get(practice.id)
    for (const [patient, tally] of await read(patients)) {
      const before = tallies.get(patient)
      if (tally['work'] !== before?.['work'])
        for (const clinician of wordsOf(
          `${before?.['clinicians'] ?? ''} ${tally['clinicians'] ?? ''}`.trim(),
        ))
          worked.add(clinician)
      tallies.set(patient, tally)
    }
    const days = await staffDays()
    const rows = patients.flatMap((patient) => rowOf(tallies.get(patient) ?? {}, clock.now()) ?? [])
    publish(rows, days)
  }

  async function read(patients: readonly string[]): Promise<readonly (readonly [string, Tally])[]> {
    const partitionOf = (patient: string): number =>
      documents.shardOf('activity', patientKey(practice.id, patient)).partition
    const lists = await Promise.all(
      [...Map.groupBy(patients, partitionOf)].map(async ([partition, some]) => {
        const names = some.map((patient) => patientKey(practice.id, patient))
        const found = await evaluations.tallies(partition, names)
        return some.map((patient, index) => [patient, found[index]!] as const)
      }),
    )
    return lists.flat()
  }

  async function staffDays(): Promise<readonly StaffDay[]> {
    const clinicians = [...worked]
    worked.clear()
    try {
      return await Promise.all(clinicians.map(staffDay))
    } catch (error) {
      for (const clinician of clinicians) worked.add(clinician)
      throw error
    }
  }

  async function staffDay(clinician: string): Promise<StaffDay> {
    const now = clock.now()
    const date = localDate(now, practice.zone)
    const parts = await documents.clinician(practice.id, clinician, monthsAround(date.slice(0, 7)))
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

  /** Midnight comes at another instant in each zone; at the practice's, everybody's day is another. */
  function tick(): void {
    const now = clock.now()
    const cache = new Map<string, string>()
    const todayIn = (zone: string): string => cache.getOrInsertComputed(zone, () => localDate(now, zone))
    for (const { clinician, date } of staff.values())
      if (date !== todayIn(practice.zone)) worked.add(clinician)
    const turned = [...list.values()].filter(({ zone, today: shown }) => todayIn(zone) !== shown)
    changes.mark(turned.map(({ patient }) => patient))
    // Also what could not be read a moment ago.
    if (worked.size > 0) void changes.run()
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
