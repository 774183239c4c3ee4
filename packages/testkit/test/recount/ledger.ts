import type { DumpedRecord } from '@cufflink/contracts/recount'

/** Instants of 2026 around the end of daylight saving time in New York. */
export const at = (text: string): number => Date.parse(text)

type Invented = {
  readonly n: number
  readonly patient?: string
  readonly id?: string
  readonly instant: string
}

/** An invented reading as the ledger holds it, at offset `n`. */
export function reading({ n, patient = 'ada', id = `r-${n}`, instant }: Invented): DumpedRecord {
  const measured = { device: `cuff-${patient}`, measuredAt: at(instant), measurement: bloodPressure }
  return record(n, patient, { id, type: 'reading.recorded', data: { patient, reading: measured } })
}

export const retraction = (n: number, readingId: string, patient = 'ada'): DumpedRecord =>
  record(n, patient, { id: `x-${n}`, type: 'reading.retracted', data: { patient, readingId } })

export const raw = (n: number, text: string, key = 'riverside/ada'): DumpedRecord => ({
  partition: 0,
  offset: n,
  key,
  text,
})

const record = (n: number, patient: string, fact: object): DumpedRecord =>
  raw(n, JSON.stringify({ v: 1, tenant: 'riverside', ...fact }), `riverside/${patient}`)

const bloodPressure = { kind: 'blood-pressure', systolicMmHg: 120, diastolicMmHg: 80 }
