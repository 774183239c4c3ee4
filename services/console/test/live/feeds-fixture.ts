import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PatientRow, type PracticeMessage, patientKey } from '@cufflink/contracts'
import { partitionOf } from '@cufflink/ledger'
import { daysKey, encodeDays, foldDays, monthOf } from '@cufflink/rules'
import { waitFor } from '@cufflink/testkit'
import {
  encodeRosterEntry,
  openSqliteViews,
  PRACTICES,
  patientDocumentKey,
  patientsOf,
  practiceDocumentKey,
  type Shard,
  type Views,
} from '@cufflink/views'
import { createFeeds } from '../../src/live/feeds.ts'
import { createRows, type Rows } from '../../src/live/rows.ts'

const ZONE = 'America/New_York'
const PARTITIONS = 2
export const MIDNIGHT = Date.parse('2026-03-12T00:00:00-04:00')
export const HOUR_MS = 3_600_000
export const ARRIVES_WITHIN_MS = 3_000

/** What a tracker would write: one commit to a shard, from wherever its watermark is. */
async function write(
  views: Views,
  topic: Shard['topic'],
  key: string,
  commit: Partial<Parameters<Views['commit']>[1]>,
) {
  const shard = { topic, partition: partitionOf(key, PARTITIONS) }
  const expected = await views.watermark(shard)
  await views.commit(shard, {
    expected,
    next: expected + 1,
    documents: [],
    members: [],
    changed: new Map(),
    ...commit,
  })
}

/** Feeds over real views in a file, and a clock that is set by hand. */
export async function openFeeds(change: (rows: Rows) => Rows = (rows) => rows) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'cufflink-feeds-')), (path) =>
    rm(path, { recursive: true }),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(folder, 'views.db') }), (opened) =>
    opened.close(),
  )
  let now = MIDNIGHT - HOUR_MS
  const clock = { rate: 1, now: () => now }
  const ledger = { partitions: PARTITIONS, partitionOf: (key: string) => partitionOf(key, PARTITIONS) }
  const rows = createRows({ ledger, views, clock })
  const feeds = createFeeds({ rows: change(rows), views, clock })
  stack.defer(() => feeds.closeAll())
  const entry = { offset: 0, name: 'Riverside', zone: ZONE }
  await write(views, 'activity', 'riverside', {
    documents: [{ key: practiceDocumentKey('riverside'), bytes: encodeRosterEntry(entry) }],
    members: [{ set: PRACTICES, member: 'riverside' }],
  })
  const owned = stack.move()
  return {
    feeds,
    setClock: (instant: number) => {
      now = instant
    },
    enrol: (patient: string, name = patient) =>
      write(views, 'activity', patientKey('riverside', patient), {
        documents: [
          {
            key: patientDocumentKey('riverside', patient),
            bytes: encodeRosterEntry({ offset: 0, name, zone: ZONE, enrolledAt: MIDNIGHT - 1_000 * HOUR_MS }),
          },
        ],
        members: [{ set: patientsOf('riverside'), member: patient }],
        changed: new Map([['riverside', new Set([patient])]]),
      }),
    read: (patient: string, measuredAt: number) =>
      write(views, 'readings', patientKey('riverside', patient), {
        documents: [
          { key: daysKey('riverside', patient, monthOf(measuredAt)), bytes: oneReading(patient, measuredAt) },
        ],
        changed: new Map([['riverside', new Set([patient])]]),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function oneReading(patient: string, measuredAt: number): Uint8Array {
  const reading = {
    device: 'cuff',
    measuredAt,
    gatewayReceivedAt: measuredAt,
    clockQuality: 'synced',
    measurement: { kind: 'body-weight', weightKg: 80 },
  } as const
  const envelope = {
    id: 'x',
    type: 'reading.recorded',
    v: 1,
    tenant: 'riverside',
    at: measuredAt,
    by: 'device:cuff',
  } as const
  return encodeDays(foldDays(undefined, { ...envelope, data: { patient, reading } }, 0))
}

/** A reader that keeps what it is sent. */
export function collect() {
  const messages: PracticeMessage[] = []
  return {
    messages,
    send: (text: string): void => void messages.push(JSON.parse(text) as PracticeMessage),
    row: (patient: string): PatientRow | undefined =>
      messages.flatMap(({ patients }) => patients).findLast((row) => row.patient === patient),
    counts: (patient: string, dataDays: number) =>
      waitFor(
        () =>
          messages.flatMap(({ patients }) => patients).findLast((row) => row.patient === patient)
            ?.dataDays === dataDays,
        { withinMs: ARRIVES_WITHIN_MS, what: `${dataDays} data-days of ${patient}` },
      ),
  }
}
