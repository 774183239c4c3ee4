/** `cufflink verify` on both engines, over the topics that lose facts by design. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Fact, type TopicName, topicNames } from '@cufflink/contracts'
import { type Ledger, type LedgerRecord, openKafkaLedger, openSqliteLedger } from '@cufflink/ledger'
import { enrolled, kafkaForTests, produceKafka } from '@cufflink/testkit'
import { Kafka, logLevel } from 'kafkajs'
import { verifyCommand } from '../verify-ledger.ts'

const kafka = await kafkaForTests()
after(() => kafka[Symbol.asyncDispose]())

const cufflink = fileURLToPath(new URL('../cufflink.ts', import.meta.url))
const DAY_MS = 86_400_000

const device = (id: string, name: string, patient: string): Fact => ({
  id,
  type: 'device.registered',
  v: 1,
  tenant: 't',
  at: Date.now(),
  by: 'user:tester',
  data: {
    device: name,
    model: 'BPM',
    secretDigest: '0'.repeat(64),
    status: 'active',
    assignments: [{ patient, from: 1_790_000_000_000 }],
  },
})
const refused = (n: number, daysAgo: number): Fact => {
  const at = Date.now() - daysAgo * DAY_MS
  const data = {
    source: 'cuff-1',
    path: 'p',
    code: 'JSON_INVALID',
    receivedAt: at,
    payloadBase64: '',
  } as const
  return { id: `refused-${n}`, type: 'payload.rejected', v: 2, tenant: 't', at, by: 'device:cuff-1', data }
}
const facts: readonly Fact[] = [
  enrolled(1),
  // One key: compaction may take the first.
  device('first', 'cuff-1', 'p-1'),
  device('second', 'cuff-1', 'p-2'),
  device('third', 'cuff-2', 'p-3'),
  refused(0, 100),
  refused(1, 3),
  refused(2, 2),
]

type Record = Pick<LedgerRecord, 'offset' | 'key' | 'text'>
type Engine = AsyncDisposable & {
  readonly env: { readonly [name: string]: string }
  /** Loses the first fact of these topics as compaction or retention would. Kafka lets no one hurry its compaction. */
  readonly loses: readonly TopicName[]
  loseFirst(topic: TopicName): Promise<void>
  /** The environment of a ledger of which one topic holds other records. */
  altered(topic: TopicName, alter: (records: readonly Record[]) => readonly Record[]): Promise<Engine['env']>
}

async function fill(ledger: Ledger): Promise<void> {
  for (const fact of facts) await ledger.append(fact)
}

async function sqlite(): Promise<Engine> {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-verify-'))
  const ledger = await openSqliteLedger({ dir: folder.path, partitions: 1 })
  await fill(ledger)
  await ledger.close()
  const onFile = (change: (database: DatabaseSync) => void): void => {
    const database = new DatabaseSync(join(folder.path, 'ledger.db'))
    change(database)
    database.close()
  }
  const env = { STATE_DIR: folder.path, LEDGER_ENGINE: 'sqlite' }
  const number = (topic: TopicName): number => topicNames.indexOf(topic)
  return {
    env,
    loses: ['registry', 'rejected'],
    loseFirst: async (topic) =>
      onFile((database) =>
        database.prepare('DELETE FROM facts WHERE topic = ? AND offset = 0').run(number(topic)),
      ),
    async altered(topic, alter) {
      onFile((database) => {
        const rows = database
          .prepare('SELECT offset, key, text FROM facts WHERE topic = ? ORDER BY offset')
          .all(number(topic)) as Record[]
        database.prepare('DELETE FROM facts WHERE topic = ?').run(number(topic))
        const insert = database.prepare(
          'INSERT INTO facts (topic, partition, offset, key, text) VALUES (?, 0, ?, ?, ?)',
        )
        for (const { offset, key, text } of alter(rows)) insert.run(number(topic), offset, key, text)
      })
      return env
    },
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  }
}

