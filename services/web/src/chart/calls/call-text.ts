import type { ChartScope } from '../chart-context.ts'
import type { ChartInteraction } from '../parts.ts'
import { directionWords, modeWords, outcomeWords } from './call-draft.ts'

/** `Phone, outgoing, the patient` · `Video, incoming, Rosa Diaz (daughter)` · `Phone, outgoing, no one: no answer` */
export const callText = ({ mode, direction, reached, outcome, caregiver }: ChartInteraction): string => {
  const who =
    caregiver === undefined
      ? { patient: 'the patient', caregiver: 'a caregiver', nobody: 'no one' }[reached]
      : `${caregiver.name} (${caregiver.relation})`
  const came = outcome === undefined || outcome === 'talked' ? '' : `: ${outcomeWords[outcome].toLowerCase()}`
  return `${modeWords[mode]}, ${directionWords[direction].toLowerCase()}, ${who}${came}`
}

/** One’s own, or as an administrator anybody’s. */
export const mayVoid = (
  { clinician, voided }: ChartInteraction,
  { user, may }: Pick<ChartScope, 'user' | 'may'>,
): boolean => !voided && ((may.work && clinician === user) || may.correct)
