import { CufflinkError } from '@cufflink/contracts'
import { withDeadline } from './deadline.ts'
import { evolve, type LifecycleEvent, type LifecycleState, starting } from './lifecycle-state.ts'
import type { LogFields } from './log-fields.ts'
import type { Logger } from './logger.ts'

/**
 * The stages of stopping, in their order, each with its deadline: take nothing more in; answer what is in flight; flush
 * the producer; commit the watermarks; close the stores. Within a stage, what was registered last is undone first: what
 * was opened later may stand on what was opened before.
 */
const stopDeadlinesMs = {
  intake: 5_000,
  'in-flight': 10_000,
  producer: 10_000,
  watermarks: 5_000,
  stores: 5_000,
} as const
export type StopStage = keyof typeof stopDeadlinesMs
const stopStages = Object.keys(stopDeadlinesMs) as readonly StopStage[]

export type StopReason = { readonly reason: string; readonly signal?: string }
type Step = { readonly stage: StopStage; readonly name: string; readonly run: () => unknown }

/** The life of one service, or of several in one process, from opening its stores to closing them. */
export type Lifecycle = {
  readonly state: LifecycleState
  /** Aborted as soon as the service begins to drain, while it is starting too. */
  readonly signal: AbortSignal
  /**
   * Runs the start-up. When it fails, what was registered to stop is stopped, and the failure is thrown on.
   * When a stop was requested meanwhile, it resolves at rest.
   */
  start(steps: () => Promise<void>): Promise<void>
  /** Registers what is to be done when the service stops, as soon as there is something to undo. */
  onStop(stage: StopStage, name: string, run: () => unknown): void
  /** Drains and stops. Asking again waits for the same end. Never rejects. */
  stop(reason: StopReason): Promise<void>
  /** Drains and ends as `failed`. Never rejects. */
  fail(error: unknown): Promise<void>
  /** Resolves at rest, to what the process should exit with: 0 when all went well. */
  readonly finished: Promise<0 | 1>
}

export function createLifecycle(options: {
  readonly logger: Logger
  readonly service: string
  readonly deadlinesMs?: Partial<Record<StopStage, number>>
}): Lifecycle {
  const logger = options.logger.child({ service: options.service })
  const deadlinesMs = { ...stopDeadlinesMs, ...options.deadlinesMs }
  const abort = new AbortController()
  const { promise: finished, resolve: finish } = Promise.withResolvers<0 | 1>()
  const steps: Step[] = []
  let state = starting
  let startUp: Promise<unknown> = Promise.resolve()
  let draining: Promise<void> | undefined

  const apply = (event: LifecycleEvent, fields: LogFields = {}): void => {
    const before = state
    state = evolve(before, event)
    if (state.name !== before.name)
      logger.info('life cycle', { ...fields, from: before.name, state: state.name })
  }

  const undo = async ({ stage, name, run }: Step): Promise<void> => {
    try {
      await withDeadline(deadlinesMs[stage], async () => run())
    } catch (error) {
      apply({ type: 'failure' })
      logger.error('a stop step failed', { step: name, error })
    }
  }

  const drain = async (): Promise<void> => {
    abort.abort()
    // What the start-up is opening just now is registered before it is undone.
    await withDeadline(deadlinesMs.stores, () => startUp.catch(() => {})).catch((error: unknown) => {
      logger.error('the start-up did not end in time', { error })
    })
    for (const stage of stopStages) {
      for (const step of steps.filter((candidate) => candidate.stage === stage).toReversed()) await undo(step)
    }
    apply({ type: 'drained' })
    finish(state.name === 'failed' ? 1 : 0)
  }

  const beginDraining = (event: LifecycleEvent, fields: LogFields): Promise<void> => {
    apply(event, fields)
    draining ??= drain()
    return draining
  }

  const fail = (error: unknown): Promise<void> => {
    logger.error('failed', { error })
    return beginDraining({ type: 'failure' }, {})
  }

  return {
    get state() {
      return state
    },
    signal: abort.signal,
    finished,
    fail,
    stop: (reason) => beginDraining({ type: 'stop requested' }, reason),
    onStop: (stage, name, run) => {
      steps.push({ stage, name, run })
    },
    async start(run) {
      const running = run()
      startUp = running
      try {
        await running
      } catch (error) {
        // A start-up that was told to stop may end by throwing: that is what was asked for.
        if (draining !== undefined) return draining
        // Thrown on to the code that tells a person: what the table knows is told there, once. A defect is logged with its place.
        if (error instanceof CufflinkError && error.code !== 'INTERNAL')
          await beginDraining({ type: 'failure' }, {})
        else await fail(error)
        throw error
      }
      if (draining !== undefined) return draining
      apply({ type: 'started' })
    },
  }
}
