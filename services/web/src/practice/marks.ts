import type { PatientRow } from '@cufflink/contracts'

/** Seconds of a month at which another code begins; the usual thresholds of the rules (§3). */
export const minuteMarks = [600, 1_200, 2_400, 3_600] as const
/** Data-days of a period with which the code of 16 and more begins. */
export const dayMark = 16

const nearSeconds = 120
const nearDays = 2

/** The first mark that is not reached; none after the last. */
export const nextMark = (seconds: number): number | undefined => minuteMarks.find((mark) => seconds < mark)

/** How far on the scale of the marks, 0 to 1. */
export const onScale = (seconds: number): number =>
  Math.min(1, seconds / minuteMarks[minuteMarks.length - 1]!)

type Met = Pick<PatientRow, 'month' | 'dataDays' | 'waitsFor'>

/** Enough time for a code, and nobody spoke with the patient yet. */
export const needsCall = ({ month }: Met): boolean => month.seconds >= minuteMarks[0] && !month.conversation

/** A little more time, or another day or two, and another code is met. */
export const isNearMark = ({ month, dataDays }: Met): boolean => {
  const mark = nextMark(month.seconds)
  const isNearInTime = mark !== undefined && month.seconds > 0 && mark - month.seconds <= nearSeconds
  return isNearInTime || (dataDays < dayMark && dayMark - dataDays <= nearDays)
}

/** Something that somebody must record is missing; a first reading comes by itself. */
export const isNotSetUp = ({ waitsFor }: Met): boolean => waitsFor.some((missing) => missing !== 'READING')

const missingTexts = {
  CONSENT: 'no consent',
  ORDER: 'no order',
  EPISODE: 'no episode',
  DEVICE: 'no device',
  READING: 'no reading that counts',
} as const satisfies Record<PatientRow['waitsFor'][number], string>

/** What is missing, in words. */
export const missingText = (missing: PatientRow['waitsFor'][number]): string => missingTexts[missing]

type CodeStatus = PatientRow['codes'][number]['status']

/** A sign and a word for each status, so that it is told without colour. */
export const codeStatuses = {
  supported: { sign: '◐', text: 'supported, its window is open' },
  final: { sign: '●', text: 'final' },
  short: { sign: '○', text: 'short' },
  blocked: { sign: '✕', text: 'blocked' },
  held: { sign: '‖', text: 'held for a person to decide' },
} as const satisfies Record<CodeStatus, { sign: string; text: string }>

/** Letters for a name: `Ada Quinn, RN` → `AQ`. */
export const initialsOf = (name: string): string => {
  const [before = ''] = name.split(/[,(]/)
  const words = before
    .replace(/\b(Dr|Mr|Mrs|Ms|Prof)\.?\s/g, '')
    .split(/[\s-]+/)
    .filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '')
  return letters.join('').toUpperCase() || '?'
}
