import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { statesOf } from '@cufflink/charts'
import { type Fact, patientKey } from '@cufflink/contracts'
import { daysKey, decodeDays, encodeDays, utcMonth } from '@cufflink/folds'
import {
  type Ledger,
  type LedgerReader,
  openKafkaLedger,
  openSqliteLedger,
  openSqliteReader,
} from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { kafkaForTests, redisForTests, waitFor } from '@cufflink/testkit'
import { openRedisViews, openSqliteViews, type Tally, type Views } from '@cufflink/views'
import fc from 'fast-check'
import { recountTallies, startTracker, TrackerConfig } from '../../src/index.ts'
import { NOW, randomPractice, TENANT } from '../random-practice.ts'

const PARTITIONS = 2
const PATIENTS = 24
const logger = createLogger({ service: 'tracker', level: 'silent' })

type Engines = AsyncDisposable & {
  readonly ledger: Ledger
  readonly views: Views
  reader(): LedgerReader
}
const sets = { embedded, distributed }

for (const [set, open] of Object.entries(sets)) {
  describe(`Tallies, counted a second time, ${set}`, () => {
    const runs = set === 'embedded' ? 3 : 1

    test('are what the program counts, of any practice', async () => {
      const counted = fc.asyncProperty(randomPractice(PATIENTS), async (facts) => {
        await using practice = await evaluated(facts, open)
        const { differing, miscounted } = await practice.recounted()
        assert.deepEqual({ differing, miscounted }, { differing: [], miscounted: [] })
      })
      await fc.assert(counted, { numRuns: runs, endOnFailure: true })
    })

    test('name the patient whose tally was changed by hand, the one with readings that the fold has lost, and the one that only a count knows', async () => {
      const [facts = []] = fc.sample(randomPractice(PATIENTS), { seed: 1, numRuns: 1 })
      const opened = facts.find(({ type }) => type === 'practice.opened')!
      const elsewhere = { ...opened, id: 'open-elsewhere', tenant: 'elsewhere' }
      await using practice = await evaluated([...facts, elsewhere], open)
      const [one, other] = practice.patients.filter(({ tally }) => Number(tally['dataDays']) > 2)
      await practice.loseReadings(other!)
      await practice.write(one!, { ...one!.tally, seconds: '60', lastReadingAt: '' })
      await practice.count('elsewhere', 'active')
      const { differing, miscounted } = await practice.recounted()
      assert.deepEqual(miscounted, [{ practice: 'elsewhere', states: ['active'] }])
      const found = new Map(differing.map(({ name, ...fields }) => [name, fields]))
      assert.deepEqual([...found.keys()].toSorted(), [one!.name, other!.name].toSorted())
      const changed = ['lastReadingAt', 'seconds']
      assert.deepEqual(found.get(one!.name), { folded: changed, counted: changed })
      const { counted } = found.get(other!.name)!
      assert.ok(counted.includes('dataDays') && counted.includes('readingsPerDate'), counted.join())
    })
  })
}

type Evaluated = { readonly name: string; readonly partition: number; readonly tally: Tally }

/** A practice that a tracker has folded and evaluated, at a clock that stands. */
async function evaluated(facts: readonly Fact[], open: () => Promise<Engines>) {
  await using stack = new AsyncDisposableStack()
  const { ledger, views, reader } = stack.use(await open())
  await Promise.all(facts.map((fact) => ledger.append(fact)))
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-tracker-')))
  const config = loadConfig(TrackerConfig, { env: { STATE_DIR: path, TRACKER_HTTP_PORT: '0' } })
  const lifecycle = createLifecycle({ logger, service: 'tracker' })
  const clock = { rate: 1, now: () => NOW }
  await lifecycle.start(
    async () => void (await startTracker({ config, ledger, views, logger, lifecycle, clock })),
  )
  stack.defer(() => lifecycle.stop({ reason: 'test' }))
  const names = Array.from({ length: PATIENTS }, (_, index) => patientKey(TENANT, `p-${index}`))
  const tallyOf = async (name: string): Promise<Evaluated> => {
    const partition = ledger.partitionOf(name)
    const [tally = {}] = await views.evaluations.tallies(partition, [name])
    return { name, partition, tally }
  }
  const atRest = async (): Promise<boolean> => {
    const shards = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    for (const topic of ['readings', 'activity'] as const) {
      const ends = await ledger.endOffsets(topic)
      for (const partition of shards)
        if ((await views.watermark({ topic, partition })) < ends[partition]!) return false
    }
    const marked = await Promise.all(shards.map((partition) => views.evaluations.marked(partition)))
    return marked.every(({ size }) => size === 0)
  }
  const rests = () => waitFor(atRest, { what: 'the tallies' })
  await rests()
  const patients = await Promise.all(names.map(tallyOf))
  const owned = stack.move()
  return {
    patients,
    /** As if a patient had been evaluated there, in a partition where no one is known. */
    async count(tenant: string, state: string) {
      const gone = { tenant, patient: 'gone', mark: 0, asOf: { readings: 0, activity: 0 }, tally: {} }
      await views.evaluations.conclude(PARTITIONS - 1, { ...gone, states: [state] })
    },
    async recounted() {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-recount-'))
      const read = reader()
      try {
        return await recountTallies({ ledger: read, views, folder: folder.path, clock, logger })
      } finally {
        if (read !== ledger) await read.close()
      }
    },
    async write({ name, partition }: Evaluated, tally: Tally) {
      const [tenant, patient] = name.split('/') as [string, string]
      const asOf = { readings: Number(tally['asOfReadings']), activity: Number(tally['asOfActivity']) }
      const written = { tenant, patient, mark: 0, asOf, tally, states: statesOf(tally), due: NOW * 2 }
      assert.equal(await views.evaluations.conclude(partition, written), 'written')
    },
    /** As if the fold had never met them: the last months' documents without any, and the patient evaluated again. */
    async loseReadings({ name, partition }: Evaluated) {
      const [tenant, patient] = name.split('/') as [string, string]
      const shard = { topic: 'readings', partition } as const
      const keys = [0, 1, 2].map((back) => daysKey(tenant, patient, utcMonth(NOW - back * 30 * 86_400_000)))
      const at = await views.watermark(shard)
      const found = await views.load(shard, keys)
      const documents = keys.flatMap((key, index) => {
        const bytes = found[index]
        if (bytes === undefined) return []
        const { monthIndex, devices } = decodeDays(bytes)
        const emptied = devices.map((device) => ({ ...device, readings: device.readings.slice(0, 1) }))
        return [{ key, bytes: encodeDays({ monthIndex, devices: emptied }) }]
      })
      const changed = new Map([[tenant, new Set([patient])]])
      await views.commit(shard, { expected: at, next: at, documents, members: [], changed })
      await rests()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function embedded(): Promise<Engines> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-recounted-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const owned = stack.move()
  const reader = () => openSqliteReader(path)
  return { ledger, views, reader, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function distributed(): Promise<Engines> {
  await using stack = new AsyncDisposableStack()
  const { brokers } = stack.use(await kafkaForTests())
  const { url } = stack.use(await redisForTests())
  const prefix = `recount-${randomUUID()}.`
  const ledger = stack.adopt(await openKafkaLedger({ brokers, partitions: PARTITIONS, prefix }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openRedisViews({ url, prefix, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const owned = stack.move()
  return { ledger, views, reader: () => ledger, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
