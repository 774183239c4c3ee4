import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CufflinkError, type FactOf, type TopicName } from '@cufflink/contracts'
import { enrolled, waitFor } from '@cufflink/testkit'
import { type Ledger, openSqliteLedger, openSqliteReader } from '../src/index.ts'
import { commitMark, lastWrittenAt } from '../src/sqlite/file.ts'
import { openForWriting, topicNumber } from '../src/sqlite/schema.ts'
import { sweep } from '../src/sqlite/sweep.ts'
import { ledgerConformance } from './conformance.ts'

const folders: string[] = []
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-ledger-'))
  folders.push(dir)
  return dir
}
after(() => folders.forEach((dir) => rmSync(dir, { recursive: true })))

ledgerConformance('The SQLite ledger', async () => {
  const dir = folder()
  const reopen = () => openSqliteLedger({ dir, partitions: 4 })
  const truncate = async (topic: TopicName, partition: number, before: number) => {
    const database = openForWriting(join(dir, 'ledger.db'))
    database
      .prepare('DELETE FROM facts WHERE topic = ? AND partition = ? AND offset < ?')
      .run(topicNumber(topic), partition, before)
    database.close()
  }
  return { ledger: await reopen(), reopen, truncate }
})

let facts = 0
/** The first instant that a fact may have: what a clock that was never set shows at the worst. */
const EARLIEST = Date.UTC(2000, 0, 1)
const envelope = (at: number) =>
  ({ id: `f-${(facts += 1)}`, tenant: 'riverside', at, by: 'service:tests' }) as const
const rejected = (source: string, at: number): FactOf<'payload.rejected'> => ({
  ...envelope(at),
  type: 'payload.rejected',
  v: 1,
  data: { source, path: 'x', code: 'PAYLOAD_INVALID', receivedAt: at, payloadBase64: '' },
})
const registered = (user: string, at: number): FactOf<'user.registered'> => ({
  ...envelope(at),
  type: 'user.registered',
  v: 1,
  data: {
    user,
    name: user,
    roles: ['clinician'],
    credential: 'clinical-staff',
    status: 'active',
    passwordHash: '$argon2id$x',
  },
})

const parked = (device: string, at: number): FactOf<'reading.parked'> => ({
  ...envelope(at),
  type: 'reading.parked',
  v: 1,
  data: {
    reading: {
      device,
      measuredAt: at,
      gatewayReceivedAt: at,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
})

const hasCode = (code: string) => (error: unknown) => error instanceof CufflinkError && error.code === code

test('a second ledger on the same folder is refused, and taken once the first is closed', async () => {
  const dir = folder()
  const first = await openSqliteLedger({ dir, partitions: 4 })
  await assert.rejects(openSqliteLedger({ dir, partitions: 4 }), hasCode('STATE_IN_USE'))
  await first.close()
  await (await openSqliteLedger({ dir, partitions: 4 })).close()
})

test('a folder that cannot be used says so, and not that someone else uses it', async () => {
  const dir = folder()
  const file = join(dir, 'a-file')
  writeFileSync(file, 'in the way')
  const inTheWay = { code: 'CONFIG_INVALID', message: /STATE_DIR: the folder .*a-file\/state/ }
  await assert.rejects(openSqliteLedger({ dir: join(file, 'state'), partitions: 4 }), inTheWay)
  writeFileSync(
    join(dir, 'lock'),
    'this is no database, and as long as a page of one is, or longer'.repeat(20),
  )
  await assert.rejects(openSqliteLedger({ dir, partitions: 4 }), hasCode('CONFIG_INVALID'))
})

test('a folder that is made is its owner’s alone: what people measure lies in it', {
  skip: process.platform === 'win32',
}, async () => {
  const dir = join(folder(), 'made', 'state')
  await (await openSqliteLedger({ dir, partitions: 4 })).close()
  assert.equal(statSync(dir).mode & 0o777, 0o700)
})

test('another number of partitions than the folder was made with is refused: keys would move', async () => {
  const dir = folder()
  await (await openSqliteLedger({ dir, partitions: 4 })).close()
  await assert.rejects(openSqliteLedger({ dir, partitions: 8 }), hasCode('LEDGER_TOPICS_DIFFER'))
})

const DAY_MS = 86_400_000
const offsetsOn = async (ledger: Ledger, topic: TopicName) =>
  (await ledger.read(topic, 0, 0, 100)).map(({ offset }) => offset)
const sweepFile = (dir: string, runningMs: number): number => {
  using database = openForWriting(join(dir, 'ledger.db'))
  return sweep(database, runningMs)
}

test('of a compacted topic the last fact of each key is kept as facts are written, and the offsets go on', async () => {
  const dir = folder()
  const before = await openSqliteLedger({ dir, partitions: 1 })
  for (let index = 0; index < 3; index += 1)
    for (const user of ['ada', 'bo']) await before.append(registered(user, EARLIEST + index))
  await before.close()

  await using stack = new AsyncDisposableStack()
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: 1 }), (one) => one.close())
  await ledger.append(rejected('device-5', EARLIEST))
  const swept = async () => (await offsetsOn(ledger, 'registry')).length === 2
  await waitFor(swept, { what: 'the sweep' })
  assert.deepEqual(await offsetsOn(ledger, 'registry'), [4, 5])
  assert.deepEqual(await ledger.endOffsets('registry'), [6])
})

