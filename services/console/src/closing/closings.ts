import { type ChainRow, chained, GENESIS, type Line } from '@cufflink/billing'
import {
  type ChartReader,
  type Practice,
  type Practices,
  type ReadChart,
  untilCurrent,
} from '@cufflink/charts'
import { CufflinkError, type ErrorCode, type FactOf, failure, patientKey } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Shard, Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { inSlices } from '../charts/slices.ts'
import { evidenceOf } from './evidence.ts'
import { sheetOf } from './month-lines.ts'
import { type Chain, type ClosingNote, createSealing, headOf, type Sealing, sealedOf } from './sealing.ts'
import { sha256 } from './sha256.ts'

/** Which lines are to be locked: all that are ready, or these; what went to the payer before only when it is named. */
export type Wanted = readonly { patient: string; code: string; from: string; to: string }[] | undefined

export type Progress = { readonly done: number; readonly of: number }
export type ClosingEnded = { readonly closing: string; readonly locked: number; readonly code?: string }

export type Watching = { progress(progress: Progress): void; ended(ended: ClosingEnded): void }

export type Closings = {
  /**
   * Begins to lock the lines of a month; resolves once it has the practice for itself. One closing at a time for each practice,
   * over all servers, as the lines stand on one another. One that is complete already, repeated, locks nothing.
   * @throws {CufflinkError} CLOSING_UNDER_WAY · VIEWS_UNAVAILABLE
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
  readonly charts: ChartReader
  readonly clock: Clock
  readonly logger: Logger
  readonly alone: Alone
  readonly holder: string
  /** How long a server may not be heard of before another one seals what it was closing; 30 s unless told. */
  readonly leaseMs?: number
}

const LEASE_MS = 30_000
/** Patients read at once, and between two looks at how far it is. */
const AT_ONCE = 50
/** While a person waits for the answer. */
const FOLDED_WITHIN_MS = 5_000
/** Of a closing that is under way, and says how far it is: longer than another tracker takes over from one that was lost. */
const CAUGHT_UP_WITHIN_MS = 60_000

type Running = {
  readonly note: ClosingNote
  readonly practice: Practice
  readonly lines: Wanted
  readonly watching: Watching
  readonly chain: Chain
  readonly lease: ClosingLease
}

/** The lease of a closing, with a note from which another server can seal it. */
type ClosingLease = {
  /** Says that it is still this server's. @throws {CufflinkError} CLOSING_UNDER_WAY once it is someone else's to seal */
  renew(): Promise<void>
  /** The same, with how many rows are on the ledger by now: what is locked after that comes later there. */
  renewAt(chain: Chain): Promise<void>
  release(): Promise<unknown>
}

const leaseName = (practice: string): string => `closing:${practice}`

export function createClosings(options: ClosingsOptions): Closings {
  const { ledger, views, shardOf, practices, holder, leaseMs = LEASE_MS } = options
  const { leases } = views
  const sealing = createSealing({ ...options, leases, leaseMs })
  const run = closingRun({ ...options, leaseMs }, sealing)
  const underWay = new Set<Promise<void>>()

  function leaseOf(draft: ClosingNote, epoch: number): ClosingLease {
    const name = leaseName(draft.practice)
    const shard = shardOf(name)
    let note = draft
    const renew = async (): Promise<void> => {
      const [lost] = await leases.renew(shard, [{ name, holder, epoch, note: JSON.stringify(note) }], leaseMs)
      if (lost !== undefined) throw failure('CLOSING_UNDER_WAY')
    }
    return {
      renew,
      async renewAt(chain) {
        note = { ...draft, locked: { ...chain }, from: await ledger.endOffsets('activity') }
        await renew()
      },
      release: () => leases.release(shard, name, epoch).catch(() => false),
    }
  }

  /** Takes the practice for a closing, after whatever a dead server left there is sealed. */
  async function take(draft: ClosingNote): Promise<number> {
    const name = leaseName(draft.practice)
    const shard = shardOf(name)
    const there = await leases.find(shard, name)
    if (there !== undefined && there.leftMs > 0) throw failure('CLOSING_UNDER_WAY')
    if (there !== undefined) await sealing.sealOrphan(shard, there)
    const claim = { holder, ttlMs: leaseMs, note: JSON.stringify(draft) }
    const taken = await leases.takeFree(shard, name, claim)
    if ('held' in taken) throw failure('CLOSING_UNDER_WAY')
    return taken.epoch
  }

  return {
    async begin({ closing, practice: id, month, lines, by, watching }) {
      const locked = { count: 0, head: GENESIS }
      const from = await ledger.endOffsets('activity')
      const draft: ClosingNote = {
        kind: 'closing',
        practice: id,
        month,
        closing,
        previous: GENESIS,
        by,
        from,
        locked,
      }
      const epoch = await take(draft)
      try {
        // The next closing stands on the head of the last.
        await untilCurrent({ ledger, views }, { withinMs: FOLDED_WITHIN_MS, readings: new Set() })
        const practice = await practices.get(id)
        const sealed = sealedOf(practice, closing)
        if (sealed !== undefined) {
          await leaseOf(draft, epoch).release()
          return watching.ended({ closing, locked: sealed })
        }
        const chain = { count: 0, head: headOf(practice) }
        const note = { ...draft, previous: chain.head, locked: { ...chain } }
        const running = run({ note, practice, lines, watching, chain, lease: leaseOf(note, epoch) })
        underWay.add(running)
        void running.finally(() => underWay.delete(running))
      } catch (error) {
        await leaseOf(draft, epoch).release()
        throw error
      }
    },
    sealOrphans: () => sealing.sealOrphans(),
    async settled() {
      await Promise.allSettled(underWay)
    },
  }
}

