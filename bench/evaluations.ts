import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeSettled, settledKey } from '@cufflink/billing'
import { createChartReader, createDocuments, createPractices, statesOf } from '@cufflink/charts'
import { patientKey } from '@cufflink/contracts'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { startRedis } from '@cufflink/testkit'
import { startTracking } from '@cufflink/tracker'
import { openRedisViews, openSqliteViews, type Views } from '@cufflink/views'
import { type History, historyFacts, patientOf, seedHistory } from './history.ts'
import type { Report } from './report.ts'
import { sizeInRedis, sizeInSqlite } from './views-size.ts'

const PRACTICE = 'bench'
const PARTITIONS = 8
const PATIENTS = 200
const CLINICIANS = 20
const ROUNDS = 8
const MONTHS = [1, 2, 6, 24] as const
const AT_ONCE = 32
/** The last days of a month of 31: one month of history is a whole period. */
const NOW = Date.UTC(2026, 9, 30, 18)

type Cost = { read: number; work: number; write: number; cpu: number; documents: number }

/**
 * What one evaluation of a patient costs a tracker after 1, 2, 6 and 24 months of history: reading documents, decoding and evaluating them,
 * writing the tally; and what documents and tallies take. On views in SQLite, then in Redis. The period of the first month is that month;
 * from the second on a period may lie in two, and there are timers of more than one.
 */
export async function benchEvaluations(report: Report): Promise<void> {
  for (const engine of ['SQLite', 'Redis'] as const) {
    await using stack = new AsyncDisposableStack()
    const systems: System[] = []
    for (const months of MONTHS) systems.push(await open(stack, engine, months))
    // To warm up.
    const { turn } = await open(stack, engine, 6)
    for (let round = 0; round < 2; round += 1) await turn()
    // In turns, so that what else the machine does is added to all of them.
    for (const system of systems) system.first = await system.turn()
    for (let round = 0; round < ROUNDS; round += 1)
      for (const system of systems) {
        const cost = await system.turn()
        if (system.least === undefined || cost.cpu < system.least.cpu) system.least = cost
      }
    for (const { months, first, least, size } of systems) {
      const { read, work, write, cpu, documents } = least!
      report.note(
        `${engine}, ${months} months: ${cpu.toFixed(0)} µs of processor time; of the wall's ${read.toFixed(0)} read, ${work.toFixed(0)} evaluate, ` +
          `${write.toFixed(0)} write; ${documents.toFixed(1)} documents. The whole history: ${first!.cpu.toFixed(0)} µs, ${first!.documents.toFixed(1)} documents.`,
      )
      report.note(`  ${await size()}`)
    }
    const perSecond = (months: number): number =>
      1e6 / systems.find((one) => one.months === months)!.least!.cpu
    for (const months of [1, 2])
      report.add({
        bench: `evaluations: 24 months against ${months}`,
        engine,
        ours: perSecond(24),
        reference: perSecond(months),
      })
  }
}

/** A tracker's views and ledger with so many months of history; the costs are those of an evaluation, µs. */
type System = {
  readonly months: number
  turn(): Promise<Cost>
  size(): Promise<string>
  /** Of the first of each patient, which settles what is past. */
  first?: Cost
  /** What else the machine does only adds. */
  least?: Cost
}

async function open(
  stack: AsyncDisposableStack,
  engine: 'SQLite' | 'Redis',
  months: number,
): Promise<System> {
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  const file = join(path, 'views.db')
  const url = engine === 'Redis' ? stack.use(await startRedis()).url : undefined
  const views = url
    ? await openRedisViews({ url, partitions: PARTITIONS })
    : await openSqliteViews({ path: file })
  stack.defer(() => views.close())
  const of = { patients: PATIENTS, months }
  return {
    months,
    turn: await turnsOf(stack, { path, views }, months),
    size: async () => (url ? await sizeInRedis(url, of) : sizeInSqlite(file, of)),
  }
}

type Engine = { readonly path: string; readonly views: Views }

