import { operations } from './api/operations.ts'
import type { AnswerOf, BodyOf, ErrorCode, OperationName, ParamsOf } from './index.ts'

/** What of `fetch` is needed. */
export type Fetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly signal?: AbortSignal
  },
) => Promise<{
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}>

export type ClientOptions = {
  readonly fetch: Fetch
  /** Where the console answers, such as `http://127.0.0.1:3000`; nothing on its own pages. */
  readonly base?: string
  /** The machine's operator key; without it, the person of the browser's cookie. */
  readonly operatorKey?: string
  /** Names a command, so that its repetition is the same command: a random text, new for each. */
  readonly commandKey: () => string
}

/** A property of a request, such as `body.from`, and the keyword of JSON Schema that it breaks, such as `minimum`, or `name`. */
export type Violation = { readonly property: string; readonly rule: string }

/** What the console refused, with its code of the error table, and what stands in the way. */
export class Refused extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly conflicts: readonly Readonly<Record<string, unknown>>[]
  /** Of REQUEST_INVALID: which properties break which rule of the schema. */
  readonly violations: readonly Violation[]

  constructor(
    status: number,
    body: {
      code?: string
      message?: string
      conflicts?: readonly Readonly<Record<string, unknown>>[]
      violations?: readonly Violation[]
    },
  ) {
    super(body.message ?? `The console answered ${status}.`)
    this.name = 'Refused'
    this.status = status
    this.code = (body.code ?? 'INTERNAL') as ErrorCode
    this.conflicts = body.conflicts ?? []
    this.violations = body.violations ?? []
  }
}

type Input<Name extends OperationName> = {
  readonly params: ParamsOf<Name>
  readonly body: BodyOf<Name>
  /** A key of a command that may have been carried out already; a new one unless told. */
  readonly commandKey?: string
  readonly signal?: AbortSignal
}
/** What has nothing in it may be left out. */
type Given<Name extends OperationName> = (unknown extends ParamsOf<Name>
  ? { readonly params?: undefined }
  : unknown) &
  (BodyOf<Name> extends undefined ? { readonly body?: undefined } : unknown) &
  Omit<
    Input<Name>,
    (unknown extends ParamsOf<Name> ? 'params' : never) | (BodyOf<Name> extends undefined ? 'body' : never)
  >

/** What the holder of the operator key may ask for. */
export type OperatorOperation = {
  [Name in OperationName]: 'operator' extends (typeof operations)[Name]['access'][number] ? Name : never
}[OperationName]

export type Client<Known extends OperationName = OperationName> = {
  /**
   * Carries out an operation of the console.
   * @throws {Refused} with the code of the error table; and whatever `fetch` throws when nothing answers
   */
  call<Name extends Known>(name: Name, input: Given<Name>): Promise<AnswerOf<Name>>
}

export function createClient({ fetch, base = '', operatorKey, commandKey }: ClientOptions): Client {
  return {
    async call(name, input) {
      const { params, body, signal, commandKey: key = commandKey() } = input as Partial<Input<typeof name>>
      const { method } = operations[name]
      const response = await fetch(base + pathOf(name, (params ?? {}) as ParamsOf<typeof name>), {
        method,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method !== 'GET' && { 'idempotency-key': key }),
          ...(operatorKey !== undefined && { authorization: `Bearer ${operatorKey}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
      const answer: unknown = isJson && text !== '' ? parse(text) : text === '' ? undefined : text
      if (!response.ok)
        throw new Refused(response.status, typeof answer === 'object' && answer !== null ? answer : {})
      return answer as AnswerOf<typeof name>
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The address of an operation with its parameters filled in: `/api/practices/riverside`. */
export function pathOf<Name extends OperationName>(name: Name, params: ParamsOf<Name>): string {
  const values = params as Readonly<Record<string, string>>
  return operations[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(values[key] ?? ''))
}
