import type { DayCell } from './day-cells.ts'

/** The strip of days in its own units: a cell is `cell` wide, and each ten stand a little apart. */
export const cellWidth = 7
export const cellHeight = 17
const step = cellWidth + 2
const tenApart = 4

export const cellLeft = (index: number): number => index * step + Math.floor(index / 10) * tenApart
export const stripWidth = (cells: number): number => (cells === 0 ? 0 : cellLeft(cells - 1) + cellWidth)

/** Which cell is at a place of the strip, 0 to 1 of its width. */
export const cellAt = (cells: number, place: number): number => {
  const left = place * stripWidth(cells)
  let index = 0
  while (index + 1 < cells && cellLeft(index + 1) <= left) index += 1
  return index
}

export type StripKind = 'none' | 'future' | '1' | '2' | '3'

const kindOf = ({ level, when }: DayCell): StripKind => {
  if (level !== 0) return `${level}`
  return when === 'future' ? 'future' : 'none'
}

/** One path for all cells of a kind: thousands of lines of a list are then thousands of paths, not of cells. */
export const stripPaths = (cells: readonly DayCell[]): readonly { kind: StripKind; path: string }[] => {
  const paths = new Map<StripKind, string>()
  cells.forEach((cell, index) => {
    const kind = kindOf(cell)
    const inset = kind === 'none' ? 0.5 : 0
    const [wide, high] = [cellWidth - 2 * inset, cellHeight - 2 * inset]
    const square = `M${cellLeft(index) + inset} ${inset}h${wide}v${high}h${-wide}z`
    paths.set(kind, (paths.get(kind) ?? '') + square)
  })
  return [...paths].map(([kind, path]) => ({ kind, path }))
}
