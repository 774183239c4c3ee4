/**
 * The fields a log line may carry, each with the shape its value must have. Anything else is dropped: a field that is
 * not listed, and a listed field with another value. So no reading, name or payload can reach a log by a slip.
 */
export const logFields = {
  // Where it happened.
  service: name,
  worker: name,
  step: name,
  engine: (value: unknown) => isText(value, /^(SQLite|Kafka|Redis|Redis Cluster|MQTT)( \d[\d.]{0,20})?$/),
  host: address,
  address,
  port: count,
  connection: count,
  variable: (value: unknown) => isText(value, /^[A-Z][A-Z0-9_]{0,60}$/),
  signal: (value: unknown) => isText(value, /^SIG[A-Z0-9]{2,10}$/),
  // What of the ledger and the views it concerns.
  topic: (value: unknown) => isText(value, /^(readings|activity|registry|unassigned|rejected)$/),
  partition: count,
  offset: count,
  watermark: count,
  end: count,
  lag: count,
  generation: count,
  epoch: count,
  // What became of it.
  code: (value: unknown) => isText(value, /^[A-Z][A-Z0-9_]{0,60}$/),
  state: name,
  from: name,
  reason: name,
  status: count,
  count,
  attempt: count,
  bytes: count,
  ms: count,
  delayMs: count,
  exitCode: count,
} as const

export type LogField = keyof typeof logFields
export type LogFields = { readonly [Field in LogField]?: string | number } & { readonly error?: unknown }

const isText = (value: unknown, shape: RegExp): boolean => typeof value === 'string' && shape.test(value)

function count(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Words of the program's own: lower case, no digits, as in `in-flight` or `mqtt listener`. Too narrow for a value. */
function name(value: unknown): boolean {
  return isText(value, /^[a-z][a-z-]{0,30}( [a-z-]{1,30}){0,3}$/)
}

/** A host name, an IPv4 or an IPv6 address. */
function address(value: unknown): boolean {
  return isText(value, /^[A-Za-z0-9.:[\]%_-]{1,253}$/)
}

/** The fields that may be written, in the order given. */
export function allowedFields(fields: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const allowed: Record<string, string | number> = {}
  for (const [field, value] of Object.entries(fields)) {
    if (Object.hasOwn(logFields, field) && logFields[field as LogField](value)) {
      allowed[field] = value as string | number
    }
  }
  return allowed
}
