import { isDeepStrictEqual } from 'node:util'
import type { PatientRow, PracticeMessage } from '@cufflink/contracts'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { Practice, Rows } from './rows.ts'

const COALESCE_MS = 50
/** How often it is looked whether a date has changed somewhere, or a failed read can be repeated. */
const TICK_MS = 1_000

export type FeedOptions = {
  readonly practice: Practice
  readonly rows: Rows
  readonly views: Pick<Views, 'watch'>
  readonly clock: Clock
}

/** Takes the messages of a feed, already as text: one text serves every reader. */
export type Reader = { send(text: string): void }

/** The live list of one practice, shared by everybody who looks at it. */
export type PracticeFeed = {
  /** Sends a snapshot, then patches, until the returned function is called. */
  join(reader: Reader): () => void
  /** Sends a snapshot again. */
  resend(reader: Reader): void
  close(): void
}

export async function openPracticeFeed({ practice, rows, views, clock }: FeedOptions): Promise<PracticeFeed> {
  const list = new Map<string, PatientRow>()
  const dirty = new Set<string>()
  const readers = new Set<Reader>()
  let version = 0
  let timer: NodeJS.Timeout | undefined
  let refreshing = false

  const unwatch = await views.watch(practice.id, {
    changed: ({ patients }) => mark(patients),
    resync: () => void markAll(),
  })
  const ticking = setInterval(tick, TICK_MS)

  function mark(patients: Iterable<string>): void {
    for (const patient of patients) dirty.add(patient)
    if (dirty.size > 0) timer ??= setTimeout(() => void refresh(), COALESCE_MS)
  }

  async function markAll(): Promise<void> {
    // Unreachable views call resync again once they are back.
    mark(await rows.patients(practice.id).catch(() => []))
    mark(list.keys())
  }

  /** Reads the rows that changed and sends what became of them. */
  async function refresh(): Promise<void> {
    timer = undefined
    if (refreshing) return
    refreshing = true
    const patients = [...dirty]
    dirty.clear()
    try {
      const fresh = await Promise.all(patients.map((patient) => rows.row(practice.id, patient)))
      publish(fresh.filter((row) => row !== undefined))
    } catch {
      // The views cannot be read now: the next tick tries again.
      for (const patient of patients) dirty.add(patient)
      return
    } finally {
      refreshing = false
    }
    mark([])
  }

  function publish(fresh: readonly PatientRow[]): void {
    const changed = fresh.filter((row) => !isDeepStrictEqual(row, list.get(row.patient)))
    if (changed.length === 0) return
    for (const row of changed) list.set(row.patient, row)
    version += 1
    const text = encode({ type: 'patch', version, now: clock.now(), patients: changed })
    for (const reader of readers) reader.send(text)
  }

  /** Midnight comes at another instant in each zone. */
  function tick(): void {
    const dates = new Map<string, string>()
    const todayIn = (zone: string): string => dates.getOrInsertComputed(zone, rows.today)
    mark(
      [...list.values()].filter(({ zone, today }) => todayIn(zone) !== today).map(({ patient }) => patient),
    )
  }

  const snapshot = (): string =>
    encode({
      type: 'snapshot',
      version,
      practice,
      clockRate: clock.rate,
      now: clock.now(),
      patients: [...list.values()],
    })

  await markAll()
  await refresh()

  return {
    join(reader) {
      readers.add(reader)
      reader.send(snapshot())
      return () => readers.delete(reader)
    },
    resend: (reader) => reader.send(snapshot()),
    close() {
      unwatch()
      clearInterval(ticking)
      clearTimeout(timer)
    },
  }
}

const encode = (message: PracticeMessage): string => JSON.stringify(message)
