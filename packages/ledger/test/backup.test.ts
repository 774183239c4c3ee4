import assert from 'node:assert/strict'
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { enrolled } from '@cufflink/testkit'
import { backUpLedger, type Ledger, openSqliteLedger, restoreLedger } from '../src/index.ts'
import { onFile } from '../src/sqlite/failure.ts'
import { factsIn, temporary } from './state-folder.ts'

const open = (dir: string) => openSqliteLedger({ dir, partitions: 4 })
const append = (ledger: Ledger, from: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => ledger.append(enrolled(from + n))))
const hasCode = (code: string) => (error: unknown) => error instanceof CufflinkError && error.code === code
const file = (dir: string, name = 'ledger.db') => join(dir, name)

async function filled(dir: string, count: number): Promise<void> {
  const ledger = await open(dir)
  await append(ledger, 0, count)
  await ledger.close()
}

/** What a `kill -9` leaves: a copy of the folder of a ledger that is still open, with its WAL. */
async function killed(dir: string, to: string, from: number, count: number): Promise<void> {
  const ledger = await open(dir)
  await append(ledger, from, count)
  cpSync(dir, to, { recursive: true })
  await ledger.close()
}

test('a clean stop leaves the whole ledger in one file', async () => {
  using folder = temporary()
  await filled(folder.path, 2_000)
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name.startsWith('ledger.db')),
    ['ledger.db'],
  )
  using elsewhere = temporary()
  copyFileSync(file(folder.path), file(elsewhere.path))
  assert.equal(factsIn(file(elsewhere.path)), 2_000)
})

test('a ledger that was killed holds what was acknowledged, again and again', async () => {
  using first = temporary()
  using second = temporary()
  using third = temporary()
  await killed(first.path, second.path, 0, 50)
  assert.ok(statSync(file(second.path, 'ledger.db-wal')).size > 0, 'the commits are in the WAL')
  await killed(second.path, third.path, 50, 50)
  await (await open(third.path)).close()
  assert.equal(factsIn(file(third.path)), 100)
})

test('a backup of a running ledger holds all that was acknowledged before, for its owner alone', async () => {
  using folder = temporary()
  const ledger = await open(folder.path)
  await append(ledger, 0, 300)
  const target = file(folder.path, 'backup.db')
  const copy = backUpLedger(folder.path, target)
  await append(ledger, 300, 200)
  assert.equal(copy.facts, 300)
  assert.equal(factsIn(target), 300)
  if (process.platform !== 'win32') assert.equal(statSync(target).mode & 0o777, 0o600)
  assert.throws(() => backUpLedger(folder.path, target), hasCode('CONFIG_INVALID'))

  using elsewhere = temporary()
  const restored = restoreLedger(target, elsewhere.path)
  assert.deepEqual([restored.facts, restored.viewsRemoved, restored.replaced], [300, false, undefined])
  const again = await open(elsewhere.path)
  await append(again, 300, 1)
  await again.close()
  assert.equal(factsIn(file(elsewhere.path)), 301)
  await ledger.close()
})

test('a backup into a folder is named by its time; one of a ledger that was killed holds its WAL too', async () => {
  using first = temporary()
  using second = temporary()
  using backups = temporary()
  await killed(first.path, second.path, 0, 40)
  const { path, facts } = backUpLedger(second.path, backups.path)
  assert.match(path, /cufflink-\d{4}-\d\d-\d\dT\d{6}Z\.db$/)
  assert.equal(facts, 40)
})

