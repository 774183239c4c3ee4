import type { Patch, PatientRow, Window } from '@cufflink/contracts'

export const startMs = Date.UTC(2026, 2, 4, 12)

export const row = (patient: string, dataDays = 0, more: Partial<PatientRow> = {}): PatientRow => ({
  patient,
  name: `Patient ${patient}`,
  zone: 'America/New_York',
  today: '2026-03-04',
  dataDays,
  waitsFor: [],
  month: { month: '2026-03', seconds: 0, conversation: false },
  codes: [],
  working: [],
  changes: 0,
  ...more,
})

export const window = (version: number, rows: PatientRow[], more: Partial<Window> = {}): Window => ({
  type: 'window',
  version,
  practice: { id: 'cedar', name: 'Cedar Heart', zone: 'America/New_York' },
  clockRate: 1,
  now: startMs,
  order: { key: 'name', direction: 'ascending' },
  search: '',
  quick: [],
  first: 0,
  count: 100,
  total: rows.length,
  matching: rows.length,
  counts: { call: 0, near: 0, missing: 0, working: 0 },
  rows,
  staff: [],
  ...more,
})

export const patch = (version: number, rows: PatientRow[], more: Partial<Patch> = {}): Patch => ({
  type: 'patch',
  version,
  now: startMs,
  rows,
  staff: [],
  ...more,
})
