import { setImmediate } from 'node:timers/promises'
import { type Documents, type Practices, rowOf } from '@cufflink/charts'
import { type PracticeRequest, patientKey } from '@cufflink/contracts'
import { localDate } from '@cufflink/folds'
import type { Tally, Views } from '@cufflink/views'
import { coalesce } from './coalesce.ts'
import { openListWindow } from './list-window.ts'
import { type Follower, follow, type Outlet } from './outlet.ts'
import { createPatientList } from './patient-list.ts'
import { createStaffDays, type StaffDaysOptions } from './staff-days.ts'

const COALESCE_MS = 50
/** How often it is looked whether a date has changed somewhere, or a failed read can be repeated. */
const TICK_MS = 1_000
/** Of how many patients a call reads the tallies, and how many calls are under way at once. */
const CHUNK = 256
const CALLS_AT_ONCE = 4
/** When everything is read again, readers are told after so many patients. */
const ROUND = 4_096

export type PracticeFeedOptions = StaffDaysOptions & {
  readonly practice: string
  readonly practices: Practices
  readonly documents: Pick<Documents, 'shardOf' | 'isCaughtUp'>
  readonly evaluations: Pick<Views['evaluations'], 'tallies' | 'marksOf' | 'watch'>
}

/** The live list of one practice, shared by everybody who looks at it, each through a window. */
export type PracticeFeed = {
  join(outlet: Outlet): FeedReader
  close(): void
}

export type FeedReader = {
  hear(request: PracticeRequest): void
  leave(): void
}

/**
 * Forwards what the trackers have evaluated (ADR 23): it reads the tallies that are there, then each that is written.
 * @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE
 */
export async function openPracticeFeed(options: PracticeFeedOptions): Promise<PracticeFeed> {
  const { practices, evaluations, clock } = options
  let practice = await practices.get(options.practice)
  const rows = createRows(options)
  const readers = new Set<Follower>()
  const days = createStaffDays(options, () => practice)
  const filled = Promise.withResolvers<void>()

  const changes = coalesce(COALESCE_MS, async (patients) => {
    // What changes while everything is read, is read again after it.
    await filled.promise
    practice = await practices.get(practice.id)
    for (const some of chunksOf(patients, ROUND)) {
      const tallies = await readTallies(some, practice.id, options)
      take(tallies)
      await rows.removeWithout(some, tallies)
      wakeAll()
    }
    if (await days.addUp()) wakeAll()
  })
  const unwatch = await evaluations.watch(practice.id, {
    changed: ({ patients }) => changes.mark(patients),
    resync: () => void markAll(),
  })
  const ticking = setInterval(tick, TICK_MS)

  function take(tallies: readonly Tally[]): void {
    for (const tally of tallies) days.worked(tally)
    rows.take(tallies)
  }

  function wakeAll(): void {
    for (const reader of readers) reader.wake()
  }

  async function markAll(): Promise<void> {
    // Unreachable views call resync again once they are back.
    changes.mark(await practices.patients(practice.id).catch(() => []))
    changes.mark(Array.from(rows.list.all(), ({ patient }) => patient))
  }

  function tick(): void {
    if (rows.turn()) wakeAll()
    // Also what could not be read a moment ago.
    changes.mark(rows.doubtful)
    if (days.isDue()) void changes.run()
  }

  const close = (): void => {
    unwatch()
    days.close()
    clearInterval(ticking)
    changes.close()
  }
  try {
    take(await readTallies(await practices.patients(practice.id), practice.id, options))
  } catch (error) {
    close()
    throw error
  }
  filled.resolve()
  // The first rows do not wait for who worked today.
  void changes.run()

  return {
    join(outlet) {
      const window = openListWindow(rows.list, () => ({
        practice: { id: practice.id, name: practice.name, zone: practice.zone },
        clockRate: clock.rate,
        now: clock.now(),
      }))
      const reader = follow(
        outlet,
        () => window.news(days.staff),
        () => ({ type: 'pong', version: window.version, now: clock.now() }),
      )
      readers.add(reader)
      reader.wake()
      return {
        hear(request) {
          if (request.type === 'ping') return reader.ping()
          window.move(request)
          reader.wake()
        },
        leave() {
          readers.delete(reader)
          window.close()
        },
      }
    },
    close,
  }
}

