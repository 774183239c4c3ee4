import { failure } from '@cufflink/contracts'

/**
 * Runs something that may take no longer than `ms`. It is not interrupted: what comes of it later is ignored.
 * @throws {CufflinkError} WAIT_EXPIRED when the time is up; else what `run` throws.
 */
export async function withDeadline<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
  const { promise: passed, reject } = Promise.withResolvers<never>()
  const expire = (): void => reject(failure('WAIT_EXPIRED', { detail: `The limit was ${ms} ms.` }))
  // What came while the process was held up is heard first: timers come before what was received.
  const timer = setTimeout(() => setImmediate(expire), ms)
  try {
    return await Promise.race([run(), passed])
  } finally {
    clearTimeout(timer)
  }
}
