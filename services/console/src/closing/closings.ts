import { CufflinkError, type FactOf, failure } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import { type ChainRow, chained, GENESIS, type Line } from '@cufflink/rules'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Shard, Views } from '@cufflink/views'
import type { Practice, Practices } from '../charts/practices.ts'
import type { ReadingCharts } from '../charts/reading-charts.ts'
import { evidenceOf } from './evidence.ts'
import { sheetOf } from './month-lines.ts'
import { scan } from './scan.ts'
import { sha256 } from './sha256.ts'

/** Which lines are to be locked: all that are ready, or these. */
export type Wanted = readonly { patient: string; code: string; from: string; to: string }[] | undefined

export type Progress = { readonly done: number; readonly of: number }
export type ClosingEnded = { readonly closing: string; readonly locked: number; readonly code?: string }

export type Watching = { progress(progress: Progress): void; ended(ended: ClosingEnded): void }

export type Closings = {
  /**
   * Begins to lock the lines of a month; resolves once it has the practice for itself. One closing at a time for each practice,
   * over all servers, as the lines stand on one another. @throws {CufflinkError} CLOSING_UNDER_WAY · VIEWS_UNAVAILABLE
   */
  begin(options: {
    readonly closing: string
    readonly practice: string
    readonly month: string
    readonly lines: Wanted
    readonly by: string
    readonly watching: Watching
  }): Promise<void>
  /** Seals the closings of servers that died: what they locked is locked, and says how much that is. */
  sealOrphans(): Promise<void>
  /** Resolves when none is under way here. */
  settled(): Promise<void>
}

export type ClosingsOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'read' | 'endOffsets'>
  readonly views: Pick<Views, 'watermark' | 'leases'>
  readonly activityShards: readonly Shard[]
  shardOf(name: string): Shard
  readonly practices: Practices
  readonly charts: ReadingCharts
  readonly clock: Clock
  readonly logger: Logger
  readonly holder: string
}

const LEASE_MS = 30_000
const RENEW_MS = 5_000
/** Patients read at once, and between two looks at how far it is. */
const AT_ONCE = 50
const FOLDED_WITHIN_MS = 5_000
const LOOK_EVERY_MS = 20

/** What the lease of a closing says, so that another server can seal it. */
type ClosingNote = {
  readonly kind: 'closing'
  readonly practice: string
  readonly month: string
  readonly closing: string
  readonly previous: string
  readonly by: string
  /** Where `activity` ended when it began: its rows come after. */
  readonly from: readonly number[]
}

const leaseName = (practice: string): string => `closing:${practice}`

