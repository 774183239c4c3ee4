import type { ChartReader, Practices, Round } from '@cufflink/charts'
import type { MonthLine, MonthMessage } from '@cufflink/contracts'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { inSlices } from '../charts/slices.ts'
import { coalesce } from '../live/coalesce.ts'
import { type Follower, follow, type Outlet } from '../live/outlet.ts'
import type { ClosingEnded, Progress } from './closings.ts'
import { sheetOf } from './month-lines.ts'

const COALESCE_MS = 250
const TICK_MS = 1_000
const AT_ONCE = 50
/** A sheet where nothing changes is named again so often, by the practice's clock: a line that says nothing for long counts as dead. */
const REPEAT_MS = 20_000

export type MonthFeedOptions = {
  readonly practices: Practices
  readonly charts: ChartReader
  readonly views: Pick<Views, 'watch'>
  readonly clock: Clock
  readonly alone: Alone
}

/** The sheet of one practice's month: every line with where it stands, evaluated patient by patient and kept up to date. */
export type MonthFeed = {
  join(outlet: Outlet): { leave(): void }
  locking(progress: Progress): void
  ended(ended: ClosingEnded): void
  close(): void
}

type Of<Type extends MonthMessage['type']> = Extract<MonthMessage, { type: Type }>

/** Who looks at the sheet, and what they have not been told. */
type MonthReader = Pick<Follower, 'wake'> & {
  named: boolean
  readonly patients: Set<string>
  progress: Of<'month.progress'> | undefined
  readonly ended: Of<'month.closing-ended'>[]
}

/** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
export async function openMonthFeed(
  { practice: id, month }: { readonly practice: string; readonly month: string },
  { practices, charts, views, clock, alone }: MonthFeedOptions,
): Promise<MonthFeed> {
  const practice = await practices.get(id)
  /** Each patient's lines; `undefined` where they could not be worked out. */
  const sheet = new Map<string, readonly MonthLine[] | undefined>()
  let patients: readonly string[] = []
  let namedAt = clock.now()
  let closed = false
  const everybody = (): ReadonlySet<string> => new Set([...patients, ...sheet.keys()])
  const readers = createReaders(sheet, () => ({
    type: 'month',
    month,
    now: clock.now(),
    clockRate: clock.rate,
    practice: { id, name: practice.name, zone: practice.zone },
    patients: everybody().size,
  }))

  const linesOf = (patient: string, round: Round): Promise<readonly MonthLine[] | undefined> =>
    alone(
      async () => {
        const chart = await charts.read(practice, patient, { month, round })
        return chart === undefined ? [] : sheetOf(chart).map(({ shown }) => shown)
      },
      () => undefined,
    )

  const changes = coalesce(COALESCE_MS, async (names) => {
    for (let from = 0; from < names.length && !closed; from += AT_ONCE) {
      const part = names.slice(from, from + AT_ONCE)
      const round = charts.round(practice, month)
      const lines = await inSlices(part, (patient) => linesOf(patient, round))
      for (const [index, patient] of part.entries()) sheet.set(patient, lines[index])
      readers.changed(part)
      if (names.length > AT_ONCE)
        readers.report('evaluating', { done: Math.min(from + AT_ONCE, names.length), of: names.length })
    }
    readers.done()
  })

  const unwatch = await views.watch(id, {
    changed: ({ patients: changed }) => changes.mark(changed),
    resync: () => changes.mark(everybody()),
  })
  let today = charts.todayIn(practice.zone)
  const ticking = setInterval(() => {
    // With its grace a line is final.
    const turned = charts.todayIn(practice.zone) !== today
    today = charts.todayIn(practice.zone)
    changes.mark(turned ? everybody() : [])
    if (clock.now() - namedAt < REPEAT_MS) return
    namedAt = clock.now()
    readers.nameAgain()
  }, TICK_MS)
  patients = await practices.patients(id)
  changes.mark(patients)
  void changes.run()

  return {
    join: readers.join,
    locking: (progress) => readers.locking(progress),
    ended: (ended) => readers.ended(ended),
    close() {
      closed = true
      unwatch()
      clearInterval(ticking)
      changes.close()
    },
  }
}

/** Tells each reader of a sheet, one message at a time, what they have not been told. */
function createReaders(
  sheet: ReadonlyMap<string, readonly MonthLine[] | undefined>,
  named: () => Of<'month'>,
) {
  const readers = new Set<MonthReader>()
  let progress: Of<'month.progress'> | undefined
  /** How the last closing ended, for pages that were reconnecting at that moment. */
  let lastEnded: Of<'month.closing-ended'> | undefined

  const tell = (note: (reader: MonthReader) => void): void => {
    for (const reader of readers) {
      note(reader)
      reader.wake()
    }
  }
  const linesOf = (patients: readonly string[]): MonthMessage => ({
    type: 'month.lines',
    patients: [...patients],
    lines: patients.flatMap((patient) => sheet.get(patient) ?? []),
    failed: patients.filter((patient) => sheet.get(patient) === undefined),
  })

  /** The next thing that a reader has not been told, some patients at a time. */
  function newsFor(reader: MonthReader): MonthMessage | undefined {
    if (!reader.named) {
      reader.named = true
      return named()
    }
    const newest = reader.progress
    reader.progress = undefined
    if (newest !== undefined) return newest
    const some = reader.patients.values().take(AT_ONCE).toArray()
    for (const patient of some) reader.patients.delete(patient)
    return some.length > 0 ? linesOf(some) : reader.ended.shift()
  }

  function report(step: 'evaluating' | 'locking', { done, of }: Progress): void {
    progress = { type: 'month.progress', step, done, of }
    tell((reader) => {
      reader.progress = progress
    })
  }

  return {
    join(outlet: Outlet): { leave(): void } {
      const untold = { named: false, patients: new Set(sheet.keys()), progress }
      const { wake } = follow(outlet, () => newsFor(reader))
      const reader: MonthReader = { ...untold, ended: lastEnded ? [lastEnded] : [], wake }
      readers.add(reader)
      wake()
      return { leave: () => readers.delete(reader) }
    },
    changed: (patients: readonly string[]): void =>
      tell(({ patients: news }) => patients.forEach((patient) => news.add(patient))),
    nameAgain: (): void =>
      tell((reader) => {
        reader.named = false
      }),
    report,
    /** What was reported has come to its end. */
    done(): void {
      progress = undefined
    },
    locking(at: Progress): void {
      lastEnded = undefined
      report('locking', at)
    },
    ended(ended: ClosingEnded): void {
      progress = undefined
      const told = { type: 'month.closing-ended', ...ended } as const
      lastEnded = told
      tell((reader) => reader.ended.push(told))
    },
  }
}