/** The rows of a practice, each with the date of its zone. */
function createRows(options: PracticeFeedOptions) {
  const { practice, clock } = options
  const list = createPatientList()
  /** The date that rows have, by zone. */
  const dates = new Map<string, string>()
  /** Who has a row and, for all that is known yet, perhaps no tally any more. */
  const doubtful = new Set<string>()

  return {
    list,
    doubtful: doubtful as ReadonlySet<string>,
    take(tallies: readonly Tally[]): void {
      const now = clock.now()
      const rows = tallies.flatMap((tally) => rowOf(tally, now) ?? [])
      for (const { zone, today } of rows) dates.getOrInsert(zone, today)
      list.update(rows)
    },
    /** A row stays while the tally is only missing for now, because the views are being filled again. */
    async removeWithout(patients: readonly string[], tallies: readonly Tally[]): Promise<void> {
      const there = new Set(tallies.map(({ patient }) => patient))
      const missing = patients.filter((patient) => !there.has(patient) && list.get(patient) !== undefined)
      const gone = await goneOf(missing, practice, options)
      for (const patient of patients) doubtful.delete(patient)
      for (const patient of missing) doubtful.add(patient)
      for (const patient of gone) {
        doubtful.delete(patient)
        list.remove(patient)
      }
    },
    /**
     * Midnight comes at another instant in each zone; nothing but the date of a row changes with it.
     * @returns whether it has come in one of them
     */
    turn(): boolean {
      const now = clock.now()
      const turned = [...dates].filter(([zone, date]) => localDate(now, zone) !== date)
      for (const [zone] of turned) {
        const today = localDate(now, zone)
        dates.set(zone, today)
        list.update([...list.all()].filter((row) => row.zone === zone).map((row) => ({ ...row, today })))
      }
      return turned.length > 0
    },
  }
}

/** The tallies of some patients: a few calls are under way at once, each of one partition. */
export async function readTallies(
  patients: readonly string[],
  practice: string,
  { documents, evaluations }: ReadTallies,
): Promise<readonly Tally[]> {
  const keys = patients.map((patient) => patientKey(practice, patient))
  const parts = Map.groupBy(keys, (key) => documents.shardOf('activity', key).partition)
  const calls = [...parts].flatMap(([partition, names]) =>
    chunksOf(names, CHUNK).map((some) => () => evaluations.tallies(partition, some)),
  )
  const found: (readonly Tally[])[] = []
  async function work(): Promise<void> {
    for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
      found.push(await call())
      // An embedded engine answers at once, and everything else would wait until the last.
      await setImmediate()
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, work))
  return found.flat()
}

type ReadTallies = {
  readonly documents: Pick<Documents, 'shardOf'>
  readonly evaluations: Pick<Views['evaluations'], 'tallies'>
}
type ReadGone = {
  readonly documents: Pick<Documents, 'shardOf' | 'isCaughtUp'>
  readonly evaluations: Pick<Views['evaluations'], 'tallies' | 'marksOf'>
}

/**
 * Of some patients those who have been evaluated with all that is on the ledger, and have no tally. It is asked in this order: what is
 * folded is marked, and the mark goes when the tally is written.
 */
export async function goneOf(
  patients: readonly string[],
  practice: string,
  { documents, evaluations }: ReadGone,
): Promise<readonly string[]> {
  const gone: string[] = []
  const nameOf = (patient: string): string => patientKey(practice, patient)
  const partitionOf = (patient: string) => documents.shardOf('activity', nameOf(patient)).partition
  for (const [partition, some] of Map.groupBy(patients, partitionOf)) {
    if (!(await documents.isCaughtUp(nameOf(some[0]!)))) continue
    const marks = await evaluations.marksOf(partition, some.map(nameOf))
    const evaluated = some.filter((_, index) => marks[index] === 0)
    const tallies = await evaluations.tallies(partition, evaluated.map(nameOf))
    gone.push(...evaluated.filter((_, index) => tallies[index]?.['patient'] === undefined))
  }
  return gone
}

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