test('rejected payloads are kept for 90 days of running, whatever the clock or their facts say', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  // Written while the clock stood at 2000, far ahead, and right.
  for (const at of [EARLIEST, Date.now() + 400 * DAY_MS, Date.now()])
    await ledger.append(rejected('device-1', at))
  await ledger.close()
  assert.equal(sweepFile(dir, 0), 0)

  const again = await openSqliteLedger({ dir, partitions: 1 })
  for (const at of [EARLIEST, EARLIEST + 1]) await again.append(rejected('device-2', at))
  await again.close()
  assert.equal(sweepFile(dir, 2 * DAY_MS), 0)
  assert.equal(sweepFile(dir, 90 * DAY_MS - 1), 0)
  assert.equal(sweepFile(dir, 90 * DAY_MS), 3, 'what was there 90 days of running ago')
  assert.equal(sweepFile(dir, 91 * DAY_MS), 0)
  assert.equal(sweepFile(dir, 92 * DAY_MS), 1, 'the last fact stays, and with it where the partition goes on')
  await using stack = new AsyncDisposableStack()
  const last = stack.adopt(await openSqliteLedger({ dir, partitions: 1 }), (one) => one.close())
  assert.deepEqual(await offsetsOn(last, 'rejected'), [4])
  assert.deepEqual(await last.endOffsets('rejected'), [5])
})

test('what waits for a patient and what was measured are never deleted by time', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  for (const index of [1, 2]) {
    await ledger.append({ ...enrolled(index), at: EARLIEST })
    await ledger.append(parked(`device-${index}`, EARLIEST))
  }
  await ledger.close()
  sweepFile(dir, 0)
  assert.equal(sweepFile(dir, 10_000 * DAY_MS), 0)
})

test('a clock well before the last fact is refused at the start, until a person has checked it', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  await ledger.append(enrolled(1))
  await ledger.close()
  const wroteAt = (at: number) => {
    using database = openForWriting(join(dir, 'ledger.db'))
    database.prepare("UPDATE settings SET value = ? WHERE name = 'written_at'").run(String(at))
  }
  wroteAt(Date.now() + 5 * 60_000)
  await (await openSqliteLedger({ dir, partitions: 1 })).close()
  wroteAt(Date.now() + 2 * 3_600_000)
  await assert.rejects(openSqliteLedger({ dir, partitions: 1 }), hasCode('CLOCK_BEFORE_LEDGER'))
  const checked = await openSqliteLedger({ dir, partitions: 1, clockChecked: true })
  await checked.append(enrolled(2))
  await checked.close()
  await (await openSqliteLedger({ dir, partitions: 1 })).close()
})

test('a clock that was set back while the ledger ran is refused at the next start, whatever was written since', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  await ledger.append(enrolled(1))
  await ledger.close()
  // The run that goes on after the clock was set back finds what was written before.
  const path = join(dir, 'ledger.db')
  {
    using database = openForWriting(path)
    const later = String(Date.now() + 3_600_000)
    database.prepare("UPDATE settings SET value = ? WHERE name = 'written_at'").run(later)
    commitMark(database, 'run')()
    assert.equal(String(lastWrittenAt(database)), later)
  }
  await assert.rejects(openSqliteLedger({ dir, partitions: 1 }), hasCode('CLOCK_BEFORE_LEDGER'))
})

