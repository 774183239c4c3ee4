import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import { createFairQueue } from '../../src/shares/fair-queue.ts'
import { createShares, type Work } from '../../src/shares/shares.ts'

const limits = {
  readingsPerSecond: 20,
  burstReadings: 2_000,
  factsPerDay: 5_000,
  maxBytes: 67_108_864,
  maxPacketBytes: 262_144,
}

function bench({ maxFacts = 20_000 } = {}) {
  const clock = { now: 0, isTrusted: true }
  const now = (): number => clock.now
  const shares = createShares({ limits, now })
  const queue = createFairQueue({ shares, maxFacts, mayStart: () => clock.isTrusted, now })
  const asked: string[] = []
  const started: string[] = []
  const dropped: string[] = []
  const durable: (() => void)[] = []
  const work = (name: string, { bytes = 100, facts = 1 } = {}): Work => ({
    bytes,
    start() {
      asked.push(name)
      if (!clock.isTrusted) return undefined
      started.push(name)
      const { promise, resolve } = Promise.withResolvers<void>()
      durable.push(resolve)
      return { readings: facts, facts, settled: promise }
    },
    comesAgain: false,
    lapse: () => assert.fail('what does not come again is kept'),
    drop: () => void dropped.push(name),
  })
  const submit = (device: string, ...given: Parameters<typeof work>): void =>
    queue.submit(shares.of(device), work(...given))
  return { clock, shares, queue, asked, started, dropped, durable, submit }
}

/** All that the queue does of itself, until nothing is left to do. */
async function atRest({ started }: { started: readonly string[] }): Promise<void> {
  for (let last = -1; last !== started.length; ) {
    last = started.length
    for (let n = 0; n < 5; n += 1) await new Promise(setImmediate)
  }
}

test('a reading of a device with little under way is started at once', () => {
  const { submit, started } = bench()
  submit('cuff', 'reading')
  assert.deepEqual(started, ['reading'])
})

test('a quiet device’s reading goes before all that waits of a device that sends in batches', async () => {
  const queue = bench()
  const batch = { bytes: 100_000, facts: 1_000 }
  for (let n = 0; n < 3; n += 1) queue.submit('flood', `batch-${n}`, batch)
  await atRest(queue)
  // More is at the ledger than may be in turns: what waits, waits.
  assert.deepEqual(queue.started, ['batch-0'])
  queue.submit('cuff', 'reading')
  assert.deepEqual(queue.started, ['batch-0', 'reading'])
  queue.durable[0]!()
  await atRest(queue)
  assert.deepEqual(queue.started, ['batch-0', 'reading', 'batch-1'])
})

test('devices that all have much to send take turns, a message each', async () => {
  const queue = bench()
  for (const device of ['a', 'b', 'c'])
    for (let n = 0; n < 3; n += 1) queue.submit(device, `${device}${n}`, { bytes: 5_000, facts: 3 })
  await atRest(queue)
  assert.deepEqual(queue.started, ['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
})

test('after a round of turns it rests three times as long as the round took, 50 ms at most; a quiet device’s reading does not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const queue = bench()
  for (let n = 0; n < 100; n += 1) queue.submit('stored', `${n}`, { bytes: 5_000, facts: 10 })
  const started = async (): Promise<number> => {
    await atRest(queue)
    return queue.started.length
  }
  const pass = (ms: number): void => {
    queue.clock.now += ms
    t.mock.timers.tick(ms)
  }
  const takeMs = (ms: number): void => {
    pass(ms)
    for (const resolve of queue.durable.splice(0)) resolve()
  }
  assert.equal(await started(), 4)
  takeMs(10)
  assert.equal(await started(), 4)
  queue.submit('cuff', 'reading')
  assert.equal(queue.started.at(-1), 'reading')
  pass(29)
  assert.equal(await started(), 5)
  pass(1)
  assert.equal(await started(), 9)
  takeMs(60_000)
  assert.equal(await started(), 9)
  pass(49)
  assert.equal(await started(), 9)
  pass(1)
  assert.equal(await started(), 13)
})

test('beyond its rate a device waits, and nothing of it is lost', async () => {
  const queue = bench()
  for (let n = 0; n < 2_100; n += 1) queue.submit('fast', `${n}`)
  await atRest(queue)
  while (queue.durable.length > 0) {
    for (const resolve of queue.durable.splice(0)) resolve()
    await atRest(queue)
  }
  assert.equal(queue.started.length, 2_000)
  queue.clock.now += 1_000
  const twenty = () => queue.started.length === 2_020
  await waitFor(twenty, { what: 'a second of its rate', everyMs: 1 })
  queue.submit('cuff', 'reading')
  assert.equal(queue.started.at(-1), 'reading')
  queue.queue.close()
})

test('batches get their turn while a thousand devices have a reading at the ledger each', async () => {
  const queue = bench()
  for (let n = 0; n < 1_500; n += 1) queue.submit(`dev-${n}`, `reading-${n}`)
  queue.submit('stored', 'batch', { bytes: 100_000, facts: 1_000 })
  await atRest(queue)
  assert.equal(queue.started.at(-1), 'batch')
})

test('while the ledger is away no more than the bound is handed to it, and what waits keeps its bytes counted', async () => {
  const queue = bench({ maxFacts: 100 })
  for (let n = 0; n < 300; n += 1) queue.submit(`dev-${n}`, `${n}`)
  await atRest(queue)
  assert.equal(queue.started.length, 100)
  assert.equal(queue.queue.waiting, 200)
  assert.ok(queue.shares.bytes >= 300 * 100)
  while (queue.durable.length > 0) {
    for (const resolve of queue.durable.splice(0)) resolve()
    await atRest(queue)
  }
  assert.equal(queue.started.length, 300)
  assert.equal(queue.shares.bytes, 0)
})

test('while nothing may start all of it waits and costs its bytes and no more; then it goes on in turns', async () => {
  const queue = bench()
  const { clock, shares, queue: fair } = queue
  clock.isTrusted = false
  for (let n = 0; n < 3; n += 1) for (const device of ['a', 'b']) queue.submit(device, `${device}${n}`)
  await atRest(queue)
  assert.deepEqual([queue.started, fair.waiting, fair.facts], [[], 6, 0])
  assert.deepEqual(queue.asked, ['a0', 'b0'], 'none is looked into again and again')
  assert.ok(shares.bytes >= 600)
  assert.equal(shares.of('a').rate.level(0), limits.burstReadings)
  clock.isTrusted = true
  await waitFor(() => queue.started.length === 6, { what: 'all of them', everyMs: 1 })
  assert.deepEqual(queue.started, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  for (const resolve of queue.durable.splice(0)) resolve()
  await atRest(queue)
  assert.deepEqual([fair.waiting, fair.facts, shares.bytes], [0, 0, 0])
})

test('a queue that stops hands nothing more on; closed, it drops what waits', async () => {
  const queue = bench()
  queue.submit('flood', 'batch-0', { bytes: 100_000, facts: 1_000 })
  queue.queue.stop()
  queue.submit('cuff', 'late')
  await atRest(queue)
  assert.deepEqual(queue.started, [])
  queue.queue.close()
  assert.deepEqual(queue.dropped, ['batch-0', 'late'])
})
