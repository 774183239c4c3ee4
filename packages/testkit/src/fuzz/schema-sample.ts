import { below, pick, type Random } from './mutate.ts'

/** What of JSON Schema the contracts' request bodies use. */
type Schema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

const DAY_MS = 86_400_000

/** A value of the schema. Where it takes a text of a pattern, one of `texts` that matches, if there is one. */
export function sampleOf(schema: object, random: Random, texts: readonly string[]): unknown {
  const { type, enum: values, const: only, anyOf } = schema as Schema
  if (values !== undefined) return pick(random, values)
  if (only !== undefined) return only
  if (anyOf !== undefined) return sampleOf(pick(random, anyOf), random, texts)
  switch (type) {
    case 'object':
      return objectOf(schema, random, texts)
    case 'array':
      return arrayOf(schema, random, texts)
    case 'string':
      return textOf(schema, random, texts)
    case 'boolean':
      return random() < 0.5
    case 'integer':
    case 'number':
      return numberOf(schema, random)
    default:
      return null
  }
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  random: Random,
  texts: readonly string[],
): unknown {
  const given = Object.entries(properties).filter(([name]) => required.includes(name) || random() < 0.5)
  return Object.fromEntries(given.map(([name, inner]) => [name, sampleOf(inner, random, texts)]))
}

function arrayOf(
  { items = {}, minItems = 0, maxItems = 3 }: Schema,
  random: Random,
  texts: readonly string[],
): unknown {
  const length = minItems + below(random, Math.min(maxItems, minItems + 2) - minItems + 1)
  return Array.from({ length }, () => sampleOf(items, random, texts))
}

function textOf(
  { pattern, minLength = 0, maxLength = 40 }: Schema,
  random: Random,
  texts: readonly string[],
): string {
  const shape = pattern === undefined ? undefined : new RegExp(pattern)
  const known = texts.filter(
    (text) =>
      text.length >= minLength && text.length <= maxLength && (shape === undefined || shape.test(text)),
  )
  return known.length > 0 ? pick(random, known) : 'x'.repeat(Math.max(1, minLength))
}

/** An instant lies within a day or a month of now, mostly. */
function numberOf({ minimum = 0, maximum = 1_000 }: Schema, random: Random): number {
  if (maximum > Date.now()) return Date.now() - below(random, random() < 0.5 ? DAY_MS : 30 * DAY_MS)
  return minimum + below(random, maximum - minimum + 1)
}