/** Locks what is ready and seals it, from the beginning to the end. */
function closingRun(
  options: ClosingsOptions & { readonly leaseMs: number },
  sealing: Pick<Sealing, 'seal'>,
): (running: Running) => Promise<void> {
  const { logger, leaseMs } = options
  return async (running) => {
    const { note, watching, chain, lease } = running
    const { closing } = note
    const renewing = setInterval(() => void lease.renew().catch(() => undefined), leaseMs / 6)
    try {
      const code = await lockAll(running, options)
      await lease.renew()
      await sealing.seal(note, chain)
      watching.ended({ closing, locked: chain.count, ...(code && { code }) })
    } catch (error) {
      // What it locked may be anything: the server that finds the lease expired counts it and seals it.
      logger.error('a closing ended early', { error })
      const code = error instanceof CufflinkError ? error.code : 'INTERNAL'
      return watching.ended({ closing, locked: chain.count, code })
    } finally {
      clearInterval(renewing)
    }
    await lease.release()
  }
}

/** Locks what is ready, one line standing on the other. @returns why not all that was asked for is locked. */
async function lockAll(running: Running, options: ClosingsOptions): Promise<ErrorCode | undefined> {
  const { practice, lines, watching } = running
  const wanted = lines && new Set(lines.map(nameOf))
  const patients = lines
    ? [...new Set(lines.map(({ patient }) => patient))]
    : await options.practices.patients(practice.id)
  let failed = 0
  for (let from = 0; from < patients.length; from += AT_ONCE) {
    failed += await lockSome(patients.slice(from, from + AT_ONCE), wanted, { running, options })
    watching.progress({ done: Math.min(from + AT_ONCE, patients.length), of: patients.length })
  }
  if (failed > 0) return 'PATIENT_NOT_EVALUATED'
  return (wanted?.size ?? 0) > 0 ? 'LINE_NOT_READY' : undefined
}

/** @returns how many of the patients could not be evaluated */
async function lockSome(
  patients: readonly string[],
  wanted: Set<string> | undefined,
  { running, options }: { readonly running: Running; readonly options: ClosingsOptions },
): Promise<number> {
  const { note, practice, chain, lease } = running
  const { ledger, views, shardOf, charts, clock, alone } = options
  const { month } = note
  const readings = new Set(patients.map((patient) => shardOf(patientKey(practice.id, patient)).partition))
  const current = await untilCurrent({ ledger, views }, { withinMs: CAUGHT_UP_WITHIN_MS, readings })
  const round = charts.round(practice, month)
  let failed = 0
  const readyFor = async (patient: string): Promise<readonly Ready[]> => {
    const chart = await charts.read(practice, patient, { month, round })
    return chart === undefined ? [] : readyOf(chart, wanted)
  }
  const notReady = (): readonly Ready[] => {
    failed += 1
    return []
  }
  const ready = await inSlices(patients, (patient) => alone(() => readyFor(patient), notReady))
  await current.requireStill()
  // A server that slept meanwhile has lost its lease: the other one sealed what there was.
  await lease.renewAt(chain)
  const rows = ready.flat().map(({ chart, line }) => rowOf({ note, chart, line, chain }))
  await Promise.all(rows.map((row) => ledger.append(lockFact(note, row, clock.now()))))
  return failed
}

type Ready = { readonly chart: ReadChart; readonly line: Line }

/** The lines of a patient that can be locked, of those that are wanted; those are wanted no longer. */
const readyOf = (chart: ReadChart, wanted: Set<string> | undefined): readonly Ready[] =>
  sheetOf(chart).flatMap(({ shown, line, sentBefore = false }) => {
    if (line === undefined || !(shown.standing === 'ready' || sentBefore)) return []
    const asked = wanted?.delete(nameOf({ patient: chart.patient, ...line })) ?? !sentBefore
    return asked ? [{ chart, line }] : []
  })

const nameOf = (line: { patient: string; code: string; from: string; to: string }): string =>
  `${line.patient} ${line.code} ${line.from} ${line.to}`

/** The next row of a chain, which is one longer then. */
function rowOf({
  note,
  chart,
  line,
  chain,
}: Ready & { readonly note: ClosingNote; readonly chain: Chain }): ChainRow['data'] {
  const { code, from, to, units, amountCents = 0, rule } = line
  const billed = { patient: chart.patient, code, from, to, units, amountCents, ruleSet: rule.ruleSet }
  const place = { closing: note.closing, sequence: chain.count + 1, previous: chain.head }
  const row = chained(note.practice, { ...billed, ...place, evidence: evidenceOf(chart, line) }, sha256)
  chain.count = row.sequence
  chain.head = row.hash
  return row
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
