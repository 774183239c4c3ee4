import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDocuments, createPractices, type Practices } from '@cufflink/charts'
import {
  type Fact,
  type Patch,
  type PatientRow,
  type Pong,
  patientKey,
  type Window,
} from '@cufflink/contracts'
import { patched } from '@cufflink/contracts/list'
import { encodeFactList, PRACTICES, patientsOf, practiceKey } from '@cufflink/folds'
import { partitionOf } from '@cufflink/ledger'
import { waitFor } from '@cufflink/testkit'
import {
  type Commit,
  type Evaluations,
  openSqliteViews,
  type Shard,
  type Tally,
  type Views,
} from '@cufflink/views'
import { createFeeds } from '../../src/live/feeds.ts'
import { openPracticeFeed } from '../../src/live/practice-feed.ts'
import { pongOf, validated } from './valid.ts'

const ZONE = 'America/New_York'
const PARTITIONS = 2
export const MIDNIGHT = Date.parse('2026-03-12T00:00:00-04:00')
export const HOUR_MS = 3_600_000

/** A clinician's document would be read for a day; no one works here. */
const accounts = { find: () => undefined, onChange: () => () => undefined }

/** Feeds over real views in a file, tallies that are written by hand, and a clock that is set by hand. */
export async function openFeeds(
  change: (practices: Practices) => Practices = (practices) => practices,
  changeTallies: (tallies: Evaluations['tallies']) => Evaluations['tallies'] = (tallies) => tallies,
) {
  await using stack = new AsyncDisposableStack()
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'cufflink-feeds-')), (path) =>
    rm(path, { recursive: true }),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(folder, 'views.db') }), (opened) =>
    opened.close(),
  )
  let now = MIDNIGHT - HOUR_MS
  let end = 0
  const clock = { rate: 1, now: () => now }
  const ledger = {
    partitions: PARTITIONS,
    partitionOf: (key: string) => partitionOf(key, PARTITIONS),
    // Nothing is on it, unless a test says so: whatever the views have is written by hand.
    endOffsets: async () => [end, end],
  }
  const documents = createDocuments({ ledger, views })
  const practices = change(createPractices(documents))
  const { evaluations } = views
  const { marksOf, watch } = evaluations
  const read = { tallies: changeTallies(evaluations.tallies), marksOf, watch }
  const feeds = createFeeds((practice) =>
    openPracticeFeed({ practice, practices, documents, accounts, evaluations: read, clock }),
  )
  stack.defer(() => feeds.closeAll())
  await openPractice(views)

  /** What a tracker would write of a patient of Riverside. */
  const conclude = async (patient: string, tally: Tally): Promise<void> => {
    const partition = partitionOf(patientKey('riverside', patient), PARTITIONS)
    const asOf = { readings: 0, activity: 0 }
    await evaluations.conclude(partition, { tenant: 'riverside', patient, mark: 0, asOf, tally, states: [] })
  }
  const write = (patient: string, fields: Tally): Promise<void> =>
    conclude(patient, {
      version: '1',
      practice: 'riverside',
      patient,
      zone: ZONE,
      month: '2026-03',
      ...fields,
    })
  const owned = stack.move()
  return {
    feeds,
    setClock: (instant: number) => {
      now = instant
    },
    /** So many facts are on each partition of the ledger. */
    setEnd: (offset: number) => {
      end = offset
    },
    write,
    forget: (patient: string) => conclude(patient, {}),
    async enrol(patient: string, name = patient): Promise<void> {
      const shard = {
        topic: 'activity',
        partition: partitionOf(patientKey('riverside', patient), PARTITIONS),
      } as const
      await commit(views, shard, [{ set: patientsOf('riverside'), member: patient }])
      await write(patient, { name, dataDays: '0' })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openPractice(views: Views): Promise<void> {
  const opened: Fact = {
    id: 'open',
    type: 'practice.opened',
    v: 1,
    tenant: 'riverside',
    at: MIDNIGHT - 1_000 * HOUR_MS,
    by: 'service:test',
    data: { name: 'Riverside', zone: ZONE },
  }
  const bytes = encodeFactList([{ offset: 0, fact: opened }])
  const shard = { topic: 'activity', partition: partitionOf('riverside', PARTITIONS) } as const
  await commit(
    views,
    shard,
    [{ set: PRACTICES, member: 'riverside' }],
    [{ key: practiceKey('riverside'), bytes }],
  )
}

/** One commit to a shard, from wherever its watermark is. */
async function commit(
  views: Views,
  shard: Shard,
  members: Commit['members'],
  documents: Commit['documents'] = [],
): Promise<void> {
  const expected = await views.watermark(shard)
  await views.commit(shard, { expected, next: expected + 1, documents, members, changed: new Map() })
}

/** A reader that keeps what it is sent, and what its window shows then. */
export function collect() {
  const messages: (Window | Patch)[] = []
  const pongs: Pong[] = []
  let window: Window | undefined
  const row = (patient: string): PatientRow | undefined => window?.rows.find((one) => one.patient === patient)
  return {
    messages,
    pongs,
    send(text: string, sent: () => void): void {
      const pong = pongOf(text)
      if (pong === undefined) {
        const message = validated('livePractice', text)
        messages.push(message)
        window = message.type === 'window' ? message : window && patched(window, message)
      } else pongs.push(pong)
      sent()
    },
    get window() {
      return window
    },
    row,
    counts: (patient: string, dataDays: number) =>
      waitFor(() => row(patient)?.dataDays === dataDays, {
        what: `${dataDays} data-days of ${patient}`,
      }),
  }
}
