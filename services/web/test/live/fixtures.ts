import type { Patch, PatientRow, Snapshot } from '@cufflink/contracts'

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

export const snapshot = (
  version: number,
  patients: PatientRow[],
  more: Partial<Snapshot> = {},
): Snapshot => ({
  type: 'snapshot',
  version,
  practice: { id: 'cedar', name: 'Cedar Heart', zone: 'America/New_York' },
  clockRate: 1,
  now: startMs,
  patients,
  staff: [],
  ...more,
})

export const patch = (version: number, patients: PatientRow[], now = startMs): Patch => ({
  type: 'patch',
  version,
  now,
  patients,
  staff: [],
})