export function createClosings(options: ClosingsOptions): Closings {
  const { ledger, views, shardOf, practices, charts, clock, logger, holder } = options
  const { leases } = views
  const underWay = new Set<Promise<void>>()

  async function seal(note: ClosingNote, count: number, head: string): Promise<void> {
    if (count === 0) return
    const { practice: tenant, closing, month, previous, by } = note
    const data = { closing, month, count, previous, head }
    await ledger.append({
      id: `${closing}-seal`,
      type: 'month.closed',
      v: 1,
      tenant,
      at: clock.now(),
      by,
      data,
    })
  }

  /** Locks what is ready, one line standing on the other. */
  async function lockAll(
    note: ClosingNote,
    practice: Practice,
    { lines, progress }: { readonly lines: Wanted; progress(progress: Progress): void },
  ): Promise<{ count: number; head: string }> {
    const { month } = note
    const wanted = lines && new Set(lines.map(nameOf))
    const patients = lines
      ? [...new Set(lines.map(({ patient }) => patient))]
      : await practices.patients(practice.id)
    let head = note.previous
    let count = 0
    for (let from = 0; from < patients.length; from += AT_ONCE) {
      const round = charts.round(practice, month)
      const part = patients.slice(from, from + AT_ONCE)
      const read = await Promise.all(part.map((patient) => charts.read(practice, patient, { month, round })))
      const appended: Promise<unknown>[] = []
      for (const chart of read.filter((one) => one !== undefined)) {
        for (const { shown, line } of sheetOf(chart)) {
          const named = nameOf({ patient: chart.patient, ...shown.line })
          if (shown.standing !== 'ready' || line === undefined || wanted?.has(named) === false) continue
          wanted?.delete(named)
          count += 1
          const data = rowOf({
            note,
            line,
            evidence: evidenceOf(chart, line),
            patient: chart.patient,
            sequence: count,
            previous: head,
          })
          head = data.hash
          appended.push(ledger.append(lockFact(note, data, clock.now())))
        }
      }
      await Promise.all(appended)
      progress({ done: Math.min(from + AT_ONCE, patients.length), of: patients.length })
    }
    if (wanted !== undefined && wanted.size > 0) {
      await seal(note, count, head)
      throw failure('LINE_NOT_READY')
    }
    return { count, head }
  }

  async function run(
    note: ClosingNote,
    {
      epoch,
      practice,
      lines,
      watching,
    }: { epoch: number; practice: Practice; lines: Wanted; watching: Watching },
  ): Promise<void> {
    const { closing } = note
    const name = leaseName(practice.id)
    const shard = shardOf(name)
    const renewal = { name, holder, epoch, note: JSON.stringify(note) }
    const renewing = setInterval(
      () => void leases.renew(shard, [renewal], LEASE_MS).catch(() => undefined),
      RENEW_MS,
    )
    let locked = 0
    try {
      const progress = (at: Progress): void => watching.progress(at)
      const { count, head } = await lockAll(note, practice, { lines, progress })
      locked = count
      await seal(note, count, head)
      watching.ended({ closing, locked })
    } catch (error) {
      logger.error('a closing ended early', { error })
      watching.ended({ closing, locked, code: error instanceof CufflinkError ? error.code : 'INTERNAL' })
      if (!(error instanceof CufflinkError && error.code === 'LINE_NOT_READY')) {
        // What it locked may be anything: whoever finds the lease expired counts it and seals it.
        clearInterval(renewing)
        return
      }
    } finally {
      clearInterval(renewing)
    }
    await leases.release(shard, name, epoch).catch(() => false)
  }

  /** Counts what a closing locked whose server died, and seals it. */
  async function sealBehind(note: ClosingNote): Promise<void> {
    const rows = new Map<number, string>()
    let sealed = false
    for await (const { fact } of scan(ledger, 'activity', note.from)) {
      if (fact.tenant !== note.practice) continue
      if (fact.type === 'month.closed' && fact.data.closing === note.closing) sealed = true
      if (fact.type === 'claim.locked' && fact.v === 2 && fact.data.closing === note.closing)
        rows.set(fact.data.sequence, fact.data.hash)
    }
    const count = Math.max(0, ...rows.keys())
    if (!sealed) await seal(note, count, rows.get(count) ?? note.previous)
    logger.warn('a closing was sealed after its server died', { count })
  }

  /** The practice once the views know all of its facts: the next closing stands on the head of the last. */
  async function current(practice: string): Promise<Practice> {
    const { partition } = shardOf(practice)
    const end = (await ledger.endOffsets('activity'))[partition] ?? 0
    const until = performance.now() + FOLDED_WITHIN_MS
    while ((await views.watermark({ topic: 'activity', partition })) < end) {
      if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
    return practices.get(practice)
  }

  return {
    async begin({ closing, practice: id, month, lines, by, watching }) {
      const name = leaseName(id)
      const shard = shardOf(name)
      const draft = { kind: 'closing', practice: id, month, closing, previous: GENESIS, by } as const
      const claim = (note: ClosingNote) => ({ holder, ttlMs: LEASE_MS, note: JSON.stringify(note) })
      const from = await ledger.endOffsets('activity')
      const taken = await leases.takeFree(shard, name, claim({ ...draft, from }))
      if ('held' in taken) throw failure('CLOSING_UNDER_WAY')
      const { epoch, before } = taken
      try {
        if (before !== undefined) await sealBehind(JSON.parse(before.note) as ClosingNote)
        const practice = await current(id)
        const note = { ...draft, from, previous: headOf(practice) }
        const running = run(note, { epoch, practice, lines, watching })
        underWay.add(running)
        void running.finally(() => underWay.delete(running))
      } catch (error) {
        await leases.release(shard, name, epoch).catch(() => false)
        throw error
      }
    },
    async sealOrphans() {
      for (const shard of options.activityShards) {
        for (const { name, note } of await leases.expired(shard, AT_ONCE)) {
          const said = JSON.parse(note) as { readonly kind: string }
          if (said.kind !== 'closing') continue
          const taken = await leases.takeFree(shard, name, { holder, note, ttlMs: LEASE_MS })
          if ('held' in taken) continue
          await sealBehind(said as ClosingNote)
          await leases.release(shard, name, taken.epoch)
        }
      }
    },
    async settled() {
      await Promise.allSettled(underWay)
    },
  }
}

const nameOf = ({
  patient,
  code,
  from,
  to,
}: {
  patient: string
  code: string
  from: string
  to: string
}): string => `${patient} ${code} ${from} ${to}`

/** The head of the practice's last closing. */
function headOf({ facts }: Practice): string {
  const last = facts.findLast(({ fact }) => fact.type === 'month.closed')?.fact
  return last?.type === 'month.closed' ? last.data.head : GENESIS
}

type RowParts = {
  readonly note: ClosingNote
  readonly line: Line
  readonly evidence: Record<string, unknown>
  readonly patient: string
  readonly sequence: number
  readonly previous: string
}

function rowOf({ note, line, evidence, patient, sequence, previous }: RowParts): ChainRow['data'] {
  const { code, from, to, units, amountCents = 0, rule } = line
  const billed = { patient, code, from, to, units, amountCents, ruleSet: rule.ruleSet }
  return chained(note.practice, { ...billed, closing: note.closing, sequence, previous, evidence }, sha256)
}

const lockFact = (
  { practice: tenant, closing, by }: ClosingNote,
  data: ChainRow['data'],
  at: number,
): FactOf<'claim.locked'> => ({
  id: `${closing}-${data.sequence}`,
  type: 'claim.locked',
  v: 2,
  tenant,
  at,
  by,
  data,
})
