import { failure } from '@cufflink/contracts'

/** Reads one cell, or says what it must be. */
export type Cell<Value> = (value: unknown) => { readonly value: Value } | { readonly must: string }
export type Columns<Row> = { readonly [Name in keyof Row]-?: Cell<Row[Name]> }

/** Where in which table something is wrong; rows count from 1. */
export const tableError = (table: string, row: number, column: string, must: string): Error =>
  failure('CONFIG_INVALID', { detail: `Table ${table}, row ${row}, column ${column}: must be ${must}.` })

/**
 * Rows of a table, each cell checked.
 * @throws {CufflinkError} CONFIG_INVALID naming table, row and column
 */
export function readTable<Row>(table: string, rows: unknown, columns: Columns<Row>): readonly Row[] {
  if (!Array.isArray(rows))
    throw failure('CONFIG_INVALID', { detail: `Table ${table} must be a list of rows.` })
  return rows.map((row: unknown, index) => readRow(table, index + 1, row, columns))
}

function readRow<Row>(table: string, number: number, row: unknown, columns: Columns<Row>): Row {
  if (typeof row !== 'object' || row === null) throw tableError(table, number, '(all)', 'a row')
  const held = row as Readonly<Record<string, unknown>>
  const unknown = Object.keys(held).find((name) => !(name in columns))
  if (unknown !== undefined) throw tableError(table, number, unknown, 'left out: there is no such column')
  const read: Record<string, unknown> = {}
  for (const [name, cell] of Object.entries(columns) as [string, Cell<unknown>][]) {
    const result = cell(held[name])
    if ('must' in result) throw tableError(table, number, name, result.must)
    if (result.value !== undefined) read[name] = result.value
  }
  return read as Row
}

type Checked = { readonly value: never } | { readonly must: string }

/** `never` fits every cell: what was checked is of the cell's type. */
const when = (ok: boolean, value: unknown, must: string): Checked =>
  ok ? { value: value as never } : { must }

export const text: Cell<string> = (value) => when(typeof value === 'string' && value !== '', value, 'a text')
export const flag: Cell<boolean> = (value) => when(typeof value === 'boolean', value, 'true or false')
export const pattern =
  (expression: RegExp, must: string): Cell<string> =>
  (value) =>
    when(typeof value === 'string' && expression.test(value), value, must)
export const whole =
  (minimum: number, maximum: number): Cell<number> =>
  (value) =>
    when(
      Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
      value,
      `a whole number from ${minimum} to ${maximum}`,
    )
export const oneOf =
  <Value extends string>(...values: readonly Value[]): Cell<Value> =>
  (value) =>
    when(
      values.some((known) => known === value),
      value,
      `one of ${values.join(', ')}`,
    )
export const optional =
  <Value>(cell: Cell<Value>): Cell<Value | undefined> =>
  (value) =>
    value === undefined ? { value: undefined } : cell(value)
export const listOf =
  (cell: Cell<string>): Cell<readonly string[]> =>
  (value) =>
    when(Array.isArray(value) && value.every((item) => 'value' in cell(item)), value, 'a list of texts')
