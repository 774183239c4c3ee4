import type { ChartStretch } from '@cufflink/contracts'
import { countText, spanText } from '../../ui/words.ts'
import type { ChartScope } from '../chart-context.ts'

/** Names a stretch as the ledger does: by its person, and its beginning as first written. */
export const stretchKey = ({ clinician, startedAt, session }: ChartStretch): string =>
  `${clinician} ${startedAt} ${session ?? ''}`

export const stretchMarks = ({ byHand, running, voided, amendments }: ChartStretch): readonly string[] => [
  ...(running ? ['running'] : []),
  byHand ? 'by hand' : 'timer',
  ...(amendments > 0 ? [`amended${amendments > 1 ? ` ${amendments} times` : ''}`] : []),
  ...(voided ? ['voided'] : []),
]

/** One’s own, or as an administrator anybody’s; not what still runs, is voided, or has no name by which to change it. */
export const mayCorrect = (
  { clinician, session, running, voided }: ChartStretch,
  { user, may }: Pick<ChartScope, 'user' | 'may'>,
): boolean =>
  session !== undefined && !running && !voided && ((may.work && clinician === user) || may.correct)

/** What a stretch is, for those who must decide again because someone changed it meanwhile. */
export const standingText = (session: ChartStretch, zone: string): string => {
  const { start, end, program, category, amendments, voided } = session
  const kind = `${program}, ${category.replaceAll('-', ' ')}`
  const changed = amendments === 0 ? '' : `, amended ${countText(amendments, 'time')}`
  return `${spanText(start, end, zone)}, ${kind}${changed}${voided ? ', voided' : ''}`
}