for (const now of [61_086, 946_684_800_000, 4_102_444_800_000])
  test(`a clock that shows ${new Date(now).getUTCFullYear()} is refused at the start of a new ledger, though a person said that it is checked`, async (t) => {
    t.mock.method(Date, 'now', () => now)
    const opened = openSqliteLedger({ dir: folder(), partitions: 1, clockChecked: true })
    await assert.rejects(opened, hasCode('CLOCK_IMPOSSIBLE'))
  })

test('a fact is in the file before its append resolves', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 4 })
  const { DatabaseSync } = await import('node:sqlite')
  const other = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true })
  await ledger.append(enrolled(1))
  assert.equal(other.prepare('SELECT count(*) AS n FROM facts').get()?.['n'], 1)
  other.close()
  await ledger.close()
})

test('who reads the file beside the program is handed so much text at once, however long the facts are', async () => {
  const dir = folder()
  await (await openSqliteLedger({ dir, partitions: 1 })).close()
  const database = openForWriting(join(dir, 'ledger.db'))
  const insert = database.prepare('INSERT INTO facts VALUES (?, 0, ?, ?, ?)')
  const mebi = 2 ** 20
  for (let offset = 0; offset < 20; offset += 1)
    insert.run(topicNumber('activity'), offset, 't', 'x'.repeat(mebi))
  database.close()
  const reader = openSqliteReader(dir)
  const batches: (readonly number[])[] = []
  const following = await reader.followAll(['activity'], {
    assigned: async () => 0,
    async apply({ records }) {
      batches.push(records.map(({ offset }) => offset))
      return records.at(-1)!.offset + 1
    },
    revoked: () => undefined,
  })
  await following.close()
  await reader.close()
  assert.deepEqual(
    batches.flat(),
    Array.from({ length: 20 }, (_, offset) => offset),
  )
  assert.deepEqual(
    batches.map(({ length }) => length),
    [8, 8, 4],
  )
})

test('who reads the file beside the program hands over nothing more of a partition that was told to begin again meanwhile', async () => {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-ledger-'))
  stack.defer(() => rmSync(dir, { recursive: true }))
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: 4 }), (one) => one.close())
  const reader = stack.adopt(openSqliteReader(dir), (one) => one.close())
  const partition = ledger.partitionOf('t/p-1')
  const told: string[] = []
  let batches = 0
  const following = await reader.followAll(['activity'], {
    async assigned(_topic, of) {
      if (of === partition) told.push('where to begin')
      return 0
    },
    async apply({ records }) {
      told.push(`from ${records[0]!.offset}`)
      batches += 1
      if (batches > 1) return records.at(-1)!.offset + 1
      // Both come while it is busy: more facts, and that it is to begin again.
      await ledger.append(enrolled(1))
      following.rewind('activity', partition)
      return 1
    },
    revoked: () => undefined,
  })
  await ledger.append(enrolled(1))
  await waitFor(() => batches === 2, { what: 'the second batch' })
  assert.deepEqual(told, ['where to begin', 'from 0', 'where to begin', 'from 0'])
  await following.close()
})

test('who reads the file beside the program has what is there, gets what is appended, and begins again where it is told', async () => {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-ledger-'))
  stack.defer(() => rmSync(dir, { recursive: true }))
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: 4 }), (one) => one.close())
  const { partition } = await ledger.append(enrolled(1))
  const reader = stack.adopt(openSqliteReader(dir), (one) => one.close())
  const seen: number[] = []
  let isAway = false
  const following = await reader.followAll(['activity'], {
    assigned: async () => 0,
    async apply({ records }) {
      if (isAway) throw new Error('the views are away')
      for (const { offset } of records) seen.push(offset)
      return records.at(-1)!.offset + 1
    },
    revoked: () => undefined,
  })
  assert.deepEqual(seen, [0])
  await ledger.append(enrolled(1))
  await waitFor(() => seen.length === 2, { what: 'what was appended' })
  following.rewind('activity', partition)
  await waitFor(() => seen.length === 4, { what: 'everything again' })
  isAway = true
  await ledger.append(enrolled(1))
  isAway = false
  await waitFor(() => seen.at(-1) === 2, { what: 'what could not be taken' })
  await following.close()
  const { length } = seen
  await ledger.append(enrolled(1))
  assert.equal(seen.length, length)
})
