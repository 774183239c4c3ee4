import type { Chart, ChartStretch } from '@cufflink/contracts'
import { isProgram } from './read-file.ts'
import { isPrompt } from './read-line.ts'
import { is, isFlag, isNumber, isText, listOf, optional, shape } from './shape.ts'

type Interaction = Chart['interactions'][number]
type Note = Chart['notes'][number]

export const isDeduction = shape<Chart['tally']['deductions'][number]>({ why: isText, ms: isNumber })

export const isStretch = shape<ChartStretch>({
  session: optional(isText),
  startedAt: isNumber,
  clinician: isText,
  clinicianName: isText,
  program: isProgram,
  category: isText,
  start: isNumber,
  end: isNumber,
  byHand: isFlag,
  running: isFlag,
  voided: isFlag,
  amendments: isNumber,
  version: isNumber,
  creditedMs: isNumber,
  deductions: listOf(isDeduction),
  reason: optional(isText),
})

export const isInteraction = shape<Interaction>({
  interaction: isText,
  clinician: isText,
  clinicianName: isText,
  startedAt: isNumber,
  endedAt: isNumber,
  mode: is('phone', 'video', 'in-person'),
  direction: is('inbound', 'outbound'),
  reached: is('patient', 'caregiver', 'nobody'),
  outcome: optional(is('talked', 'left-message', 'no-answer', 'declined', 'cut-off')),
  caregiver: optional(shape<NonNullable<Interaction['caregiver']>>({ name: isText, relation: isText })),
  counts: isFlag,
  voided: isFlag,
})

export const isReviewed = shape<Note['readings'][number]>({
  device: isText,
  measuredAt: isNumber,
  offset: isNumber,
})
export const isNote = shape<Note>({
  note: isText,
  clinician: isText,
  clinicianName: isText,
  notedAt: isNumber,
  version: isNumber,
  amendments: isNumber,
  category: isText,
  readings: listOf(isReviewed),
  dataReviewed: isText,
  assessment: isText,
  decision: isText,
  nextStep: isText,
  missing: listOf(isPrompt),
})

export const isProposal = shape<Chart['proposals'][number]>({
  session: isText,
  clinician: isText,
  clinicianName: isText,
  startedAt: isNumber,
  until: isNumber,
  program: isProgram,
  category: isText,
  reason: isText,
  decision: optional(is('approved', 'declined')),
})
