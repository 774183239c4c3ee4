import type { Chart, ChartReading, Measurement } from '@cufflink/contracts'
import type { ChartMessage } from '../../chart/chart-state.ts'
import { isFile, isProgram } from './read-file.ts'
import { isCodeLine, isLineEvent, isPrompt } from './read-line.ts'
import { isPong, isRow } from './read-message.ts'
import { isDeduction, isInteraction, isNote, isProposal, isStretch } from './read-record.ts'
import type { Check } from './shape.ts'
import { anyOf, is, isDate, isFlag, isNumber, isText, listOf, optional, reader, shape } from './shape.ts'

const isTally = shape<Chart['tally']>({
  seconds: isNumber,
  byProgram: listOf(shape<Chart['tally']['byProgram'][number]>({ program: isProgram, seconds: isNumber })),
  rows: listOf(
    shape<Chart['tally']['rows'][number]>({
      program: isProgram,
      category: isText,
      clinician: isText,
      clinicianName: isText,
      creditedMs: isNumber,
      deductedMs: isNumber,
    }),
  ),
  deductions: listOf(isDeduction),
  conversations: isNumber,
})

const isGate = shape<Chart['gates'][number]>({
  gate: is('consent', 'order', 'episode', 'set-up', 'device'),
  ok: isFlag,
  at: optional(isNumber),
  by: optional(isText),
  text: isText,
})

const isClaim = shape<Chart['claims'][number]>({
  code: isText,
  from: isDate,
  to: isDate,
  units: isNumber,
  amountCents: isNumber,
  lockedAt: isNumber,
  submittedAt: optional(isNumber),
  history: listOf(isLineEvent),
})

type Of<Kind> = Extract<Measurement, { kind: Kind }>
const isMeasurement: Check = anyOf<Measurement>(
  shape<Of<'blood-pressure'>>({
    kind: is('blood-pressure'),
    systolicMmHg: isNumber,
    diastolicMmHg: isNumber,
    pulsePerMin: optional(isNumber),
    irregularPulse: optional(isFlag),
  }),
  shape<Of<'body-weight'>>({ kind: is('body-weight'), weightKg: isNumber }),
  shape<Of<'blood-glucose'>>({
    kind: is('blood-glucose'),
    glucoseMgPerDl: isNumber,
    meal: optional(is('before', 'after', 'fasting', 'bedtime')),
  }),
)
const isReading = shape<ChartReading>({
  device: isText,
  measuredAt: isNumber,
  clockQuality: is('synced', 'offset', 'estimated', 'receipt'),
  deviceTime: optional(isNumber),
  offset: isNumber,
  retracted: isFlag,
  sentAgain: optional(isFlag),
  measurement: isMeasurement,
})

const isSettings = shape<Chart['practice']['settings']>({
  timerStart: is('automatic', 'delayed', 'by-hand'),
  startDelayS: isNumber,
  entryBackDays: isNumber,
  approveEntries: isFlag,
})

const isChart = shape<Chart>({
  type: is('chart'),
  version: isNumber,
  now: isNumber,
  clockRate: isNumber,
  practice: shape<Chart['practice']>({ id: isText, name: isText, zone: isText, settings: isSettings }),
  month: isText,
  row: isRow,
  file: isFile,
  gates: listOf(isGate),
  lines: listOf(isCodeLine),
  prompts: listOf(isPrompt),
  tally: isTally,
  sessions: listOf(isStretch),
  interactions: listOf(isInteraction),
  notes: listOf(isNote),
  proposals: listOf(isProposal),
  claims: listOf(isClaim),
  readings: listOf(isReading),
  practitioners: listOf(
    shape<Chart['practitioners'][number]>({ user: isText, name: isText, credential: isText }),
  ),
  categories: listOf(shape<Chart['categories'][number]>({ category: isText, title: isText, counts: isFlag })),
})

export const readChart = reader(anyOf<ChartMessage>(isChart, isPong))
