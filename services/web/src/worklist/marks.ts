import type { PatientRow } from '@cufflink/contracts'
import { minuteMarks } from '@cufflink/contracts/list'

/** How far on the scale of the marks, 0 to 1. */
export const onScale = (seconds: number): number =>
  Math.min(1, seconds / minuteMarks[minuteMarks.length - 1]!)

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
