import { existsSync, mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { FileEvent } from './file-report.ts'
import { fileReport } from './file-report.ts'
import type { Outcome } from './outcome.ts'
import { sum } from './outcome.ts'
import type { Lane } from './taking-turns.ts'
import { takingTurns } from './taking-turns.ts'

export type RunOptions = {
  /** How long one file may take before its process is ended and it counts as failed. */
  readonly withinMs: number
  /** How long its process may live on after its tests before it says what keeps it, and ends; 30 s unless told. */
  readonly graceMs?: number
  readonly say: (line: string) => void
}

/** How long a process may take to end once it was told to. */
const ENDING_MS = 10_000

/** On a busy machine, sockets and processes that were told to end take a while. */
const GRACE_MS = 30_000

const told = ['test:start', 'test:pass', 'test:fail', 'test:stdout', 'test:stderr'] as const

/**
 * Runs test files, each in a process of its own and one in each lane at once, and says a line for each as it ends, with how long it took and,
 * where the system tells it, the CPU that it used; what failed follows, with what the file printed.
 */
export async function runFiles(
  lanes: readonly Lane<string>[],
  { say, ...limits }: RunOptions,
): Promise<Outcome> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-test-usage-'))
  const act = async (file: string): Promise<Outcome> => {
    const startedAt = performance.now()
    const usage = join(folder.path, encodeURIComponent(file))
    const { lines, outcome } = fileReport(file, await runFile(file, { ...limits, usage }))
    const [head, ...details] = lines
    say(`${head}, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s${cpuText(usage)}`)
    for (const line of details) say(line)
    return outcome
  }
  return sum(await takingTurns(lanes, act))
}

const cpuText = (usage: string): string =>
  existsSync(usage) ? `, ${Number(readFileSync(usage, 'utf8')).toFixed(1)} s of CPU` : ''

// A run of its own for each file: node:test's time limit is one of its tests, and a process that has ended its tests and
// does not exit would be waited for without end.
async function runFile(
  file: string,
  { withinMs, graceMs = GRACE_MS, usage }: Omit<RunOptions, 'say'> & { readonly usage: string },
): Promise<readonly FileEvent[]> {
  const events: FileEvent[] = []
  const deadline = new AbortController()
  const late = `Its process did not end within ${withinMs / 1000} s, and was ended.`
  const timer = setTimeout(() => deadline.abort(late), withinMs)
  const stream = run({
    files: [resolve(file)],
    isolation: 'process',
    concurrency: 1,
    execArgv: [
      '--import',
      import.meta.resolve(`./after-tests.ts?graceMs=${graceMs}&usage=${encodeURIComponent(usage)}`),
    ],
    signal: deadline.signal,
  })
  for (const type of told) stream.on(type, (data: FileEvent['data']) => events.push({ type, data }))
  const ended = (async () => {
    for await (const _ of stream) continue
  })()
  await Promise.race([ended, pause(withinMs + ENDING_MS, undefined, { ref: false })])
  clearTimeout(timer)
  if (deadline.signal.aborted)
    events.push({ type: 'test:fail', data: { name: late, details: { error: late } } })
  return events
}
