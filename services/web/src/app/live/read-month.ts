import type { MonthLine, MonthMessage } from '@cufflink/contracts'
import { isCodeLine, isLineEvent, isPrompt } from './read-line.ts'
import { anyOf, is, isNumber, isText, listOf, optional, reader, shape } from './shape.ts'

type Of<Type> = Extract<MonthMessage, { type: Type }>

const isOpened = shape<Of<'month'>>({
  type: is('month'),
  month: isText,
  now: isNumber,
  clockRate: isNumber,
  practice: shape<Of<'month'>['practice']>({ id: isText, name: isText, zone: isText }),
  patients: isNumber,
})

const isLine = shape<MonthLine>({
  patient: isText,
  name: isText,
  standing: is('ready', 'open', 'short', 'blocked', 'held', 'locked'),
  line: isCodeLine,
  prompts: listOf(isPrompt),
  history: listOf(isLineEvent),
})

const isLines = shape<Of<'month.lines'>>({
  type: is('month.lines'),
  patients: listOf(isText),
  lines: listOf(isLine),
  failed: listOf(isText),
})

const isProgress = shape<Of<'month.progress'>>({
  type: is('month.progress'),
  step: is('evaluating', 'locking'),
  done: isNumber,
  of: isNumber,
})

const isEnded = shape<Of<'month.closing-ended'>>({
  type: is('month.closing-ended'),
  closing: isText,
  locked: isNumber,
  code: optional(isText),
})

export const readMonthMessage = reader(anyOf<MonthMessage>(isLines, isOpened, isProgress, isEnded))
