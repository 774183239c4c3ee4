import { type DestinationStream, pino } from 'pino'
import { describeError } from './log-errors.ts'
import { allowedFields, type LogFields } from './log-fields.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

type Write = (message: string, fields?: LogFields) => void

/**
 * Writes lines of JSON. `message` is a static text: whatever varies is a field, and the fields are an allow-list
 * (log-fields.ts). An `error` is written without its message, unless it is a failure of the error table.
 */
export type Logger = {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  /** A logger whose every line carries these fields. Made once, not per event. */
  child(fields: Omit<LogFields, 'error'>): Logger
}

/** `destination` is standard output unless given. */
export function createLogger(options: {
  readonly service: string
  readonly level?: LogLevel
  readonly destination?: DestinationStream
}): Logger {
  const sink = pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  )
  const writer = (
    level: 'debug' | 'info' | 'warn' | 'error',
    own: Record<string, string | number>,
  ): Write => {
    return (message, fields) => {
      if (sink.isLevelEnabled(level)) sink[level](lineOf(own, fields), message)
    }
  }
  const withFields = (own: Record<string, string | number>): Logger => ({
    debug: writer('debug', own),
    info: writer('info', own),
    warn: writer('warn', own),
    error: writer('error', own),
    child: (fields) => withFields({ ...own, ...allowedFields(fields) }),
  })
  return withFields(allowedFields({ service: options.service }))
}

function lineOf(own: Record<string, string | number>, fields: LogFields | undefined): object {
  if (fields === undefined) return own
  const line = { ...own, ...allowedFields(fields) }
  return 'error' in fields ? { ...line, error: describeError(fields.error) } : line
}
