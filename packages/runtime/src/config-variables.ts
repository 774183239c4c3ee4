import type { TObject } from 'typebox'

/** What a variable's schema may say: plain JSON Schema, and `unit` and `secret` for people. */
type VariableSchema = {
  readonly type?: 'integer' | 'number' | 'boolean' | 'string' | 'array'
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly secret?: boolean
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly { readonly const?: unknown }[]
  readonly const?: unknown
  readonly items?: VariableSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly pattern?: string
}

/** One variable of a service's configuration. `expects` completes "it must be …". */
export type ConfigVariable = {
  readonly name: string
  readonly expects: string
  readonly default: string | undefined
  readonly unit: string | undefined
  readonly description: string
  readonly required: boolean
  readonly secret: boolean
  readonly schema: VariableSchema
}

/** The variables of a configuration schema, in the order of its properties. */
export function describeConfig(schema: TObject): readonly ConfigVariable[] {
  const required: readonly string[] = schema.required ?? []
  // TypeBox types its schemas by what they accept; what they are is JSON Schema.
  const properties = schema.properties as Readonly<Record<string, VariableSchema>>
  return Object.entries(properties).map(([name, property]) => ({
    name,
    expects: expectation(property),
    default: property.default === undefined ? undefined : textOf(property.default),
    unit: property.unit,
    description: property.description ?? '',
    required: required.includes(name),
    secret: property.secret === true,
    schema: property,
  }))
}

/** The variables as the rows of a Markdown table, for docs/configuration.md. */
export function configurationTable(schema: TObject): string {
  const rows = describeConfig(schema).map((variable) => {
    const preset = variable.default ?? (variable.required ? 'required' : '—')
    const secret = variable.secret ? ' Secret: never printed.' : ''
    return row(`\`${variable.name}\``, preset, variable.expects, `${variable.description}.${secret}`)
  })
  return [row('variable', 'default', 'must be', 'what it does'), '|---|---|---|---|', ...rows].join('\n')
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

function expectation(schema: VariableSchema): string {
  const unit = schema.unit === undefined ? '' : ` (${schema.unit})`
  return `${kindOf(schema)}${unit}`
}

function kindOf(schema: VariableSchema): string {
  const choices = choicesOf(schema)
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  switch (schema.type) {
    case 'integer':
      return `a whole number${rangeOf(schema.minimum, schema.maximum)}`
    case 'number':
      return `a number${rangeOf(schema.minimum, schema.maximum)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a comma-separated list, each ${kindOf(schema.items ?? {})}${schema.minItems ? `, at least ${schema.minItems}` : ''}`
    case 'string':
    case undefined:
      break
  }
  return `text${lengthOf(schema)}${schema.pattern === undefined ? '' : ` like ${schema.pattern}`}`
}

const choicesOf = (schema: VariableSchema): readonly string[] | undefined => {
  const choices = schema.enum ?? schema.anyOf?.map((choice) => choice.const)
  return choices?.map(String) ?? (schema.const === undefined ? undefined : [textOf(schema.const)])
}

const rangeOf = (minimum: number | undefined, maximum: number | undefined): string => {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

const lengthOf = ({ minLength, maxLength }: VariableSchema): string => {
  const range = rangeOf(minLength, maxLength)
  return range === '' ? '' : `${range} characters`
}
