import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CufflinkError, type FactOf, type TopicName } from '@cufflink/contracts'
import { waitFor } from '@cufflink/testkit'
import { openSqliteLedger } from '../src/index.ts'
import { openForWriting, topicNumber } from '../src/sqlite-schema.ts'
import { sweep } from '../src/sqlite-sweep.ts'
import { enrolled, ledgerConformance } from '../src/testing.ts'

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
    passwordHash: 'x',
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

test('a folder that cannot be used says so, and not that somebody else uses it', async () => {
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

test('what its topics do not keep is deleted as facts are written, and the offsets go on', async () => {
  const dir = folder()
  const DAY_MS = 86_400_000
  const old = Date.now() - 91 * DAY_MS
  const young = Date.now() - 89 * DAY_MS
  const before = await openSqliteLedger({ dir, partitions: 1 })
  for (const [index, at] of [old, old, young].entries()) {
    await before.append(rejected(`device-${index}`, at))
    await before.append({ ...enrolled(index), at: old })
  }
  for (let index = 0; index < 3; index += 1)
    for (const user of ['ada', 'bo']) await before.append(registered(user, old + index))
  await before.append(rejected('device-4', old))
  await before.close()

  await using stack = new AsyncDisposableStack()
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: 1 }), (one) => one.close())
  await ledger.append(rejected('device-5', Date.now()))
  const offsets = async (topic: TopicName) =>
    (await ledger.read(topic, 0, 0, 100)).map(({ offset }) => offset)
  await waitFor(async () => (await offsets('registry')).length === 2, { withinMs: 5_000, what: 'the sweep' })
  assert.deepEqual(await offsets('registry'), [4, 5], 'the last fact of each key')
  assert.deepEqual(
    await offsets('rejected'),
    [2, 3, 4],
    'nothing older than 90 days before the first that is younger',
  )
  assert.deepEqual(await offsets('activity'), [0, 1, 2], 'for ever')
  assert.deepEqual(await ledger.endOffsets('registry'), [6])
  assert.equal((await ledger.append(rejected('device-6', Date.now()))).offset, 5)
})

test('a partition of which all is too old keeps its last fact, and with it where it goes on', async () => {
  const dir = folder()
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  for (let index = 0; index < 3; index += 1) await ledger.append(rejected('device-1', 1))
  await ledger.close()
  const database = openForWriting(join(dir, 'ledger.db'))
  assert.equal(sweep(database, Date.now()), 2)
  assert.equal(sweep(database, Date.now()), 0)
  database.close()
  const again = await openSqliteLedger({ dir, partitions: 1 })
  assert.deepEqual(await again.endOffsets('rejected'), [3])
  await again.close()
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
