import type { CodeLine } from '@cufflink/contracts'
import { minutesText } from '../../ui/time/duration.ts'
import { addDays, dateText } from '../../ui/time/local-date.ts'
import { countText, joined } from '../../ui/words.ts'

export const statusWords = {
  supported: 'Supported',
  final: 'Final',
  short: 'Short',
  blocked: 'Blocked',
  held: 'Held for review',
} as const satisfies Record<CodeLine['status'], string>

/** What there is and what is missing: `12 of 16 days`, `4:10 more and a conversation`. */
export const progressText = (line: Pick<CodeLine, 'have' | 'missing' | 'reach'>): string => {
  const { have, missing, reach } = line
  const lost = isMissing(missing) && !reach.possible ? ', out of reach now' : ''
  if (missing.days !== undefined) return `${have.days ?? 0} of ${(have.days ?? 0) + missing.days} days${lost}`
  const lacks = [
    ...(missing.seconds === undefined ? [] : [`${minutesText(missing.seconds)} more`]),
    ...(missing.conversation ? ['a conversation'] : []),
  ]
  if (lacks.length > 0) return `${missing.seconds === undefined ? 'lacks ' : ''}${joined(lacks)}${lost}`
  return haveText(have)
}

/** When the days of a period will be there, if every date from now on has a reading; nothing where that is too late or they are there. */
export const forecastText = (
  line: Pick<CodeLine, 'clock' | 'to' | 'missing' | 'reach' | 'blocks'>,
): string => {
  const { clock, to, missing, reach, blocks } = line
  if (clock !== 'period' || missing.days === undefined || !reach.possible || blocks.length > 0) return ''
  return `, on ${dateText(addDays(to, missing.days - reach.daysLeft))} with a reading each day`
}

/** What the chance is called: never `0%` or `100%`, as it is an estimate. */
export const chanceText = (chance: number): string => {
  const percent = Math.round(100 * chance)
  return percent < 1 ? 'under 1%' : percent > 99 ? 'over 99%' : `${percent}%`
}

const isMissing = ({ days, seconds, conversation }: CodeLine['missing']): boolean =>
  days !== undefined || seconds !== undefined || conversation === true

const haveText = ({ days, seconds, conversations }: CodeLine['have']): string => {
  const parts = [
    ...(days === undefined ? [] : [countText(days, 'day')]),
    ...(seconds === undefined ? [] : [minutesText(seconds)]),
    ...(conversations === undefined ? [] : [countText(conversations, 'conversation')]),
  ]
  return joined(parts)
}

/** How far a line has come, 0 to 1, by the part that is furthest behind. */
export const progressShare = ({ have, missing }: Pick<CodeLine, 'have' | 'missing'>): number => {
  const share = (has = 0, lacks = 0) => (lacks === 0 ? 1 : has / (has + lacks))
  return Math.min(share(have.days, missing.days), share(have.seconds, missing.seconds))
}

/** What a death leaves of the dates of a claim. */
export const lastDateTexts = ({ lastDate }: Pick<CodeLine, 'lastDate'>): readonly string[] =>
  lastDate === undefined ? [] : [`The patient died: its claim may bear no date after ${dateText(lastDate)}.`]

const clockOrder = { period: 0, month: 1, episode: 2 } as const

/** Periods first, then the month, then what is once per episode; within each what is nearest. */
export const inOrder = (lines: readonly CodeLine[]): readonly CodeLine[] =>
  [...lines].sort(
    (a, b) =>
      clockOrder[a.clock] - clockOrder[b.clock] ||
      a.from.localeCompare(b.from) ||
      lackOf(a) - lackOf(b) ||
      a.code.localeCompare(b.code) ||
      Number(a.status === 'held') - Number(b.status === 'held'),
  )

const lackOf = ({ missing: { days = 0, seconds = 0 } }: CodeLine): number => days + seconds

/** Tells a line from the others of a chart: what is held for review has the same code and dates. */
export const lineKey = ({ code, from, to, status }: CodeLine): string =>
  `${code} ${from} ${to}${status === 'held' ? ' held' : ''}`
