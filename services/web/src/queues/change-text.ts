import type { AnswerOf } from '@cufflink/contracts'
import { dollarsText } from '../ui/words.ts'

export type Change = AnswerOf<'listChanges'>['changes'][number]

const codeText = (code: string | undefined, units: number): string => {
  if (code === undefined || units === 0) return 'nothing'
  return units > 1 ? `${code} ×${units}` : code
}

/** `99457 → 99470` · `99458 ×2 → 99458` · `99454 → nothing` */
export const changeText = ({ oldCode, oldUnits, newCode, newUnits }: Change): string =>
  `${codeText(oldCode, oldUnits)} → ${codeText(newCode, newUnits)}`

/** With its sign: what the practice would get more, or must give back. */
export const differenceText = (cents: number): string =>
  `${cents < 0 ? '−' : '+'}${dollarsText(Math.abs(cents))}`

export const changeKey = ({ patient, oldCode, from, to }: Change): string =>
  `${patient} ${oldCode} ${from} ${to}`

export const actions = {
  corrected: 'Corrected claim sent',
  refunded: 'Refunded',
  left: 'Left as it is',
} as const
export type Action = keyof typeof actions

/** What is usual: money to give back is refunded, unless the claim has not gone out. */
export const usualAction = ({ submitted, differenceCents }: Change): Action =>
  submitted && differenceCents < 0 ? 'refunded' : 'corrected'