async function onKafka(): Promise<Engine> {
  await using stack = new AsyncDisposableStack()
  const { brokers } = kafka
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-verify-')))
  const open = async (prefix: string): Promise<Ledger> =>
    stack.adopt(await openKafkaLedger({ brokers, partitions: 1, prefix }), (one) => one.close())
  const envOf = (prefix: string) => ({
    STATE_DIR: path,
    LEDGER_ENGINE: 'kafka',
    LEDGER_PARTITIONS: '1',
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC_PREFIX: prefix,
  })
  const prefix = `verify.${randomUUID()}.`
  const ledger = await open(prefix)
  await fill(ledger)
  const owned = stack.move()
  return {
    env: envOf(prefix),
    loses: ['rejected'],
    async loseFirst(topic) {
      const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      await admin.fetchTopicOffsets(`${prefix}${topic}`) // or kafkajs does not know who leads the topic
      await admin.deleteTopicRecords({
        topic: `${prefix}${topic}`,
        partitions: [{ partition: 0, offset: '1' }],
      })
      await admin.disconnect()
    },
    async altered(altered, alter) {
      const copy = `verify.${randomUUID()}.`
      owned.adopt(await openKafkaLedger({ brokers, partitions: 1, prefix: copy }), (one) => one.close())
      for (const topic of topicNames) {
        const records = await ledger.read(topic, 0, 0, 100)
        await produceKafka(brokers, `${copy}${topic}`, topic === altered ? alter(records) : records)
      }
      return envOf(copy)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function verify(env: Engine['env'], ...args: readonly string[]): Promise<{ code: unknown; said: string }> {
  const { NODE_TEST_CONTEXT: _context, ...rest } = process.env
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cufflink, 'verify', ...args],
      { env: { ...rest, ...env } },
      (error, out, err) => resolve({ code: error === null ? 0 : error.code, said: out + err }),
    )
  })
}

const flipped = (records: readonly Record[]): readonly Record[] =>
  records.with(1, { ...records[1]!, text: records[1]!.text.replace('p-2', 'p-9').replace('JSON', 'TIME') })
const swapped = (records: readonly Record[]): readonly Record[] =>
  records.with(1, { ...records[2]!, offset: 1 }).with(2, { ...records[1]!, offset: 2 })
const tamperings = {
  'a flipped byte': {
    alter: flipped,
    told: /\/0: the fact at offset 1 is not as the saved heads remember it/,
  },
  'two swapped rows': { alter: swapped, told: /\/0: the facts at offsets 1, 2 are not as the saved heads/ },
  'a dropped row': {
    alter: (records: readonly Record[]) => records.toSpliced(1, 1),
    told: /the facts? at offsets? (1|2) is missing/,
  },
  'a cut tail': {
    alter: (records: readonly Record[]) => records.slice(0, 2),
    told: /the fact at offset 2 is missing, though the topic keeps it/,
  },
}

for (const [name, engine] of [
  ['SQLite', sqlite],
  ['Kafka', onKafka],
] as const) {
  test(`${name}: compaction and retention are no faults to \`verify\``, async () => {
    await using opened = await engine()
    const heads = join(opened.env['STATE_DIR']!, 'heads.jsonl')
    const saved = await verify(opened.env, '--save', heads)
    assert.deepEqual([saved.code, /Whole/.test(saved.said)], [0, true], saved.said)
    for (const topic of opened.loses) await opened.loseFirst(topic)
    const after = await verify(opened.env, '--against', heads)
    const left = 6 - opened.loses.length
    assert.match(
      after.said,
      new RegExp(`Whole: 1 facts compared with 1 heads, ${left} with 6 that were saved`),
    )
    assert.equal(after.code, 0)
  })

  for (const topic of ['registry', 'rejected'] as const)
    for (const [what, { alter, told }] of Object.entries(tamperings))
      test(`${name}: ${what} of ${topic} is found with saved heads`, async () => {
        await using opened = await engine()
        const heads = join(opened.env['STATE_DIR']!, 'heads.jsonl')
        await verifyCommand(opened.env, { save: heads })
        const env = await opened.altered(topic, alter)
        const { text, isWhole } = await verifyCommand(env, { against: heads })
        assert.match(text, told)
        assert.equal(isWhole, false)
      })
}
