import { CufflinkError } from '@cufflink/contracts'

/** What a log says of an error. `message` is there for failures of the error table only. */
export type LoggedError = {
  readonly name: string
  readonly code?: string
  readonly message?: string
  readonly frames: readonly string[]
  readonly cause?: LoggedError
  readonly errors?: readonly LoggedError[]
}

const MAX_CAUSES = 5
const MAX_ERRORS = 3
const MAX_FRAMES = 10
const noError: LoggedError = { name: 'NotAnError', frames: [] }

/**
 * An error without its message: what `JSON.parse`, a driver or a validator says quotes its input, and the input is
 * health data. A `CufflinkError` says its own static text.
 */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return noError
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown }
  const deeper = depth < MAX_CAUSES
  return {
    name: typeof error.name === 'string' && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error',
    ...(typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) && { code }),
    ...(error instanceof CufflinkError && { message: error.message }),
    frames: framesOf(error),
    ...(deeper && cause !== undefined && { cause: describeError(cause, depth + 1) }),
    ...(deeper &&
      Array.isArray(errors) && {
        errors: errors.slice(0, MAX_ERRORS).map((one) => describeError(one, depth + 1)),
      }),
  }
}

// `at run (file:///…/src/app.ts:12:3)` or `at node:internal/timers:585:11`
const frame = /^ {4}at (?:(?:async )?([\w.$<>#[\] ]{1,100}) \()?((?:file:\/\/|node:|\/)[^()\s]*:\d+:\d+)\)?$/

/** The calls of the stack, without the header: the header is the message, and a message may have any number of lines. */
function framesOf({ stack, message }: Error): readonly string[] {
  if (typeof stack !== 'string' || typeof message !== 'string') return []
  const header = stack.indexOf(message)
  // The message was changed after the stack was taken, so where the header ends is anybody's guess: no frames.
  if (header < 0) return []
  const frames: string[] = []
  for (const line of stack.slice(header + message.length).split('\n', MAX_FRAMES + 1)) {
    const found = frame.exec(line)
    if (found?.[2] !== undefined) frames.push(`${found[1] ?? 'anonymous'} ${shorten(found[2])}`)
  }
  return frames
}

/** A place in the source without the folders above the repository. */
const shorten = (place: string): string =>
  place.startsWith('node:')
    ? place
    : place.replace(/^.*\/(?=(?:packages|services|scripts|bench|node_modules)\/)/, '')
