import { localDate } from '@cufflink/folds'
import type { Evaluation } from './evaluate.ts'
import type { Line } from './lines/line.ts'
import { signalText } from './signals.ts'

/** Why each code stands where it stands, for a person. Plain text, one block per code. */
export const explain = (evaluation: Evaluation): string => explainMonth([evaluation])

/** The same for the periods of one month: what they have in common is said once. */
export function explainMonth(evaluations: readonly Evaluation[]): string {
  const [first] = evaluations
  if (first === undefined) return ''
  const { patient, month, asOf } = first
  const blocks = new Map(
    evaluations.flatMap(({ lines }) => lines.map((line) => [block(line).join('\n'), line.clock] as const)),
  )
  const ofClock = (clock: Line['clock']): readonly string[] =>
    [...blocks].filter(([, held]) => held === clock).map(([text]) => text)
  return [
    `Patient ${patient}, month ${month}. As known at ${new Date(asOf).toISOString()}.`,
    ...evaluations.map(gridText),
    '',
    ...ofClock('episode'),
    ...ofClock('period'),
    ...ofClock('month'),
  ].join('\n')
}

const gridText = ({ period, waitsFor }: Evaluation): string =>
  period
    ? `${period.cut ? 'Rest of a 30-day period' : `30-day period ${period.index + 1}`}: ${period.start} to ${period.end}, dates in ${period.zone}`
    : `No 30-day period yet: ${waitsFor.map((what) => waitingText[what]).join(', ')}.`

const waitingText = {
  CONSENT: 'no consent is on record',
  ORDER: 'no order is on record',
  EPISODE: 'no episode was opened',
  DEVICE: 'no device was assigned',
  READING: 'the first begins with the first reading that counts',
} as const

function block(line: Line): readonly string[] {
  const { rule } = line
  return [
    `${line.code}  ${line.status.toUpperCase()}  ${line.title}`,
    `    ${line.from} to ${line.to}: ${haveText(line)}`,
    ...missingText(line),
    ...(line.units > 0 ? [`    Units: ${line.units}${amountText(line)}`] : []),
    ...line.blocks.map((gate) => `    Blocked: ${signalText(gate, rule.settings)}`),
    ...line.warnings.map((warning) => `    Look: ${signalText(warning, rule.settings)}`),
    ...evidenceText(line),
    ...(line.lastDate ? [`    The patient died: its claim may bear no date after ${line.lastDate}.`] : []),
    `    Final on ${line.finalOn}.${line.locked ? ' Locked: billed as it stood.' : ''}`,
    `    Rule: ${rule.threshold} (${rule.ruleSet}, ${rule.from} to ${rule.to}; ${rule.source}; evidence ${rule.evidence}).`,
    '',
  ]
}

const amountText = ({ amountCents }: Line): string =>
  amountCents === undefined ? '' : `, ${dollars(amountCents)} at the rate on file`

export const dollars = (cents: number): string =>
  `${cents < 0 ? '-' : ''}$${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`

/** `19 min 59 s` */
export const duration = (seconds: number): string =>
  seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

function haveText({ have }: Line): string {
  const parts = [
    ...(have.days === undefined ? [] : [plural(have.days, 'data-day', 'data-days')]),
    ...(have.seconds === undefined ? [] : [duration(have.seconds)]),
    ...(have.conversations === undefined
      ? []
      : [plural(have.conversations, 'conversation', 'conversations')]),
  ]
  return parts.join(', ')
}

function missingText({ missing, reach, lateReach }: Line): readonly string[] {
  const parts = [
    ...(missing.days === undefined ? [] : [plural(missing.days, 'more data-day', 'more data-days')]),
    ...(missing.seconds === undefined ? [] : [`${duration(missing.seconds)} more`]),
    ...(missing.conversation ? ['a conversation with patient or caregiver'] : []),
  ]
  if (parts.length === 0) return []
  const left = plural(reach.daysLeft, 'day is left', 'days are left')
  const outlook = reach.possible
    ? 'it can still be reached'
    : lateReach
      ? 'out of reach, but for what happened and is not written down yet'
      : 'out of reach'
  return [`    Missing: ${parts.join(' and ')}. ${left}: ${outlook}.`]
}

function evidenceText({ evidence }: Line): readonly string[] {
  if (evidence.kind === 'device') {
    const reasons = Map.groupBy(evidence.excluded, ({ why }) => why)
    const dates = evidence.dates.map(({ date }) => date)
    return [
      ...(dates.length === 0 ? [] : [`    Dates: ${dates.join(' ')}`]),
      ...[...reasons].map(
        ([why, readings]) => `    Not counted: ${plural(readings.length, 'reading', 'readings')} (${why})`,
      ),
    ]
  }
  return [
    ...evidence.credited.map(
      ({ clinician, credential, category, start, end }) =>
        `    Counted: ${localDate(start, evidence.zone)} ${duration(Math.floor((end - start) / 1000))}, ${category}, ${clinician} (${credential})`,
    ),
    ...evidence.deducted.map(
      ({ clinician, start, end, why }) =>
        `    Not counted: ${localDate(start, evidence.zone)} ${duration(Math.max(0, Math.floor((end - start) / 1000)))}, ${clinician} (${why})`,
    ),
  ]
}
