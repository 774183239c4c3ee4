import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ledgerVariables, openLedger } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import { startKafka, startRedis } from '@cufflink/testkit'
import { Type } from 'typebox'
import { cpuTimeUs } from './cpu-time.ts'
import { benchReading, STEP_MS } from './readings.ts'
import type { Report } from './report.ts'

/** Of each patient: four a day for four months. */
const EACH = 500
const BATCH = 5_000
/** What it says as it begins with each. */
const [FOLDING, EVALUATING, LIVE] = [/^Folding/, /^Evaluating/, /^Generation \d+ is live/] as const
const root = join(import.meta.dirname, '..')

type Environment = Readonly<Record<string, string>>
type Measured = {
  readonly folded: number
  readonly evaluated: number
  /** Until it is live, s of processor time. */
  readonly cpu: number
  readonly peakMb: number
}

/**
 * `cufflink rebuild` as a person runs it, on engines where nothing else runs: seconds until all facts are folded, then until all patients are
 * evaluated and the views are live, and the most memory that the process had. The reference is a ledger with a tenth of the readings, of a tenth of
 * the patients.
 */
export async function benchRebuild(
  report: Report,
  { readings: most, only }: { readonly readings: number; readonly only: string },
): Promise<void> {
  for (const engine of (['SQLite', 'Kafka and Redis'] as const).filter((one) => one.includes(only))) {
    const rates: number[] = []
    for (const readings of [most / 10, most]) {
      await using stack = new AsyncDisposableStack()
      const env = engine === 'SQLite' ? embedded(stack) : await distributed(stack)
      await fill(env, readings)
      const { folded, evaluated, cpu, peakMb } = await rebuilt(env)
      rates.push(readings / folded)
      report.note(
        `${engine}, ${readings} readings of ${readings / EACH} patients: folded in ${folded.toFixed(1)} s, ` +
          `evaluated and live ${evaluated.toFixed(1)} s later; ${cpu.toFixed(1)} s of processor time, ${peakMb.toFixed(0)} MB at most.`,
      )
      report.add({
        bench: `rebuild: ${readings} readings`,
        engine,
        ours: rates.at(-1)!,
        reference: rates[0]!,
        cpuUsPerMsg: (cpu * 1e6) / readings,
      })
    }
  }
}

function embedded(stack: AsyncDisposableStack): Environment {
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  return { STATE_DIR: path, LEDGER_PARTITIONS: '8' }
}

async function distributed(stack: AsyncDisposableStack): Promise<Environment> {
  const { brokers } = stack.use(await startKafka({ java: [] }))
  const { url } = stack.use(await startRedis())
  return {
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: brokers.join(','),
    LEDGER_PARTITIONS: '8',
    VIEWS_ENGINE: 'redis',
    REDIS_URL: url,
  }
}

async function fill(env: Environment, readings: number): Promise<void> {
  const ledger = await openLedger(loadConfig(Type.Object(ledgerVariables), { env }))
  const since = Date.now() - EACH * STEP_MS
  const patients = readings / EACH
  await ledger.append({
    ...envelope(since),
    id: 'opened',
    type: 'practice.opened',
    data: { name: 'Bench', zone: 'UTC' },
  })
  for (let number = 0; number < patients; number += 1)
    void ledger.append({
      ...envelope(since),
      id: `enrolled-${number}`,
      type: 'patient.enrolled',
      data: { patient: `p-${number}`, name: 'Invented', zone: 'UTC', enrolledAt: since },
    })
  for (let from = 0; from < readings; from += BATCH)
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        ledger.append(benchReading(from + index, { patients, since })),
      ),
    )
  await ledger.close()
}

const envelope = (at: number) => ({ v: 1, tenant: 'bench', at, by: 'service:bench' }) as const

/** Lets it run until the views are live; what it does after that is to wait and remove. */
async function rebuilt(env: Environment): Promise<Measured> {
  const child = spawn(process.execPath, ['scripts/cufflink.ts', 'rebuild'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const at = new Map<RegExp, number>()
  for await (const line of createInterface({ input: child.stderr })) {
    for (const mark of [FOLDING, EVALUATING, LIVE])
      if (mark.test(line) && !at.has(mark)) at.set(mark, performance.now())
    if (at.has(LIVE)) break
  }
  const [cpu, peakMb] = [cpuTimeUs(child.pid!)! / 1e6, peakOf(child)]
  child.kill()
  await once(child, 'close')
  const seconds = (from: RegExp, to: RegExp): number => (at.get(to)! - at.get(from)!) / 1_000
  return { folded: seconds(FOLDING, EVALUATING), evaluated: seconds(EVALUATING, LIVE), cpu, peakMb }
}

/** MB; as Linux tells it. */
const peakOf = ({ pid }: ChildProcess): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024
