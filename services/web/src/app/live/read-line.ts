import type { CodeLine, LineEvent, Prompt } from '@cufflink/contracts'
import { is, isDate, isFlag, isNumber, isText, listOf, optional, shape } from './shape.ts'

const isSignal = shape<CodeLine['blocks'][number]>({ signal: isText, text: isText })

export const isPrompt = shape<Prompt>({ prompt: isText, text: isText })

/** Where a code stands in one window; the month's sheet carries it too. */
export const isCodeLine = shape<CodeLine>({
  code: isText,
  program: is('RPM', 'RTM'),
  title: isText,
  clock: is('episode', 'period', 'month'),
  from: isDate,
  to: isDate,
  status: is('supported', 'short', 'blocked', 'held', 'final'),
  units: isNumber,
  have: shape<CodeLine['have']>({
    days: optional(isNumber),
    seconds: optional(isNumber),
    conversations: optional(isNumber),
  }),
  missing: shape<CodeLine['missing']>({
    days: optional(isNumber),
    seconds: optional(isNumber),
    conversation: optional(is(true)),
  }),
  reach: shape<CodeLine['reach']>({ possible: isFlag, daysLeft: isNumber }),
  estimate: optional(shape<NonNullable<CodeLine['estimate']>>({ chance: isNumber, because: isText })),
  finalOn: isDate,
  lastDate: optional(isDate),
  blocks: listOf(isSignal),
  warnings: listOf(isSignal),
  amountCents: optional(isNumber),
  locked: isFlag,
  threshold: isText,
  source: isText,
})

/** What someone did to a line. */
export const isLineEvent = shape<LineEvent>({
  event: is('locked', 'submitted', 'unlocked', 'released', 'dismissed', 'reopened'),
  at: isNumber,
  by: isText,
  code: isText,
  units: optional(isNumber),
  amountCents: optional(isNumber),
  submittedAt: optional(isNumber),
  reference: optional(isText),
  reason: optional(isText),
})
