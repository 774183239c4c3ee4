import { below, mutate, pick, type Random } from './mutate.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Values that a schema, a database or an arithmetic may stumble over. */
const odd: readonly Json[] = [
  null,
  true,
  '',
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  Number.MAX_SAFE_INTEGER + 2,
  946_684_799_999,
  4_102_444_800_000,
  '__proto__',
  'constructor',
  '\u0000',
  '\u202E',
  '\uD800',
  '𝒳'.repeat(300),
  [],
  {},
  [[]],
]
const oddKeys = ['__proto__', 'constructor', 'toString', '', 'kind', 'version', '\u0000']

/** A value with one change somewhere inside: another value, a field less or more, a value in an array. */
function changed(value: Json, random: Random): Json {
  if (typeof value === 'object' && value !== null && random() < 0.8) {
    if (Array.isArray(value)) return changedItems(value, random)
    return changedFields(value as { readonly [key: string]: Json }, random)
  }
  const choice = random()
  if (choice < 0.15) return [value]
  if (choice < 0.25) return JSON.stringify(value)
  return pick(random, odd)
}

function changedItems(items: readonly Json[], random: Random): Json {
  if (items.length === 0) return [pick(random, odd)]
  const at = below(random, items.length)
  if (random() < 0.2) return items.toSpliced(at, 1)
  if (random() < 0.2) return [...items, items[at]!]
  return items.with(at, changed(items[at]!, random))
}

function changedFields(fields: { readonly [key: string]: Json }, random: Random): Json {
  const entries = Object.entries(fields)
  const choice = random()
  if (entries.length === 0 || choice < 0.1)
    return fromEntries([...entries, [pick(random, oddKeys), pick(random, odd)]])
  const at = below(random, entries.length)
  if (choice < 0.25) return fromEntries(entries.toSpliced(at, 1))
  const [key, inner] = entries[at]!
  return fromEntries(entries.with(at, [key, changed(inner, random)]))
}

/** Also of `__proto__`, as a field of its own. */
const fromEntries = (entries: readonly (readonly [string, Json])[]): Json => Object.fromEntries(entries)

const texts = [
  '',
  '{',
  '[]',
  'null',
  '"',
  '{"__proto__":{"a":1}}',
  '['.repeat(30_000),
  '{"a":'.repeat(10_000),
  '1e999',
]

/** A JSON text made from a sample: mostly JSON with one to three changes, sometimes broken as text, sometimes as it was. */
export function mutateJson(sample: unknown, random: Random): Buffer {
  const choice = random()
  if (choice < 0.02) return Buffer.from(pick(random, texts))
  let value = sample as Json
  if (choice > 0.1) for (let left = 1 + below(random, 3); left > 0; left -= 1) value = changed(value, random)
  const text = Buffer.from(JSON.stringify(value))
  return random() < 0.2 ? mutate(text, random) : text
}
