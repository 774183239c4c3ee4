import { failure } from '@cufflink/contracts'

/**
 * Runs something that may take no longer than `ms`. It is not interrupted: what comes of it later is ignored.
 * @throws {CufflinkError} WAIT_EXPIRED when the time is up; else what `run` throws.
 */
export async function withDeadline<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
  const { promise: passed, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(failure('WAIT_EXPIRED', { detail: `The limit was ${ms} ms.` })), ms)
  try {
    return await Promise.race([run(), passed])
  } finally {
    clearTimeout(timer)
  }
}
