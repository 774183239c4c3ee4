import { readFileSync } from 'node:fs'
import { failure } from '@cufflink/contracts'
import type { Static, TObject } from 'typebox'
import { Check } from 'typebox/value'
import { type ConfigVariable, describeConfig } from './config-variables.ts'
import { nearest } from './nearest.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The configuration of a service: what the environment says, else what the JSON file named by `CUFFLINK_CONFIG` (or
 * `file`) says, else the default. The property names of the schema are the names of the variables. A variable set to
 * nothing counts as not set, as compose files leave it.
 * @throws {CufflinkError} CONFIG_INVALID naming every variable that is wrong, what it was set to (unless it is marked
 *   `secret`) and what it must be.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  options: { readonly env: Environment; readonly file?: string },
): Readonly<Static<Schema>> {
  const variables = describeConfig(schema)
  const file = readFile(options.file ?? options.env['CUFFLINK_CONFIG'], variables)
  const problems: string[] = [...file.problems]
  const config: Record<string, unknown> = {}
  for (const variable of variables) {
    const given = valueOf(variable, options.env, file.values)
    if (given === undefined && !variable.required) continue
    if (given !== undefined && Check(variable.schema, given)) config[variable.name] = given
    else problems.push(complaint(variable, set(variable.name, options.env, file.values)))
  }
  if (problems.length > 0) throw failure('CONFIG_INVALID', { detail: problems.join(' ') })
  // Every property was checked against its own schema above.
  return Object.freeze(config) as Readonly<Static<Schema>>
}

type FileContent = {
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: readonly string[]
}

function readFile(path: string | undefined, variables: readonly ConfigVariable[]): FileContent {
  if (path === undefined || path === '') return { values: {}, problems: [] }
  const unusable = (why: string): FileContent => ({ values: {}, problems: [`The file ${path} ${why}.`] })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return unusable(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return unusable('is not JSON')
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return unusable('does not hold one JSON object')
  }
  const known = variables.map(({ name }) => name)
  const problems = Object.keys(content)
    .filter((key) => !known.includes(key))
    .map((key) => `${key} in ${path} is not known here${hint(nearest(key, known))}.`)
  return { values: { ...content }, problems }
}

const hint = (name: string | undefined): string => (name === undefined ? '' : `; did you mean ${name}?`)

function valueOf({ name, schema }: ConfigVariable, env: Environment, file: FileContent['values']): unknown {
  const value = set(name, env, file) ?? schema.default
  return typeof value === 'string' ? convert(value, schema) : value
}

/** What a variable was set to, as it was written. Only a name of its own counts: every object has a `constructor`. */
function set(name: string, env: Environment, file: FileContent['values']): unknown {
  const text = Object.hasOwn(env, name) ? env[name] : undefined
  if (text !== undefined && text !== '') return text
  return Object.hasOwn(file, name) ? file[name] : undefined
}

const booleans: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The value a text stands for; the text itself where it stands for none, which the check then refuses. */
function convert(text: string, schema: ConfigVariable['schema']): unknown {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return decimal.test(text.trim()) ? Number(text) : text
    case 'boolean':
      return booleans[text.trim().toLowerCase()] ?? text
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map((item) => convert(item, schema.items ?? {}))
    case 'string':
    case undefined:
      return text
  }
}

const complaint = ({ name, expects, secret }: ConfigVariable, given: unknown): string => {
  if (given === undefined) return `${name} is not set; it must be ${expects}.`
  return `${name} is ${secret ? 'set to something else' : quote(given)}; it must be ${expects}.`
}

/** A value as a person may read it: one line, not long, and no password of an address. */
const quote = (value: unknown): string => {
  const text = JSON.stringify(value).replace(/\/\/[^@/\s]*@/g, '//…@')
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
