import type { MonthLine } from '@cufflink/contracts'
import { submissionsOf } from './line-history.ts'

/** What is done to one line of the sheet. */
export const actWords = {
  submit: 'Submitted',
  unlock: 'Unlock',
  release: 'Release',
  dismiss: 'Dismiss',
  reopen: 'Decide again',
  lock: 'Lock again',
} as const
export type LineActKind = keyof typeof actWords
export type LineAct = { readonly kind: LineActKind; readonly line: MonthLine }

/** What can be done to a line as it stands. */
export const actsOf = (line: MonthLine): readonly LineActKind[] => {
  const acts: LineActKind[] = []
  if (line.standing === 'locked') acts.push('submit', 'unlock')
  if (line.line.status === 'held') acts.push('release', 'dismiss')
  if (isSentBefore(line)) acts.push('lock')
  if (line.line.status !== 'held' && isDecided(line)) acts.push('reopen')
  return acts
}

/** Open again after it went to the payer, and all is there to lock it. */
const isSentBefore = (line: MonthLine): boolean =>
  line.standing === 'held' && line.line.status === 'final' && submissionsOf(line).length > 0

/** Whether a decision about what was held is still in force. */
const isDecided = ({ history }: MonthLine): boolean =>
  history.findLastIndex(({ event }) => event === 'released' || event === 'dismissed') >
  history.findLastIndex(({ event }) => event === 'reopened')