test('a backup that is copied beside the WAL of another file is refused, and restored by the command', async () => {
  using first = temporary()
  using second = temporary()
  using backups = temporary()
  await filled(first.path, 3_000)
  const saved = file(backups.path, 'saved.db')
  copyFileSync(file(first.path), saved)
  await killed(first.path, second.path, 3_000, 3_000)

  copyFileSync(saved, file(second.path))
  await assert.rejects(open(second.path), hasCode('LEDGER_WAL_FOREIGN'))
  assert.throws(() => backUpLedger(second.path, backups.path), hasCode('LEDGER_WAL_FOREIGN'))
  const derived = ['views.db', 'views-2.db', 'views-2.db-wal', 'leases.db']
  for (const name of derived) writeFileSync(file(second.path, name), 'derived')
  const { replaced, viewsRemoved } = restoreLedger(saved, second.path)
  assert.deepEqual(readdirSync(replaced!).toSorted(), ['ledger.db', 'ledger.db-shm', 'ledger.db-wal'])
  assert.equal(viewsRemoved, true)
  for (const name of derived) assert.equal(existsSync(file(second.path, name)), false, name)
  await (await open(second.path)).close()
  assert.equal(factsIn(file(second.path)), 3_000)
})

test('a file that was copied without its WAL is refused beside the WAL of a later start', async () => {
  using first = temporary()
  using second = temporary()
  using third = temporary()
  await killed(first.path, second.path, 0, 10)
  const torn = file(first.path, 'torn.db')
  copyFileSync(file(second.path), torn)
  await killed(second.path, third.path, 10, 10)
  copyFileSync(torn, file(third.path))
  await assert.rejects(open(third.path), hasCode('LEDGER_WAL_FOREIGN'))
})

test('a WAL without its file is refused: the file was lost, and a new one would lose the WAL', async () => {
  using first = temporary()
  using second = temporary()
  await killed(first.path, second.path, 0, 10)
  rmSync(file(second.path))
  await assert.rejects(open(second.path), hasCode('LEDGER_WAL_FOREIGN'))
})

test('a restore refuses a folder in use, a file that is no ledger, and one that is damaged', async () => {
  using folder = temporary()
  const ledger = await open(folder.path)
  await append(ledger, 0, 10)
  const saved = backUpLedger(folder.path, file(folder.path, 'saved.db')).path
  assert.throws(() => restoreLedger(saved, folder.path), hasCode('STATE_IN_USE'))
  await ledger.close()
  const text = file(folder.path, 'text')
  writeFileSync(text, 'no ledger')
  assert.throws(() => restoreLedger(text, folder.path), hasCode('LEDGER_DAMAGED'))
  writeFileSync(text, '')
  assert.throws(() => restoreLedger(text, folder.path), hasCode('CONFIG_INVALID'))
  await (await open(folder.path)).close()
  assert.equal(factsIn(file(folder.path)), 10, 'a restore that is refused changes nothing')
})

test('a damaged file is told apart: at its header when it is opened, elsewhere when it is read or copied', async () => {
  using folder = temporary()
  await filled(folder.path, 2_000)
  const path = file(folder.path)
  const bytes = readFileSync(path)
  const damage = (from: number, to: number) =>
    writeFileSync(
      path,
      Buffer.concat([bytes.subarray(0, from), Buffer.alloc(to - from, 0x5a), bytes.subarray(to)]),
    )
  damage(0, 100)
  await assert.rejects(open(folder.path), hasCode('LEDGER_DAMAGED'))
  damage(100_000, bytes.length - 100_000)
  const ledger = await open(folder.path)
  const read = Promise.all([0, 1, 2, 3].map((partition) => ledger.read('activity', partition, 0, 2_000)))
  await assert.rejects(read, hasCode('LEDGER_DAMAGED'))
  assert.throws(() => backUpLedger(folder.path, file(folder.path, 'saved.db')), hasCode('LEDGER_DAMAGED'))
  await ledger.close()
})

test('what SQLite says of a disk that is full or read-only has its code', () => {
  using folder = temporary()
  const path = file(folder.path, 'full.db')
  using full = new DatabaseSync(path)
  full.exec('CREATE TABLE t (x BLOB); PRAGMA max_page_count = 2')
  assert.throws(
    () => onFile(path, () => full.exec('INSERT INTO t VALUES (zeroblob(100000))')),
    hasCode('STATE_UNWRITABLE'),
  )
  using readOnly = new DatabaseSync(path, { readOnly: true })
  assert.throws(() => onFile(path, () => readOnly.exec('DELETE FROM t')), hasCode('STATE_UNWRITABLE'))
})
