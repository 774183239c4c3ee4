import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { failure } from '@cufflink/contracts'
import { pathOf } from './programs.ts'

/** What the keeper asks of the reaper: start this program, under a name of its own. */
export type Order = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** What the reaper says. */
export type Report =
  | { readonly kind: 'ready'; readonly dir: string }
  | { readonly kind: 'started'; readonly name: string; readonly pid: number }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string }
  | { readonly kind: 'ended'; readonly name: string; readonly how: string }

/** A program of an engine. `ended` resolves with how it ended: a signal, or `code 1`. */
export type Running = { readonly pid: number; readonly ended: Promise<string> }

/** Holds an engine's processes and folder. Disposing it ends the ones and removes the other, unless it was given. */
export type Keeper = AsyncDisposable & {
  readonly dir: string
  launch(order: Order): Promise<Running>
}

const reaperPath = fileURLToPath(new URL('reaper.ts', import.meta.url))

/**
 * Starts the reaper of one engine. It lives in a session of its own, so that neither Ctrl-C nor kill -9 of this process
 * leaves anything behind. `dir` is the caller's folder, kept in the end; without it a temporary one is made and removed.
 */
export async function openKeeper(engine: string, dir?: string): Promise<Keeper> {
  const reaper = fork(reaperPath, [`cufflink-${engine}-`, ...(dir === undefined ? [] : [dir])], {
    detached: true,
    execArgv: [],
    env: reaperEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ready = Promise.withResolvers<string>()
  const hear = (report: Report): void => {
    if (report.kind === 'ready') ready.resolve(report.dir)
  }
  reaper.on('message', hear)
  const gone = (): void => ready.reject(failure('ENGINE_FAILED', { detail: 'Its reaper did not start.' }))
  reaper.once('exit', gone)
  const folder = await awake(ready.promise)
  // From here on it keeps no program alive that forgot to dispose its engine.
  reaper.unref()
  reaper.channel?.unref()
  return {
    dir: folder,
    launch: (order) => launch(reaper, order),
    [Symbol.asyncDispose]: () => close(reaper),
  }
}

async function launch(reaper: ChildProcess, order: Order): Promise<Running> {
  const started = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<string>()
  const hear = (report: Report): void => {
    if (report.kind === 'ready' || report.name !== order.name) return
    if (report.kind === 'started') started.resolve(report.pid)
    if (report.kind === 'failed') started.reject(failure('ENGINE_MISSING', { detail: report.reason }))
    if (report.kind === 'ended') ended.resolve(report.how)
  }
  const gone = (): void => {
    started.reject(failure('ENGINE_FAILED', { detail: 'Its reaper ended.' }))
    ended.resolve('its reaper ended')
  }
  reaper.on('message', hear).once('exit', gone)
  void ended.promise.then(() => reaper.off('message', hear).off('exit', gone))
  const command = pathOf(order.command) ?? order.command
  reaper.send({ ...order, command } satisfies Order, (error) => error && gone())
  return { pid: await awake(started.promise), ended: ended.promise }
}

async function close(reaper: ChildProcess): Promise<void> {
  if (reaper.exitCode !== null || reaper.signalCode !== null) return
  const gone = once(reaper, 'exit')
  if (reaper.connected) reaper.disconnect()
  await awake(gone)
}

/** Waits for the reaper's word, which by itself would not keep the program alive. */
async function awake<Value>(word: Promise<Value>): Promise<Value> {
  const alive = setInterval(() => undefined, 60_000)
  try {
    return await word
  } finally {
    clearInterval(alive)
  }
}

// A test runner's own variables would make the reaper, and what it starts, take itself for a test.
function reaperEnvironment(): NodeJS.ProcessEnv {
  const own = new Set(['NODE_TEST_CONTEXT', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'])
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.has(name)))
}
