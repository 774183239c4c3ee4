import type { Chart } from '@cufflink/contracts'
import { hoursText, minutesText } from './time/duration.ts'
import { dateText, weekdayText } from './time/local-date.ts'
import { clockText, isoDate } from './time/zoned.ts'

type Deduction = Chart['tally']['deductions'][number]

/** Minutes and seconds, however many: what the thresholds of the codes are written in. */
export const msText = (ms: number): string => minutesText(ms / 1_000)

const longMs = 100 * 60_000

/** How long one stretch or call lasts: `19:59`, `99:59`, and from 100 minutes on `23 h 50 min`. */
export const lengthText = (ms: number): string => (ms < longMs ? msText(ms) : hoursText(ms / 1_000))

const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

export const dollarsText = (cents: number): string => money.format(cents / 100)

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** Two ISO dates, both included: `Mar 1 – Mar 30`. */
export const windowText = (from: string, to: string): string =>
  from === to ? dateText(from) : `${dateText(from)} – ${dateText(to)}`

/** `Wed, Mar 4`: within a month that is named. */
export const shortDay = (instantMs: number, zone: string): string => weekdayText(isoDate(instantMs, zone))

/** `Mar 4, 2026` */
export const longDate = (instantMs: number, zone: string): string => {
  const date = isoDate(instantMs, zone)
  return `${dateText(date)}, ${date.slice(0, 4)}`
}

/** `Wed, Mar 4, 9:10 AM` */
export const momentText = (instantMs: number, zone: string): string =>
  `${shortDay(instantMs, zone)}, ${clockText(instantMs, zone)}`

/** `9:10 AM – 9:31 AM` on the clocks of a zone. */
export const spanText = (start: number, end: number, zone: string): string =>
  `${clockText(start, zone)} – ${clockText(end, zone)}`

const deductions: Readonly<Record<string, string>> = {
  VOIDED: 'voided',
  NOT_POSITIVE: 'it has no length',
  IN_THE_FUTURE: 'it lies in the future',
  OVER_24_H: 'over 24 hours',
  OLD_LEASE: 'the person’s timer ran elsewhere by then',
  STAFF_OVERLAP: 'the person was with someone else',
  CATEGORY_NEVER_COUNTS: 'this category never counts',
  CREDENTIAL_NEVER_COUNTS: 'time of this credential never counts',
  NO_CONSENT: 'no consent stood',
  EM_DAY: 'on the date of an E/M visit',
  OTHER_PROGRAM: 'counted for another program',
  CREDITED_TO_OTHER: 'counted once, for a colleague',
}

/** `2:10 not counted: on the date of an E/M visit` */
export const deductionText = ({ why, ms }: Deduction): string => {
  const reason = deductions[why] ?? why.toLowerCase().replaceAll('_', ' ')
  return ms > 0 ? `${lengthText(ms)} not counted: ${reason}` : `not counted: ${reason}`
}

/** `a`, `a and b`, `a, b and c` */
export const joined = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
