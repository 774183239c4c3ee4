import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import {
  type Ledger,
  type LedgerReader,
  type LedgerRecord,
  openKafkaLedger,
  openSqliteLedger,
  openSqliteReader,
} from '@cufflink/ledger'
import { enrolled, kafkaForTests, produceKafka } from '@cufflink/testkit'
import { followedShard, openSqliteViews, verifyLedger, type Witness, witnessesOf } from '../src/index.ts'

const kafka = await kafkaForTests()
after(() => kafka[Symbol.asyncDispose]())

const FACTS = 12
const now = Date.now()
const shard = { topic: 'activity', partition: 0 } as const

/** What the views remember once a tracker has folded the ledger, in batches. */
async function fold(ledger: Ledger): Promise<readonly Witness[]> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-verify-views-'))
  const views = await openSqliteViews({ path: join(folder.path, 'views.db') })
  const followed = followedShard({ shard, ledger, views, wasReset: assert.fail })
  await followed.locate()
  const records = await ledger.read('activity', 0, 0, FACTS)
  const nothing = { documents: [], members: [], changed: new Map() }
  for (let from = 0; from < FACTS; from += 5) await followed.commit(records.slice(from, from + 5), nothing)
  const witnesses = await witnessesOf(views, 1)
  await views.close()
  return witnesses
}

async function fill(ledger: Ledger): Promise<void> {
  const numbers = Array.from({ length: FACTS }, (_, n) => n)
  await Promise.all(numbers.map((n) => ledger.append(enrolled(1, `Zone/${n}`))))
}

type Records = readonly Pick<LedgerRecord, 'key' | 'text'>[]
const swapped = (records: Records): Records => records.with(4, records[7]!).with(7, records[4]!)
const flipped = (records: Records): Records =>
  records.with(6, { ...records[6]!, text: records[6]!.text.replace('Zone/6', 'Zone/7') })

const tamperings = {
  'a flipped byte': {
    alter: flipped,
    told: /a fact from offset 0 to 11 is not the one that the views remember/,
  },
  'two swapped rows': { alter: swapped, told: /a fact from offset 0 to 11 is not the one/ },
  'a dropped row': {
    alter: (records: Records) => records.toSpliced(5, 1),
    told: /missing|it ends at offset 11/,
  },
  'a cut tail': {
    alter: (records: Records) => records.slice(0, 9),
    told: /it ends at offset 9, and the views remember it up to 12/,
  },
}

/** A ledger that was folded, and reading one of which its topic holds other records. */
type Engine = () => Promise<
  AsyncDisposable & {
    readonly witnesses: readonly Witness[]
    readonly whole: LedgerReader
    altered(alter: (records: Records) => Records): Promise<LedgerReader>
  }
>

const sqlite: Engine = async () => {
  await using stack = new AsyncDisposableStack()
  const { path: dir } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-verify-')))
  const ledger = await openSqliteLedger({ dir, partitions: 1 })
  await fill(ledger)
  const witnesses = await fold(ledger)
  await ledger.close()
  const owned = stack.move()
  const reader = (): LedgerReader => owned.adopt(openSqliteReader(dir), (one) => one.close())
  return {
    witnesses,
    whole: reader(),
    async altered(alter) {
      const database = new DatabaseSync(join(dir, 'ledger.db'))
      const rows = database.prepare('SELECT * FROM facts ORDER BY offset').all() as LedgerRecord[]
      const kept = alter(rows)
      // As someone would do it by hand: a row that is dropped leaves its offset free.
      const gone = rows.filter(({ text }) => kept.length < FACTS && !kept.some((one) => one.text === text))
      for (const { offset } of gone) database.prepare('DELETE FROM facts WHERE offset = ?').run(offset)
      if (kept.length === FACTS)
        for (const [offset, { text }] of kept.entries())
          database.prepare('UPDATE facts SET text = ? WHERE offset = ?').run(text, offset)
      database.close()
      return reader()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const onKafka: Engine = async () => {
  const { brokers } = kafka
  await using stack = new AsyncDisposableStack()
  const open = async (prefix: string): Promise<Ledger> =>
    stack.adopt(await openKafkaLedger({ brokers, partitions: 1, prefix }), (one) => one.close())
  const whole = await open(`verify.${randomUUID()}.`)
  await fill(whole)
  const witnesses = await fold(whole)
  const owned = stack.move()
  return {
    witnesses,
    whole,
    async altered(alter) {
      const records = await whole.read('activity', 0, 0, FACTS)
      const prefix = `verify.${randomUUID()}.`
      const ledger = owned.adopt(await openKafkaLedger({ brokers, partitions: 1, prefix }), (one) =>
        one.close(),
      )
      await produceKafka(brokers, `${prefix}activity`, alter(records))
      return ledger
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

for (const [name, engine] of [
  ['SQLite', sqlite],
  ['Kafka', onKafka],
] as const) {
  test(`${name}: a ledger that no one altered is whole, and its heads are those the views remember (P22)`, async () => {
    await using opened = await engine()
    const { heads, faults, unwitnessed } = await verifyLedger(opened.whole, { heads: opened.witnesses, now })
    assert.deepEqual([faults, unwitnessed], [[], 0])
    assert.deepEqual(
      heads.map((head) => ({ ...head, by: 'the views' })),
      opened.witnesses,
    )
    assert.equal(
      (await verifyLedger(opened.whole, { heads: [], now })).unwitnessed,
      1,
      'and without a witness that is said',
    )
  })

  for (const [what, { alter, told }] of Object.entries(tamperings))
    test(`${name}: ${what} is found`, async () => {
      await using opened = await engine()
      const altered = await opened.altered(alter)
      const { faults } = await verifyLedger(altered, { heads: opened.witnesses, now })
      assert.ok(faults.length > 0)
      for (const { topic, partition } of faults) assert.deepEqual({ topic, partition }, shard)
      assert.match(faults.map((fault) => fault.what).join('\n'), told)
    })
}

test('an older head that still agrees narrows down where a fact was altered', async () => {
  await using opened = await sqlite()
  const four: LedgerReader = {
    ...opened.whole,
    endOffsets: async (topic) => [topic === 'activity' ? 4 : 0],
    followAll: (topics, follower) =>
      opened.whole.followAll(topics, {
        ...follower,
        apply: async (batch) => {
          await follower.apply({ ...batch, records: batch.records.slice(0, 4) })
          return FACTS
        },
      }),
  }
  const [head] = (await verifyLedger(four, { heads: [], now })).heads
  const saved = { ...head!, by: 'the saved heads' }
  assert.equal(saved.next, 4)
  const altered = await opened.altered(flipped)
  const { faults } = await verifyLedger(altered, { heads: [...opened.witnesses, saved], now })
  assert.match(faults[0]!.what, /from offset 4 to 11/)
})

test('a folder without a ledger is said to have none', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-verify-'))
  assert.throws(() => openSqliteReader(folder.path), {
    code: 'CONFIG_INVALID',
    message: /There is no ledger in .*: set STATE_DIR to the folder/,
  })
})
