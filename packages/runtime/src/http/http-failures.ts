import {
  CufflinkError,
  type ErrorCode,
  errorTable,
  nameFault,
  namePattern,
  rowOf,
  textFault,
  textPattern,
} from '@cufflink/contracts'

export type Answer = {
  readonly status: number
  readonly body: {
    readonly code: ErrorCode
    readonly message: string
    readonly conflicts?: readonly object[]
    readonly violations?: readonly Violation[]
  }
  /** The caller may try the same again, after so many seconds. */
  readonly retryAfterS?: number
}

/** A property, such as `body.from`, and the keyword of JSON Schema that it breaks, such as `minimum`; `name` stands for the pattern of names. */
export type Violation = { readonly property: string; readonly rule: string }

type SchemaError = {
  readonly keyword: string
  readonly instancePath: string
  readonly message: string
  readonly params: object
}

/** What a request got wrong: the paths of the properties and the rules they break, never the values. */
export class RequestViolations extends Error {
  readonly code = 'REQUEST_INVALID'
  readonly statusCode = 400
  readonly violations: readonly Violation[]

  constructor(part: string, errors: readonly SchemaError[]) {
    // `boolean` stands for a property that is not in the schema: its name is the caller's, not ours.
    const ours = errors
      .filter(({ keyword }) => keyword !== 'boolean')
      .slice(0, 5)
      .map((error) => ({ ...error, ...typedRules.get(patternOf(error)) }))
    super(ours.map(({ instancePath, message }) => `${part}${dotted(instancePath)} ${message}.`).join(' '))
    this.violations = ours
      .filter(({ keyword }) => keyword !== 'additionalProperties')
      .map(({ instancePath, keyword }) => ({ property: `${part}${dotted(instancePath)}`, rule: keyword }))
  }
}

/** Patterns of what people type: their rules have names of their own, and are said in words. */
const typedRules: ReadonlyMap<string, Pick<SchemaError, 'keyword' | 'message'>> = new Map([
  [namePattern, { keyword: 'name', message: nameFault }],
  [textPattern, { keyword: 'text', message: textFault }],
])

const patternOf = ({ keyword, params }: SchemaError): string =>
  keyword === 'pattern' && 'pattern' in params ? String(params.pattern) : ''

const dotted = (pointer: string): string => pointer.replaceAll('/', '.')

/** What to answer to a failure: its row of the error table; no stack, no input. */
export function answerTo(error: unknown): Answer {
  if (error instanceof RequestViolations) {
    const { status, body } = refused(400, error.message)
    return { status, body: { ...body, violations: error.violations } }
  }
  const status = error instanceof CufflinkError ? undefined : clientStatus(error)
  if (status !== undefined) return refused(status)
  const row = rowOf(error)
  const told = error instanceof CufflinkError && row.code !== 'INTERNAL' ? error : undefined
  const body = {
    code: row.code,
    message: told?.message ?? row.message,
    ...(told?.conflicts && { conflicts: told.conflicts }),
  }
  const retryAfterS = told?.retryAfterS ?? (row.class === 'transient' ? 1 : undefined)
  return { status: row.http, body, ...(retryAfterS !== undefined && { retryAfterS }) }
}

const refused = (status: number, detail?: string): Answer => {
  const { message } = errorTable.REQUEST_INVALID
  const whole = detail === undefined ? message : `${message} ${detail}`
  return { status, body: { code: 'REQUEST_INVALID', message: whole } }
}

/** The 4xx status Fastify gave an error of its own: not JSON, too large, of no known content type. */
function clientStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const { statusCode } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined
}
