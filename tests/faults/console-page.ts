import assert from 'node:assert/strict'
import { type PatientRow, patientKey, type Window } from '@cufflink/contracts'
import { datesOf, listRequest, recount, type SignedInPerson, signUp, waitFor } from '@cufflink/testkit'
import type { System } from './system.ts'

/** What the console tells a page that opens comes to what the recount says, for every patient and date; what it hears of may be on its way. */
export async function pageIsRight({ devices, dump, consoleUrl }: System): Promise<void> {
  const counted = recount(await dump('readings'))
  const { tenant: practice } = devices[0]!
  const person = await signUp({ consoleUrl, practice })
  const isRight = async (): Promise<true> => {
    const rows = await rowsOf(person, practice)
    const shown = new Map(rows.map(({ patient, period }) => [patient, nonZero(period)]))
    for (const { tenant, patient, zone } of devices) {
      const expected = datesOf(counted.get(patientKey(tenant, patient)) ?? new Map(), zone)
      assert.deepEqual(shown.get(patient), sorted(expected), `${patient} on the page`)
    }
    return true
  }
  await waitFor(isRight, { what: 'the page to be right' })
}

/** All rows, window by window. */
async function rowsOf(person: SignedInPerson, practice: string): Promise<PatientRow[]> {
  const socket = person.socket('livePractice', { practice })
  const windows: Window[] = []
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { readonly type: string }
    if (message.type === 'window') windows.push(message as Window)
  })
  const windowFrom = async (first: number): Promise<Window> => {
    if (first > 0) socket.send(JSON.stringify({ ...listRequest, first }))
    const found = () => windows.find((window) => window.first === first)
    return waitFor(found, { what: 'a window' })
  }
  try {
    const rows: PatientRow[] = []
    for (;;) {
      const window = await windowFrom(rows.length)
      rows.push(...window.rows)
      if (rows.length >= window.total || window.rows.length === 0) return rows
    }
  } finally {
    socket.close()
  }
}

function nonZero(period: PatientRow['period']): Record<string, number> {
  if (period === undefined) return {}
  const first = Temporal.PlainDate.from(period.start)
  const days = period.readingsPerDate.map(
    (count, day) => [first.add({ days: day }).toString(), count] as const,
  )
  return Object.fromEntries(days.filter(([, count]) => count > 0))
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
