import { type DayHabit, isForecast, type Line, medicare, type ShortLine } from '@cufflink/billing'
import type { PatientRow } from '@cufflink/contracts'
import { dayOf, localDate } from '@cufflink/folds'
import type { Tally } from '@cufflink/views'
import { rowOf, wordsOf } from './row.ts'

/** What each code is, by the newest rule set that knows it. */
const rules = new Map(medicare.flatMap(({ codes }) => codes).map((rule) => [rule.code, rule]))

/** `2 days`, `360 seconds conversation` */
export const missingWords = ({
  missing: { days, seconds, conversation },
}: Pick<Line, 'missing'>): string[] => [
  ...(days === undefined ? [] : [`${days} days`]),
  ...(seconds === undefined ? [] : [`${seconds} seconds`]),
  ...(conversation === undefined ? [] : ['conversation']),
]

/** Of each line that is short and can still be met what is missing, and its last date: `missing.99454` is `2 days 2026-03-30`. */
export const missingFields = (lines: readonly Line[]): Tally =>
  Object.fromEntries(
    lines
      .filter(isForecast)
      .map((line) => [`missing.${line.code}`, [...missingWords(line), line.to].join(' ')]),
  )

/** The programs whose time is looked at for a patient, by the tally. */
export const programsOf = (tally: Tally): ReadonlySet<Line['program']> =>
  new Set(
    Object.keys(tally).flatMap((field) => {
      const rule = field.startsWith('code.') ? rules.get(field.slice('code.'.length)) : undefined
      return rule?.role.startsWith('time') ? [rule.program] : []
    }),
  )

/** The dates of a patient's period that have passed, and how many of them have a reading. */
export function habitOf({ period, today }: Pick<PatientRow, 'period' | 'today'>): DayHabit {
  if (period === undefined) return { daysWith: 0, daysObserved: 0 }
  const passed = period.readingsPerDate.slice(0, Math.max(0, dayOf(today) - dayOf(period.start)))
  return { daysWith: passed.filter((readings) => readings > 0).length, daysObserved: passed.length }
}

/** What a tally says at an instant of the lines that are short and can still be met. A chance changes each midnight, so none is in it. */
export function shortLinesOf(
  tally: Tally,
  { now, practiceZone }: { readonly now: number; readonly practiceZone: string },
): {
  readonly habit: DayHabit
  readonly lines: readonly (ShortLine & { readonly code: string; readonly until: string })[]
} {
  const row = rowOf(tally, now)
  if (row === undefined) return { habit: habitOf({ today: '' }), lines: [] }
  const { today, period } = row
  const hasToday =
    period !== undefined && (period.readingsPerDate[dayOf(today) - dayOf(period.start)] ?? 0) > 0
  const inPractice = localDate(now, practiceZone)
  const lines = Object.entries(tally).flatMap(([field, value]) => {
    if (!field.startsWith('missing.')) return []
    const code = field.slice('missing.'.length)
    const rule = rules.get(code)
    const { until, ...missing } = missingOf(value)
    if (rule === undefined || until === undefined) return []
    const isOfMonth = rule.role.startsWith('time')
    const next = isOfMonth ? dayOf(inPractice) : dayOf(today) + Number(hasToday)
    return [
      {
        code,
        until,
        program: rule.program,
        clock: isOfMonth ? ('month' as const) : ('period' as const),
        missing,
        daysLeft: Math.max(0, dayOf(until) - next + 1),
      },
    ]
  })
  return { habit: habitOf(row), lines }
}

/** Reads a field `missing.<code>`. */
function missingOf(field: string): Line['missing'] & { readonly until?: string } {
  const words = wordsOf(field)
  const numberBefore = (unit: string): number => Number(words[words.indexOf(unit) - 1])
  const until = words.at(-1)
  return {
    ...(words.includes('days') && { days: numberBefore('days') }),
    ...(words.includes('seconds') && { seconds: numberBefore('seconds') }),
    ...(words.includes('conversation') && { conversation: true as const }),
    ...(until !== undefined && { until }),
  }
}