/** Evaluates each patient once. */
async function turnsOf(
  stack: AsyncDisposableStack,
  { path, views }: Engine,
  months: number,
): Promise<() => Promise<Cost>> {
  const history: History = {
    practice: PRACTICE,
    patients: PATIENTS,
    clinicians: CLINICIANS,
    months,
    now: NOW,
  }
  const ledger = await openSqliteLedger({ dir: path, partitions: PARTITIONS })
  stack.defer(() => ledger.close())
  await seedHistory(views, ledger, history)
  await Promise.all([...historyFacts(history)].map((fact) => ledger.append(fact)))
  await fold(ledger, views)
  const clock = { rate: 1, now: () => NOW }
  const accounts = await openAccounts(ledger, clock)
  stack.defer(() => accounts.close())
  const registry = await openRegistry(ledger)
  stack.defer(() => registry.close())
  const watched = watchLoads(views)
  const documents = createDocuments({
    ledger,
    views: { ...watched, members: views.members, watermark: views.watermark },
  })
  const charts = createChartReader({ documents, accounts, registry, clock })
  const practice = await createPractices(documents).get(PRACTICE)
  const month = charts.currentMonth(practice)

  return async () => {
    const cost: Cost = { read: 0, work: 0, write: 0, cpu: 0, documents: -watched.documents }
    const cpuBefore = process.cpuUsage()
    for (let n = 0, round = charts.round(practice, month); n < PATIENTS; n += 1) {
      if (n % AT_ONCE === 0) round = charts.round(practice, month)
      const patient = patientOf(n)
      const readBefore = watched.ms
      const since = performance.now()
      const { tally, settled } = (await charts.evaluate(practice, patient, { month, round }))!
      const evaluatedAt = performance.now()
      const partition = ledger.partitionOf(patientKey(PRACTICE, patient))
      const asOf = { readings: 0, activity: 0 }
      const { fields, due } = tally
      await views.evaluations.conclude(partition, {
        tenant: PRACTICE,
        patient,
        mark: 0,
        asOf,
        tally: fields,
        states: statesOf(fields),
        due,
      })
      if (settled !== undefined) {
        const shard = { topic: 'readings', partition } as const
        const at = await views.watermark(shard)
        const kept = [{ key: settledKey(PRACTICE, patient), bytes: encodeSettled(settled) }]
        await views.commit(shard, {
          expected: at,
          next: at,
          documents: kept,
          members: [],
          changed: new Map(),
        })
      }
      cost.write += performance.now() - evaluatedAt
      cost.read += watched.ms - readBefore
      cost.work += evaluatedAt - since - (watched.ms - readBefore)
    }
    const { user, system } = process.cpuUsage(cpuBefore)
    const us = (ms: number): number => (ms / PATIENTS) * 1_000
    return {
      read: us(cost.read),
      work: us(cost.work),
      write: us(cost.write),
      cpu: (user + system) / PATIENTS,
      documents: (cost.documents + watched.documents) / PATIENTS,
    }
  }
}

/** How long it is waited for documents, which are asked for at once, and how many are read. */
function watchLoads(views: Views) {
  let asked = 0
  let since = 0
  const watched = {
    ms: 0,
    documents: 0,
    async load(...which: Parameters<Views['load']>) {
      if (asked === 0) since = performance.now()
      asked += 1
      const found = await views.load(...which)
      asked -= 1
      if (asked === 0) watched.ms += performance.now() - since
      watched.documents += found.filter((bytes) => bytes !== undefined).length
      return found
    },
  }
  return watched
}

async function fold(ledger: Ledger, views: Views): Promise<void> {
  const ends = [await ledger.endOffsets('activity'), await ledger.endOffsets('readings')].flat()
  const tracking = await startTracking({
    ledger,
    views,
    logger: createLogger({ service: 'bench', level: 'silent' }),
    cacheBytes: 10_485_760,
    verifyMs: 60_000,
    stalledMs: 60_000,
    failed(error) {
      throw error
    },
  })
  while (tracking.tally.folded < ends.reduce((sum, end) => sum + end, 0))
    await new Promise((resolve) => setTimeout(resolve, 5))
  await tracking.close()
}
