/* oxlint-disable eslint/no-restricted-globals -- here, and only here, the process is touched on behalf of every main.ts */
import { CufflinkError, rowOf } from '@cufflink/contracts'
import type { Environment } from './config.ts'
import type { Lifecycle } from './lifecycle.ts'
import { describeError, type LoggedError } from './log-errors.ts'

export type ProcessHost = {
  readonly env: Environment
  readonly args: readonly string[]
  /** Hands a life cycle to the process: signals stop it, defects fail it, and the process ends when it has ended. */
  readonly supervise: (lifecycle: Lifecycle) => Lifecycle
}

/**
 * Runs a service as this process: the only place that touches `process`, for `main.ts` files alone.
 * SIGTERM and SIGINT drain, a second one ends at once. An exception no one caught drains and exits with 1. A failure to
 * start is one readable line on standard error, and 1.
 */
export async function runProcess(main: (host: ProcessHost) => Promise<void>): Promise<void> {
  const supervised: Lifecycle[] = []
  let stopping = false
  const stopAll = (signal: string): void => {
    if (stopping) process.exit(1)
    stopping = true
    for (const lifecycle of supervised) void lifecycle.stop({ reason: 'signal', signal })
    if (supervised.length === 0) process.exit(0)
  }
  const failAll = (error: unknown): void => {
    if (supervised.length === 0) exitWith(error)
    for (const lifecycle of supervised) void lifecycle.fail(error)
  }
  process.on('SIGTERM', stopAll)
  process.on('SIGINT', stopAll)
  process.on('uncaughtException', failAll)
  process.on('unhandledRejection', failAll)

  const supervise = (lifecycle: Lifecycle): Lifecycle => {
    supervised.push(lifecycle)
    return lifecycle
  }
  try {
    await main({ env: process.env, args: process.argv.slice(2), supervise })
  } catch (error) {
    exitWith(error)
  }
  const codes = await Promise.all(supervised.map(({ finished }) => finished))
  if (codes.length > 0) process.exit(Math.max(...codes))
}

function exitWith(error: unknown): never {
  process.stderr.write(`${startFailureText(error)}\n`)
  process.exit(1)
}

/** The code of what is away, such as ECONNREFUSED or that of a certificate no one vouches for; a driver's message may quote a secret. */
function origin({ code, name, cause }: LoggedError): string {
  if (cause !== undefined) return origin(cause)
  return name === 'NotAnError' ? '' : ` The cause: ${code ?? name}.`
}

/** What a person reads when a service cannot start: the code and what to do; a defect names its place in the source. */
export function startFailureText(error: unknown): string {
  if (error instanceof CufflinkError && error.code !== 'INTERNAL') {
    const why = rowOf(error).class === 'transient' ? origin(describeError(error.cause)) : ''
    return `${error.code}: ${error.message.replaceAll('\n', ' ')}${why}`
  }
  const { name, code, frames, cause } = describeError(error)
  const where = [...frames, ...(cause?.frames ?? [])].map((frame) => `\n    at ${frame}`).join('')
  return `INTERNAL: A defect in Cufflink (${code ?? name}). Please report it with these lines.${where}`
}
