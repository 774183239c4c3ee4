import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDocuments, createPractices, createReadingCharts, type Practices } from '@cufflink/charts'
import {
  type ActivityFact,
  type Patch,
  type PatientRow,
  type Pong,
  patientKey,
  type Snapshot,
} from '@cufflink/contracts'
import { createOutcomes, partitionOf, type Registry } from '@cufflink/ledger'
import { daysKey, encodeDays, foldDays, monthOf } from '@cufflink/rules'
import { createLogger, createMetrics } from '@cufflink/runtime'
import { waitFor } from '@cufflink/testkit'
import {
  encodeFactList,
  fileKey,
  openSqliteViews,
  PRACTICES,
  patientsOf,
  practiceKey,
  type Shard,
  type Views,
} from '@cufflink/views'
import { createAlone } from '../../src/charts/alone.ts'
import { createFeeds } from '../../src/live/feeds.ts'
import { openPracticeFeed } from '../../src/live/practice-feed.ts'
import { pongOf, validated } from './valid.ts'

const ZONE = 'America/New_York'
const PARTITIONS = 2
export const MIDNIGHT = Date.parse('2026-03-12T00:00:00-04:00')
export const HOUR_MS = 3_600_000
const ENROLLED = MIDNIGHT - 1_000 * HOUR_MS
export const ARRIVES_WITHIN_MS = 3_000

/** Nobody works here, and everybody has the same device. */
const accounts = {
  outcomes: createOutcomes(),
  find: () => undefined,
  of: () => [],
  wasDisabled: () => false,
  signedOutAt: () => 0,
  onChange: () => () => undefined,
  onSignedOut: () => () => undefined,
  close: async () => undefined,
}
const registry: Pick<Registry, 'of'> = {
  of: (tenant, patient) => [
    {
      tenant,
      version: 'first',
      device: 'cuff',
      model: 'BPM',
      secretDigest: '0'.repeat(64),
      status: 'active',
      assignments: [{ patient, from: ENROLLED }],
    },
  ],
}

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
export async function openFeeds(change: (practices: Practices) => Practices = (practices) => practices) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'cufflink-feeds-')), (path) =>
    rm(path, { recursive: true }),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(folder, 'views.db') }), (opened) =>
    opened.close(),
  )
  let now = MIDNIGHT - HOUR_MS
  const clock = { rate: 1, now: () => now }
  const ledger = {
    partitions: PARTITIONS,
    partitionOf: (key: string) => partitionOf(key, PARTITIONS),
    // Nothing is on it: whatever the views have is written by hand.
    endOffsets: async () => [0, 0],
  }
  const documents = createDocuments({ ledger, views })
  const charts = createReadingCharts({ documents, accounts, registry, clock })
  const errors: string[] = []
  const logger = createLogger({
    service: 'test',
    destination: { write: (line: string) => void errors.push(line) },
  })
  const metrics = createMetrics({ service: 'test' })
  const alone = createAlone({ logger, metrics })
  const practices = change(createPractices(documents))
  const feeds = createFeeds((practice) =>
    openPracticeFeed({ practice, practices, charts, accounts, views, clock, alone }),
  )
  stack.defer(() => feeds.closeAll())
  const opened = fact('practice.opened', { name: 'Riverside', zone: ZONE })
  await write(views, 'activity', 'riverside', {
    documents: [{ key: practiceKey('riverside'), bytes: encodeFactList([{ offset: 0, fact: opened }]) }],
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
        documents: [{ key: fileKey('riverside', patient), bytes: fileOf(patient, name) }],
        members: [{ set: patientsOf('riverside'), member: patient }],
        changed: new Map([['riverside', new Set([patient])]]),
      }),
    /** Leaves bytes where a patient's readings are that nobody can read. */
    damage: (patient: string) =>
      write(views, 'readings', patientKey('riverside', patient), {
        documents: [{ key: daysKey('riverside', patient, monthOf(now)), bytes: Uint8Array.of(255) }],
        changed: new Map([['riverside', new Set([patient])]]),
      }),
    errors,
    metrics,
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

const fact = <Type extends ActivityFact['type']>(
  type: Type,
  data: Extract<ActivityFact, { type: Type }>['data'],
  v = 1,
): ActivityFact =>
  ({ id: type, type, v, tenant: 'riverside', at: ENROLLED, by: 'service:test', data }) as ActivityFact

const fileOf = (patient: string, name: string): Uint8Array =>
  encodeFactList(
    [
      fact('patient.enrolled', { patient, name, zone: ZONE, enrolledAt: ENROLLED }),
      fact('consent.recorded', { patient, consentedAt: ENROLLED, mode: 'verbal', takenBy: 'ada' }),
      fact('order.recorded', { patient, orderedAt: ENROLLED, practitioner: 'dana' }),
      fact('episode.opened', { patient, episode: 'e-1', openedAt: ENROLLED }),
    ].map((one, offset) => ({ offset, fact: one })),
  )

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
  const messages: (Snapshot | Patch)[] = []
  const pongs: Pong[] = []
  return {
    messages,
    pongs,
    send(text: string): void {
      const pong = pongOf(text)
      if (pong === undefined) messages.push(validated('livePractice', text))
      else pongs.push(pong)
    },
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
