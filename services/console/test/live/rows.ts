import type { PatientRow } from '@cufflink/contracts'

/** A row of the list. */
export const rowOf = (patient: string, more: Partial<PatientRow> = {}): PatientRow => ({
  patient,
  name: patient,
  zone: 'America/New_York',
  today: '2026-03-11',
  dataDays: 0,
  waitsFor: [],
  month: { month: '2026-03', seconds: 0, conversation: false },
  codes: [],
  working: [],
  changes: 0,
  ...more,
})
