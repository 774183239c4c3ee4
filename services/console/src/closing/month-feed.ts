import type { Practices, ReadingCharts, Round } from '@cufflink/charts'
import type { MonthLine, MonthMessage } from '@cufflink/contracts'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { coalesce } from '../live/coalesce.ts'
import type { Reader } from '../live/sockets.ts'
import type { ClosingEnded, Progress } from './closings.ts'
import { sheetOf } from './month-lines.ts'

const COALESCE_MS = 250
const TICK_MS = 1_000
const AT_ONCE = 50
/** A sheet where nothing changes is named again so often, by the practice's clock: a line that says nothing for long counts as dead. */
const REPEAT_MS = 20_000

export type MonthFeedOptions = {
  readonly practices: Practices
  readonly charts: ReadingCharts
  readonly views: Pick<Views, 'watch'>
  readonly clock: Clock
  readonly alone: Alone
}

/** The sheet of one practice's month: every line with where it stands, evaluated patient by patient and kept up to date. */
export type MonthFeed = {
  join(reader: Reader): () => void
  locking(progress: Progress): void
  ended(ended: ClosingEnded): void
  close(): void
}

/** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
export async function openMonthFeed(
  { practice: id, month }: { readonly practice: string; readonly month: string },
  { practices, charts, views, clock, alone }: MonthFeedOptions,
): Promise<MonthFeed> {
  const practice = await practices.get(id)
  /** Each patient's lines; `undefined` where they could not be worked out. */
  const sheet = new Map<string, readonly MonthLine[] | undefined>()
  const readers = new Set<Reader>()
  let patients: readonly string[] = []
  let progress: MonthMessage | undefined
  let saidAt = clock.now()
  const everybody = (): ReadonlySet<string> => new Set([...patients, ...sheet.keys()])

  const named = (): MonthMessage => ({
    type: 'month',
    month,
    now: clock.now(),
    clockRate: clock.rate,
    practice: { id, name: practice.name, zone: practice.zone },
    patients: everybody().size,
  })
  const tell = (message: MonthMessage): void => {
    saidAt = clock.now()
    const text = JSON.stringify(message)
    for (const reader of readers) reader.send(text)
  }
  const report = (step: 'evaluating' | 'locking', { done, of }: Progress): void => {
    progress = { type: 'month.progress', step, done, of }
    tell(progress)
  }

  const linesOf = (patient: string, round: Round): Promise<readonly MonthLine[] | undefined> =>
    alone(
      async () => {
        const chart = await charts.read(practice, patient, { month, round })
        return chart === undefined ? [] : sheetOf(chart).map(({ shown }) => shown)
      },
      () => undefined,
    )

  const told = (patients: readonly string[]): MonthMessage => ({
    type: 'month.lines',
    patients: [...patients],
    lines: patients.flatMap((patient) => sheet.get(patient) ?? []),
    failed: patients.filter((patient) => sheet.get(patient) === undefined),
  })

  const changes = coalesce(COALESCE_MS, async (names) => {
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const part = names.slice(from, from + AT_ONCE)
      const round = charts.round(practice, month)
      const lines = await Promise.all(part.map((patient) => linesOf(patient, round)))
      for (const [index, patient] of part.entries()) sheet.set(patient, lines[index])
      tell(told(part))
      if (names.length > AT_ONCE)
        report('evaluating', { done: Math.min(from + AT_ONCE, names.length), of: names.length })
    }
    progress = undefined
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
    if (clock.now() - saidAt >= REPEAT_MS) tell(named())
  }, TICK_MS)
  patients = await practices.patients(id)
  changes.mark(patients)
  void changes.run()

  return {
    join(reader) {
      const send = (message: MonthMessage): void => reader.send(JSON.stringify(message))
      send(named())
      if (sheet.size > 0) send(told([...sheet.keys()]))
      if (progress !== undefined) send(progress)
      readers.add(reader)
      return () => readers.delete(reader)
    },
    locking: (at) => report('locking', at),
    ended(ended) {
      progress = undefined
      tell({ type: 'month.closing-ended', ...ended })
    },
    close() {
      unwatch()
      clearInterval(ticking)
      changes.close()
    },
  }
}
