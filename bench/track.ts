import { randomUUID } from 'node:crypto'
import { patientKey } from '@cufflink/contracts'
import { type Ledger, type LedgerRecord, openKafkaLedger, partitionOf } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { startKafka, startRedis } from '@cufflink/testkit'
import { readingsProjection, startTracking, trackPartition } from '@cufflink/tracker'
import { openRedisViews, type Views } from '@cufflink/views'
import { benchReading } from './readings.ts'
import type { Report } from './report.ts'

const PARTITIONS = 8
const READINGS = 400_000
const PATIENTS = 2_000
const START = Date.UTC(2026, 9, 1)
const BATCH = 2_000
const reading = (index: number) => benchReading(index, { patients: PATIENTS, since: START })

/**
 * Kafka → fold → Redis on one tracker, against a consumer that only reads; and fold → Redis alone, from memory.
 * 2,000 patients, four readings a day each, in the order in which they would have come.
 */
export async function benchTrack(report: Report): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const kafka = stack.use(await startKafka({ java: [] }))
  const redis = stack.use(await startRedis())
  const ledger = await openKafkaLedger({
    brokers: kafka.brokers,
    partitions: PARTITIONS,
    prefix: `bench.${randomUUID()}.`,
  })
  stack.defer(() => ledger.close())
  for (let from = 0; from < READINGS; from += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, (_, index) => ledger.append(reading(from + index))))
  }
  const views = () =>
    openRedisViews({ url: redis.url, partitions: PARTITIONS, prefix: `bench:${randomUUID()}:` })

  const reference = await readOnly(ledger)
  const tallies = await views()
  stack.defer(() => tallies.close())
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const tracking = await startTracking({
    ledger,
    views: tallies,
    logger: createLogger({ service: 'bench', level: 'silent' }),
    cacheBytes: 10_485_760,
    verifyMs: 1_000,
    stalledMs: 60_000,
    failed(error) {
      throw error
    },
  })
  while (tracking.tally.folded < READINGS) await new Promise((resolve) => setTimeout(resolve, 5))
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  await tracking.close()
  const cpuUsPerMsg = (user + system) / READINGS
  report.note('The reference is a consumer of the same ledger that only reads.')
  report.add({
    bench: 'track: Kafka, fold, Redis',
    engine: 'kafka+redis',
    ours: READINGS / seconds,
    reference,
    cpuUsPerMsg,
  })

  const memory = await views()
  stack.defer(() => memory.close())
  report.add({
    bench: 'track: memory, fold, Redis',
    engine: 'redis',
    ours: await fromMemory(memory),
    reference,
  })
}

async function readOnly(ledger: Ledger): Promise<number> {
  let seen = 0
  const done = Promise.withResolvers<void>()
  const startedAt = performance.now()
  const following = await ledger.followAll(['readings'], {
    assigned: async () => 0,
    async apply({ records }) {
      seen += records.length
      if (seen >= READINGS) done.resolve()
      return records.at(-1)!.offset + 1
    },
    revoked: () => undefined,
  })
  await done.promise
  const rate = READINGS / ((performance.now() - startedAt) / 1_000)
  await following.close()
  return rate
}

/** The same readings on the same partitions, folded as fast as they can be, all partitions at once. */
async function fromMemory(views: Views): Promise<number> {
  const partitions: LedgerRecord[][] = Array.from({ length: PARTITIONS }, () => [])
  for (let index = 0; index < READINGS; index += 1) {
    const fact = reading(index)
    const key = patientKey(fact.tenant, fact.data.patient)
    const partition = partitionOf(key, PARTITIONS)
    const records = partitions[partition]!
    records.push({ topic: 'readings', partition, offset: records.length, key, text: JSON.stringify(fact) })
  }
  const startedAt = performance.now()
  await Promise.all(partitions.map((records, partition) => foldAll(views, partition, records)))
  return READINGS / ((performance.now() - startedAt) / 1_000)
}

async function foldAll(views: Views, partition: number, records: readonly LedgerRecord[]): Promise<void> {
  const tracker = trackPartition({
    shard: { topic: 'readings', partition },
    ledger: {
      startOffsets: async () => Array.from({ length: PARTITIONS }, () => 0),
      endOffsets: async () => Array.from({ length: PARTITIONS }, () => records.length),
    },
    wasReset: () => undefined,
    views,
    projection: readingsProjection,
    cacheBytes: 10_485_760 / PARTITIONS,
    unreadable: () => undefined,
  })
  await tracker.locate()
  for (let from = 0; from < records.length; from += BATCH)
    await tracker.apply(records.slice(from, from + BATCH))
}
