import type { LineEvent, MonthLine } from '@cufflink/contracts'
import { momentText } from '../../ui/words.ts'

type Submission = LineEvent & { readonly event: 'submitted' }

/** How often the line went to the payer, oldest first. */
export const submissionsOf = ({ history }: Pick<MonthLine, 'history'>): readonly Submission[] =>
  history.filter((one): one is Submission => one.event === 'submitted')

/** Whether the lock that stands went to the payer. */
export const isSubmitted = ({ history }: Pick<MonthLine, 'history'>): boolean =>
  history.findLastIndex(({ event }) => event === 'submitted') >
  history.findLastIndex(({ event }) => event === 'locked')

/** `Submitted on Mar 31, 9:00 AM as R-1.` for each time; of a line that is open again `Was submitted …`. */
export const submissionTexts = (line: MonthLine, zone: string): readonly string[] =>
  submissionsOf(line).map(({ submittedAt, at, reference, code }) => {
    const verb = line.standing === 'locked' ? 'Submitted' : 'Was submitted'
    const as = [
      code === line.line.code ? '' : ` under ${code}`,
      reference === undefined ? '' : ` as ${reference}`,
    ]
    return `${verb} on ${momentText(submittedAt ?? at, zone)}${as.join('')}.`
  })

const verbs = {
  locked: 'Locked',
  submitted: 'Submitted',
  unlocked: 'Unlocked',
  released: 'Released',
  dismissed: 'Dismissed',
  reopened: 'Decisions taken back',
} as const satisfies Record<LineEvent['event'], string>

/** One thing that was done to a line, without its reason: `Unlocked Apr 2, 10:15 AM by bo`. */
export const eventText = (one: LineEvent, zone: string): string => {
  const { event, at, by, units, reference, submittedAt } = one
  const count = units !== undefined && units > 1 ? ` ×${units}` : ''
  const as = reference === undefined ? '' : ` as ${reference}`
  return `${verbs[event]}${count}${as} ${momentText(submittedAt ?? at, zone)} by ${by.replace(/^user:/, '')}`
}
