import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ledger, openKafkaLedger } from '@cufflink/ledger'
import { enrolled, type StartedKafka, startKafka, waitFor } from '@cufflink/testkit'

/** Appends one fact after another, up to 20 under way, until told to stop or disposed. */
function appendSteadily(ledger: Ledger) {
  const durable: number[] = []
  const pending: Promise<unknown>[] = []
  let next = 0
  const timer = setInterval(() => {
    if (next - durable.length >= 20) return
    const number = next++
    const appended = ledger.append(enrolled(number)).then(() => durable.push(number))
    // A test that failed closes the ledger under what is pending; `stop` is where a refusal counts.
    appended.catch(() => undefined)
    pending.push(appended)
  }, 5)
  return {
    durable,
    /** Resolves, with their number, when all of them are durable. */
    async stop() {
      clearInterval(timer)
      await Promise.all(pending)
      return next
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Counts what a follower of the same ledger is handed, each partition from its beginning and no fact twice. */
async function followSteadily(ledger: Ledger) {
  const next = new Map<number, number>()
  const following = await ledger.followAll(['activity'], {
    assigned: async (_topic, partition) => next.get(partition) ?? 0,
    async apply({ partition, records }) {
      next.set(partition, records.at(-1)!.offset + 1)
      return next.get(partition)!
    },
    revoked: () => undefined,
  })
  return {
    get count() {
      return next.values().reduce((sum, count) => sum + count, 0)
    },
    [Symbol.asyncDispose]: () => following.close(),
  }
}

/** The distinct facts that are on the ledger. */
async function stored(ledger: Ledger): Promise<Set<string>> {
  const ends = await ledger.endOffsets('activity')
  const lists = await Promise.all(ends.map((end, partition) => ledger.read('activity', partition, 0, end)))
  return new Set(lists.flat().map(({ text }) => (JSON.parse(text) as { id: string }).id))
}

async function open(kafka: StartedKafka, replicas: number) {
  const ledger = await openKafkaLedger({
    brokers: kafka.brokers,
    partitions: 2,
    replicationFactor: replicas,
    minInsyncReplicas: Math.max(1, replicas - 1),
  })
  return Object.assign(ledger, { [Symbol.asyncDispose]: () => ledger.close() })
}

test('the only broker killed and started again: every fact becomes durable, in order, by itself', async () => {
  await using kafka = await startKafka()
  await using ledger = await open(kafka, 1)
  using appending = appendSteadily(ledger)
  await waitFor(() => appending.durable.length > 50, { what: 'the first facts' })
  await kafka.nodes[0]!.kill()
  const before = appending.durable.length
  await waitFor(() => !ledger.available, { what: 'the outage to be noticed' })
  assert.ok(appending.durable.length - before <= 20, 'a fact was durable without a broker')
  await kafka.nodes[0]!.start()
  await waitFor(() => appending.durable.length > before + 50, {
    what: 'facts again',
  })
  const count = await appending.stop()
  assert.deepEqual(
    appending.durable,
    Array.from({ length: count }, (_, number) => number),
  )
  assert.equal((await stored(ledger)).size, count)
})

test('a leader that stands still is left for another; without a second replica in sync nothing is durable (P12)', async () => {
  await using kafka = await startKafka({ nodes: 3 })
  await using ledger = await open(kafka, 3)
  await using following = await followSteadily(ledger)
  using appending = appendSteadily(ledger)
  await waitFor(() => following.count > 50, { what: 'the first facts' })
  const [first, second] = kafka.nodes
  first!.pause()
  const paused = appending.durable.length
  await waitFor(() => appending.durable.length > paused + 50, {
    what: 'another leader',
  })
  const handedOver = following.count
  await waitFor(() => following.count > handedOver + 50, {
    what: 'the follower to go on',
  })
  await second!.kill()
  await waitFor(() => !ledger.available, { what: 'the outage to be noticed' })
  const alone = appending.durable.length
  first!.resume()
  await second!.start()
  await waitFor(() => appending.durable.length > alone + 50, {
    what: 'facts again',
  })
  const count = await appending.stop()
  assert.equal(appending.durable.length, count)
  assert.equal((await stored(ledger)).size, count)
})
