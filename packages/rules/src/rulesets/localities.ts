import type { YearRate } from './rule-set.ts'
import { tableError } from './table.ts'

/** What Medicare pays for one code in one locality, outside and inside a facility, in cents. */
export type LocalityRate = {
  readonly year: number
  readonly carrier: string
  readonly locality: string
  readonly code: string
  readonly nonFacilityCents: number
  readonly facilityCents: number
}

const TABLE = 'localities'

/** The first columns of the annual payment amount file, in its order. */
const columns = [
  { name: 'year', shape: /^20\d\d$/, must: 'a year' },
  { name: 'carrier', shape: /^\d{5}$/, must: 'five digits' },
  { name: 'locality', shape: /^\d{2}$/, must: 'two digits' },
  { name: 'hcpcs code', shape: /^[0-9A-Z]{5}$/, must: 'five digits or capital letters' },
  { name: 'modifier', shape: /^[0-9A-Z]{0,2}$/, must: 'empty or two digits or letters' },
  { name: 'non-facility fee', shape: /^\d{1,9}\.\d{2}$/, must: 'an amount such as 0000051.77' },
  { name: 'facility fee', shape: /^\d{1,9}\.\d{2}$/, must: 'an amount such as 0000030.10' },
] as const

/**
 * The rates of the wanted codes from the annual physician fee schedule payment amount file: quoted or bare values
 * between commas, columns in the file's order, further columns ignored, an optional line of headings, rows with a
 * modifier left out.
 * @throws {CufflinkError} CONFIG_INVALID naming row (line of the file) and column
 */
export function loadLocalities(csv: string, wanted: ReadonlySet<string>): readonly LocalityRate[] {
  const rates: LocalityRate[] = []
  const seen = new Map<string, number>()
  csv.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || (index === 0 && /^"?\s*year/i.test(line))) return
    const rate = readLine(line, index + 1, wanted)
    if (rate === undefined) return
    const key = `${rate.year} ${rate.carrier} ${rate.locality} ${rate.code}`
    const first = seen.get(key)
    if (first !== undefined)
      throw tableError(TABLE, index + 1, 'hcpcs code', `there only once (first in row ${first})`)
    seen.set(key, index + 1)
    rates.push(rate)
  })
  return rates
}

function readLine(line: string, row: number, wanted: ReadonlySet<string>): LocalityRate | undefined {
  const cells = line.split(',').map((cell) => cell.replaceAll('"', '').trim())
  columns.forEach(({ name, shape, must }, index) => {
    if (!shape.test(cells[index] ?? '')) throw tableError(TABLE, row, name, must)
  })
  const [year = '', carrier = '', locality = '', code = '', modifier = '', outside = '', inside = ''] = cells
  if (!wanted.has(code) || modifier !== '') return undefined
  return {
    year: Number(year),
    carrier,
    locality,
    code,
    nonFacilityCents: cents(outside),
    facilityCents: cents(inside),
  }
}

const cents = (amount: string): number => Number(amount.replace('.', ''))

/** The rates of one locality outside a facility, of every year there is, as evaluation takes them. */
export const ratesIn = (
  rates: readonly LocalityRate[],
  place: Pick<LocalityRate, 'carrier' | 'locality'>,
): readonly YearRate[] =>
  rates
    .filter(({ carrier, locality }) => carrier === place.carrier && locality === place.locality)
    .map(({ year, code, nonFacilityCents }) => ({ year, code, cents: nonFacilityCents }))
