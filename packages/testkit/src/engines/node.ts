import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '@cufflink/contracts'
import type { Keeper, Order, Running } from './keeper.ts'
import { waitFor } from './wait.ts'

/** One process of an engine, to be killed, started again on the same data and port, and paused. */
export type EngineNode = {
  /** The process of now: another one after `start`. */
  readonly pid: number
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again on the same data and port. Resolves when it answers. */
  start(): Promise<void>
  /** Starts it where it is to end by itself. Resolves with how it ended: a signal, or `code 1`. */
  startToEnd(): Promise<string>
  /** SIGSTOP: it stays connected and says nothing. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** SIGTERM, and kill -9 when that takes more than half a minute. Resolves with how it ended, if it was running. */
  stop(): Promise<string | undefined>
}

type NodeOptions = Order & {
  /** Whether it answers; an error means not yet. */
  readonly ready: () => Promise<boolean>
}

const ENDS_WITHIN_MS = 30_000

type State = { readonly now: 'down' } | { readonly now: 'up'; readonly running: Running }

/** A process of an engine that is not started yet. */
export function engineNode(keeper: Keeper, options: NodeOptions): EngineNode {
  let state: State = { now: 'down' }
  const { name } = options
  const up = (): Running => {
    if (state.now === 'down') throw failure('ENGINE_FAILED', { detail: `${name} is not running.` })
    return state.running
  }
  const launch = async (): Promise<Running> => {
    if (state.now === 'up') throw failure('ENGINE_FAILED', { detail: `${name} is running already.` })
    const running = await keeper.launch(options)
    state = { now: 'up', running }
    void running.ended.then(() => {
      if (state.now === 'up' && state.running === running) state = { now: 'down' }
    })
    return running
  }
  const signal = (one: NodeJS.Signals): void => void process.kill(up().pid, one)
  const end = (by: NodeJS.Signals): Promise<string> => {
    const { ended } = up()
    signal(by)
    return waitFor(() => ended, { withinMs: ENDS_WITHIN_MS, what: `${name} to end by ${by}` })
  }
  return {
    get pid() {
      return up().pid
    },
    start: async () => answering(keeper, options, await launch()),
    async startToEnd() {
      const { ended } = await launch()
      return waitFor(() => ended, { what: `${name} to end by itself` })
    },
    kill: async () => void (await end('SIGKILL')),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async stop() {
      if (state.now === 'down') return undefined
      signal('SIGCONT')
      return end('SIGTERM').catch(() => end('SIGKILL'))
    },
  }
}

async function answering(keeper: Keeper, { name, ready }: NodeOptions, running: Running): Promise<void> {
  const failed = new AbortController()
  void running.ended.then(async (how) => {
    const detail = `${name} ended (${how}):\n${await lastLines(join(keeper.dir, `${name}.log`))}`
    failed.abort(failure('ENGINE_FAILED', { detail }))
  })
  await waitFor(ready, { what: `${name} to answer`, everyMs: 50, signal: failed.signal })
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').slice(-15).join('\n')
}

/** A node with more beside it. (A spread would freeze its `pid`.) */
export const nodeWith = <More extends object>(node: EngineNode, more: More): EngineNode & More =>
  Object.defineProperties(more, Object.getOwnPropertyDescriptors(node)) as EngineNode & More
