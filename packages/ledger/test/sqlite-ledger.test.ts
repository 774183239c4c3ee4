import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { openSqliteLedger } from '../src/index.ts'
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
  return { ledger: await reopen(), reopen }
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

test('another number of partitions than the folder was made with is refused: keys would move', async () => {
  const dir = folder()
  await (await openSqliteLedger({ dir, partitions: 4 })).close()
  await assert.rejects(openSqliteLedger({ dir, partitions: 8 }), hasCode('LEDGER_TOPICS_DIFFER'))
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
