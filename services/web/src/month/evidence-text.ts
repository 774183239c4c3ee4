import type { AnswerOf } from '@cufflink/contracts'
import { countText } from '../ui/words.ts'

type Verification = AnswerOf<'verifyEvidence'>
type Fault = Verification['faults'][number]

const words = {
  changed: 'was changed',
  missing: 'is missing',
  'out-of-order': 'stands in another place than it was written',
  unsealed: 'has no seal',
  forked: 'stands beside another of the same place',
} as const satisfies Record<Fault['fault'], string>

/** Sequence 0 is the seal itself. */
export const faultText = ({ closing, sequence, fault }: Fault): string =>
  `Closing ${closing}, ${sequence === 0 ? 'the seal' : `line ${sequence}`} ${words[fault]}.`

export const wholeText = ({ closings, lines, faults }: Verification): string => {
  const size = `${countText(lines, 'line')} in ${countText(closings, 'closing')}`
  if (faults.length === 0) return `The evidence is whole: ${size}.`
  return `The evidence is not whole: ${countText(faults.length, 'fault')} in ${size}.`
}
