import type { MonthLine } from '@cufflink/contracts'
import type { Sheet } from './month-state.ts'

export type Standing = MonthLine['standing']

export const standings = ['ready', 'blocked', 'held', 'open', 'short', 'locked'] as const

export const standingWords = {
  ready: 'Ready to lock',
  blocked: 'Blocked',
  held: 'Held for review',
  open: 'Still open',
  short: 'Short',
  locked: 'Locked',
} as const satisfies Record<Standing, string>

export type Total = { readonly lines: number; readonly cents: number }

const noTotal: Total = { lines: 0, cents: 0 }

export const totalOf = (lines: Iterable<MonthLine>): Total => {
  let total = noTotal
  for (const { line } of lines)
    total = { lines: total.lines + 1, cents: total.cents + (line.amountCents ?? 0) }
  return total
}

/** What is looked for: one standing or all, a code, words of the patient's name or id. */
export type Filter = { readonly standing?: Standing; readonly code?: string; readonly text: string }

export const noFilter: Filter = { text: '' }

/** The lines of a sheet by standing, each by the patients' names. */
export type Groups = ReadonlyMap<Standing, readonly MonthLine[]>

/** Text without case and accents. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()

export const grouped = ({ order }: Pick<Sheet, 'order'>, { standing, code, text }: Filter): Groups => {
  const words = plain(text).split(/\s+/).filter(Boolean)
  const groups = new Map<Standing, MonthLine[]>(standings.map((each) => [each, []]))
  for (const { patient, name, lines } of order) {
    if (words.length > 0) {
      const named = plain(`${name} ${patient}`)
      if (!words.every((word) => named.includes(word))) continue
    }
    for (const line of lines) {
      if (standing !== undefined && line.standing !== standing) continue
      if (code !== undefined && line.line.code !== code) continue
      groups.get(line.standing)?.push(line)
    }
  }
  return groups
}

/** Why no line is shown. */
export const noneText = ({ order, of, patients }: Pick<Sheet, 'order' | 'of' | 'patients'>): string => {
  if (order.some(({ lines }) => lines.length > 0)) return 'No line matches.'
  if (of.size < patients) return 'Reading the month…'
  return order.some(({ failed }) => failed)
    ? 'No line could be worked out.'
    : 'Nothing was done in this month.'
}

/** The codes of a sheet, ascending. */
export const codesOf = ({ order }: Pick<Sheet, 'order'>): readonly string[] => {
  const codes = new Set<string>()
  for (const { lines } of order) for (const { line } of lines) codes.add(line.code)
  return [...codes].sort()
}

/** Names a line among all of the sheet. What is held for review has the code and dates of another line. */
export const lineName = ({ patient, line: { code, from, to, status } }: MonthLine): string =>
  `${patient} ${code} ${from} ${to}${status === 'held' ? ' held' : ''}`

/** The line as a command names it. */
export const namedLine = ({ patient, line: { code, from, to } }: MonthLine) => ({ patient, code, from, to })
