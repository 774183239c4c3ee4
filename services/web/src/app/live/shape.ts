/*
 * The page's own check of what it is about to show, by hand, because the schemas would bring their validator into the
 * bundle. A key of a type that has no check does not compile. Further members are let through.
 */

export type Check = (value: unknown) => boolean
type Checks<T> = { readonly [Key in keyof Required<T>]: Check }

export const isText: Check = (value) => typeof value === 'string'
export const isDate: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
export const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
export const isFlag: Check = (value) => typeof value === 'boolean'
export const is =
  (...expected: readonly unknown[]): Check =>
  (value) =>
    expected.includes(value)
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const shape = <T>(checks: Checks<T>) => {
  const entries = Object.entries<Check>(checks)
  return (value: unknown): value is T => isRecord(value) && entries.every(([key, check]) => check(value[key]))
}

/** The first of several shapes that fits. */
export const anyOf =
  <T>(...checks: readonly ((value: unknown) => value is T)[]) =>
  (value: unknown): value is T =>
    checks.some((check) => check(value))

/** Reads a message's text; `undefined` when it is not of the shape. */
export const reader =
  <T>(isMessage: (value: unknown) => value is T) =>
  (text: string): T | undefined => {
    const value = parse(text)
    return isMessage(value) ? value : undefined
  }

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
