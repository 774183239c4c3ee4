import assert from 'node:assert/strict'
import { patientKey, type Snapshot } from '@cufflink/contracts'
import { datesOf, recount, signUp, waitFor } from '@cufflink/testkit'
import type { System } from './system.ts'

const SHOWN_WITHIN_MS = 10_000

/** What the console tells a page that opens now is what the recount says, for every patient and date. */
export async function pageIsRight({ devices, dump, consoleUrl }: System): Promise<void> {
  const counted = recount(await dump('readings'))
  const { patients } = await snapshotOf(consoleUrl, devices[0]!.tenant)
  const shown = new Map(patients.map(({ patient, period }) => [patient, nonZero(period)]))
  for (const { tenant, patient, zone } of devices) {
    const expected = datesOf(counted.get(patientKey(tenant, patient)) ?? new Map(), zone)
    assert.deepEqual(shown.get(patient), sorted(expected), `${patient} on the page`)
  }
}

async function snapshotOf(consoleUrl: string, practice: string): Promise<Snapshot> {
  const person = await signUp({ consoleUrl, practice })
  const socket = person.socket('livePractice', { practice })
  try {
    const first = Promise.withResolvers<string>()
    socket.addEventListener('message', ({ data }) => first.resolve(String(data)), { once: true })
    const text = await waitFor(() => first.promise, { withinMs: SHOWN_WITHIN_MS, what: 'the snapshot' })
    return JSON.parse(text) as Snapshot // the first message of a page is one
  } finally {
    socket.close()
  }
}

function nonZero(period: Snapshot['patients'][number]['period']): Record<string, number> {
  if (period === undefined) return {}
  const first = Temporal.PlainDate.from(period.start)
  const days = period.readingsPerDate.map(
    (count, day) => [first.add({ days: day }).toString(), count] as const,
  )
  return Object.fromEntries(days.filter(([, count]) => count > 0))
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
