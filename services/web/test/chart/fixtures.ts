import type { Chart, ChartReading, ChartStretch, CodeLine } from '@cufflink/contracts'
import type { ChartInteraction, ChartNote } from '../../src/chart/parts.ts'
import { row } from '../app/live/fixtures.ts'

export const nowMs = Date.UTC(2026, 2, 4, 17)
const minuteMs = 60_000

export const line = (code: string, more: Partial<CodeLine> = {}): CodeLine => ({
  code,
  program: 'RPM',
  title: `Title of ${code}`,
  clock: 'month',
  from: '2026-03-01',
  to: '2026-03-31',
  status: 'short',
  units: 0,
  have: { seconds: 950, conversations: 0 },
  missing: { seconds: 250, conversation: true },
  reach: { possible: true, daysLeft: 27 },
  finalOn: '2026-04-06',
  blocks: [],
  warnings: [],
  locked: false,
  threshold: 'at least 1200 s',
  source: 'checklist',
  ...more,
})

export const session = (more: Partial<ChartStretch> = {}): ChartStretch => ({
  session: 'e-1',
  startedAt: nowMs - 30 * minuteMs,
  clinician: 'ada',
  clinicianName: 'Ada Brandt',
  program: 'RPM',
  category: 'data-review',
  start: nowMs - 30 * minuteMs,
  end: nowMs - 20 * minuteMs,
  byHand: false,
  running: false,
  voided: false,
  amendments: 0,
  version: 7,
  creditedMs: 10 * minuteMs,
  deductions: [],
  ...more,
})

export const call = (more: Partial<ChartInteraction> = {}): ChartInteraction => ({
  interaction: 'i-1',
  clinician: 'ada',
  clinicianName: 'Ada Brandt',
  startedAt: nowMs - 10 * minuteMs,
  endedAt: nowMs - 5 * minuteMs,
  mode: 'phone',
  direction: 'outbound',
  reached: 'patient',
  outcome: 'talked',
  counts: true,
  voided: false,
  ...more,
})

export const reading = (measuredAt: number, more: Partial<ChartReading> = {}): ChartReading => ({
  device: 'dev-1',
  measuredAt,
  clockQuality: 'synced',
  offset: 12,
  retracted: false,
  measurement: { kind: 'blood-pressure', systolicMmHg: 128, diastolicMmHg: 82 },
  ...more,
})

export const note = (more: Partial<ChartNote> = {}): ChartNote => ({
  note: 'n-1',
  clinician: 'ada',
  clinicianName: 'Ada Brandt',
  notedAt: nowMs,
  version: 4,
  amendments: 0,
  category: 'data-review',
  readings: [{ device: 'dev-1', measuredAt: nowMs, offset: 12 }],
  dataReviewed: 'The last seven days.',
  assessment: 'Stable.',
  decision: 'No change.',
  nextStep: 'Look again in a week.',
  missing: [],
  ...more,
})

export const file: Chart['file'] = {
  enrolledAt: nowMs - 86_400_000,
  programs: ['RPM', 'CCM'],
  condition: 'hypertension',
  payer: 'medicare',
  established: true,
  consents: [{ consentedAt: nowMs - 9_000, mode: 'verbal', takenBy: 'ada', costShareExplained: true }],
  orders: [
    {
      orderedAt: nowMs - 8_000,
      practitioner: 'dr-duarte',
      diagnosis: 'I10',
      kind: 'blood-pressure',
      readingsPerWeek: 7,
    },
  ],
  episodes: [{ episode: 'e-1', openedAt: nowMs - 7_000, setUpAt: nowMs - 6_000 }],
  devices: [{ device: 'dev-1', model: 'BP cuff', from: nowMs - 5_000 }],
  visits: [{ visit: 'v-1', visitedAt: nowMs - 4_000, practitioner: 'dr-duarte', voided: false }],
}

export const chart = (more: Partial<Chart> = {}): Chart => ({
  type: 'chart',
  version: 1,
  now: nowMs,
  clockRate: 1,
  practice: {
    id: 'cedar',
    name: 'Cedar Heart',
    zone: 'America/New_York',
    settings: { timerStart: 'automatic', startDelayS: 0, entryBackDays: 31, approveEntries: false },
  },
  month: '2026-03',
  row: row('p-1'),
  file,
  gates: [{ gate: 'consent', ok: true, at: nowMs - 9_000, by: 'ada', text: 'verbal' }],
  lines: [line('99457')],
  prompts: [{ prompt: 'note', text: 'Write a note for this month.' }],
  tally: {
    seconds: 600,
    byProgram: [{ program: 'RPM', seconds: 600 }],
    rows: [
      {
        program: 'RPM',
        category: 'data-review',
        clinician: 'ada',
        clinicianName: 'Ada Brandt',
        creditedMs: 600_000,
        deductedMs: 0,
      },
    ],
    deductions: [{ why: 'EM_DAY', ms: 60_000 }],
    conversations: 0,
  },
  sessions: [session()],
  interactions: [call({ caregiver: { name: 'Rosa Diaz', relation: 'daughter' }, reached: 'caregiver' })],
  notes: [note()],
  proposals: [
    {
      session: 'e-2',
      clinician: 'ada',
      clinicianName: 'Ada Brandt',
      startedAt: nowMs,
      until: nowMs + 1,
      program: 'RPM',
      category: 'data-review',
      reason: 'forgot',
    },
  ],
  claims: [
    {
      code: '99457',
      from: '2026-02-01',
      to: '2026-02-28',
      units: 1,
      amountCents: 5_177,
      lockedAt: nowMs,
      history: [{ event: 'locked', at: nowMs, by: 'user:bo', code: '99457', units: 1, amountCents: 5_177 }],
    },
  ],
  readings: [reading(nowMs)],
  practitioners: [{ user: 'dr-lee', name: 'Dana Lee, MD', credential: 'Physician' }],
  categories: [
    { category: 'data-review', title: 'Review of data', counts: true },
    { category: 'training', title: 'Training', counts: false },
  ],
  ...more,
})
