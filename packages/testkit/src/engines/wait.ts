import { setTimeout as pause } from 'node:timers/promises'
import { failure } from '@cufflink/contracts'

export type WaitOptions = {
  /**
   * How long the condition may take; two minutes unless told. A wait ends as soon as its condition holds, so the bound costs nothing when it
   * does, and a narrow one fails on a busy machine. A test names a number where the number is what it promises, or when two minutes are too short.
   */
  readonly withinMs?: number | undefined
  /** What is waited for, for the failure's text: `the broker to answer`. */
  readonly what: string
  /** How long to rest between two looks; 25 unless told. */
  readonly everyMs?: number
  /** Ends the wait early, with the signal's reason. */
  readonly signal?: AbortSignal
}

const WITHIN_MS = 120_000

type Held<Value> = Exclude<Value, false | undefined | 0 | ''>

/**
 * Looks at a condition until it holds and returns what it gave. A condition that throws does not hold yet.
 * @throws {CufflinkError} WAIT_EXPIRED with what was waited for, and the condition's last error as the cause.
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  { withinMs = WITHIN_MS, what, everyMs = 25, signal }: WaitOptions,
): Promise<Held<Value>> {
  // Not AbortSignal.timeout: its timer would not keep the program alive while the answer is awaited.
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), withinMs)
  const onAbort = (): void => over.abort()
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) over.abort()
  let lastError: unknown
  try {
    while (!over.signal.aborted) {
      try {
        const value = await untilAborted(condition(), over.signal)
        if (value) return value as Held<Value> // truthy, which the type cannot say
      } catch (error) {
        if (!over.signal.aborted) lastError = error
      }
      await pause(everyMs)
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  if (signal?.aborted) throw signal.reason
  throw failure('WAIT_EXPIRED', { detail: `Waited ${withinMs} ms for ${what}.`, cause: lastError })
}

/**
 * Whether nothing comes of a promise for so long: for a test of silence itself, which no condition ends. On a busy machine it may miss what
 * comes late; it never takes silence for an answer.
 */
export async function staysSilent(answer: Promise<unknown>, forMs: number): Promise<boolean> {
  const over = new AbortController()
  try {
    return await Promise.race([answer.then(() => false), pause(forMs, true, { signal: over.signal })])
  } finally {
    over.abort()
  }
}

async function untilAborted<Value>(value: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(new Error('aborted'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([value, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
