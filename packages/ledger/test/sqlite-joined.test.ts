import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TopicName } from '@cufflink/contracts'
import { enrolled } from '@cufflink/testkit'
import { joinSqliteLedger, type Ledger, openSqliteLedger, type SqliteLedger } from '../src/index.ts'
import { openForWriting, topicNumber } from '../src/sqlite/schema.ts'
import { ledgerConformance } from './conformance.ts'
import { temporary } from './state-folder.ts'

const join = (owner: SqliteLedger, dir: string): Promise<Ledger> =>
  joinSqliteLedger({ dir, partitions: 4 }, owner.invite())

ledgerConformance('A SQLite ledger that a thread has joined', async () => {
  const dir = temporary().path
  const reopen = async (): Promise<Ledger> => {
    const owner = await openSqliteLedger({ dir, partitions: 4 })
    const joined = await join(owner, dir)
    const leave = joined.close
    return Object.assign(joined, {
      async close() {
        await leave()
        await owner.close()
      },
    })
  }
  const truncate = async (topic: TopicName, partition: number, before: number) => {
    using database = openForWriting(`${dir}/ledger.db`)
    const statement = database.prepare('DELETE FROM facts WHERE topic = ? AND partition = ? AND offset < ?')
    statement.run(topicNumber(topic), partition, before)
  }
  return { ledger: await reopen(), reopen, truncate }
})

test('threads that append at once get offsets of their own, and each follows what the other appended', async () => {
  using folder = temporary()
  const owner = await openSqliteLedger({ dir: folder.path, partitions: 4 })
  const joined = await join(owner, folder.path)
  const seen = new Map<Ledger, Set<number>>()
  const both = [owner, joined]
  const all = Promise.withResolvers<void>()
  const followings = await Promise.all(
    both.map((ledger) => {
      const offsets = seen.getOrInsertComputed(ledger, () => new Set())
      return ledger.followAll(['activity'], {
        assigned: async () => 0,
        async apply({ records }) {
          for (const { offset } of records) offsets.add(offset)
          if (both.every((one) => seen.get(one)?.size === 200)) all.resolve()
          return records.at(-1)!.offset + 1
        },
        revoked: () => undefined,
      })
    }),
  )
  // One patient's: one partition.
  const appended = both.flatMap((ledger) => Array.from({ length: 100 }, () => ledger.append(enrolled(1))))
  const positions = await Promise.all(appended)
  assert.equal(new Set(positions.map(({ offset }) => offset)).size, 200)
  await all.promise
  await Promise.all(followings.map((following) => following.close()))
  await joined.close()
  await owner.close()
})
