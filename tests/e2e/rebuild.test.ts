import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { patientKey } from '@cufflink/contracts'
import { daysKey } from '@cufflink/folds'
import { connectDevice, redisClusterForTests, waitFor } from '@cufflink/testkit'
import type { Views } from '@cufflink/views'
import { Redis } from 'ioredis'
import { engineSets, startEmbedded } from './harness/engine-sets.ts'
import {
  bloodPressure,
  enrolPatient,
  firstReadingCounts,
  localInstant,
  openPractice,
} from './harness/practice.ts'
import { runToEnd } from './harness/program.ts'

const PRACTICE = 'rebuilt'

engineSets('`cufflink rebuild`, beside the running program', (system) => {
  const rebuild = (...more: string[]) =>
    runToEnd(process.execPath, ['scripts/cufflink.ts', 'rebuild', ...more], system().settings)

  test('names the patient whose document was damaged, mends it, and the program goes on in the next generation', async () => {
    const { consoleUrl, mqttUrl, openViews, partitions } = system()
    await openPractice(consoleUrl, PRACTICE)
    await using views = Object.assign(await openViews(), { [Symbol.asyncDispose]: () => views.close() })
    const tallyOf = (patient: string) => talliedIn(views, partitions, patient)
    const hasDays = (patient: string, count: number) =>
      waitFor(async () => (await tallyOf(patient)).tally['dataDays'] === String(count), {
        what: `${count} days of ${patient}`,
      })
    const devices = new Map<string, { publish(day: number): Promise<unknown> }>()
    await using stack = new AsyncDisposableStack()
    for (const [patient, days] of [
      ['p-1', 2],
      ['p-2', 3],
    ] as const) {
      const credentials = await enrolPatient(consoleUrl, { practice: PRACTICE, patient })
      await firstReadingCounts(mqttUrl, credentials, {
        measuredAt: localInstant(1),
        counts: async () => (await tallyOf(patient)).tally['dataDays'] === '1',
      })
      const device = stack.use(connectDevice({ url: mqttUrl, ...credentials }))
      devices.set(patient, { publish: (day) => device.publish(bloodPressure(localInstant(day))) })
      for (let day = 2; day <= days; day += 1) await devices.get(patient)!.publish(day)
      await hasDays(patient, days)
    }
    const whole = await rebuild('--dry-run')
    assert.equal(whole.out, 'The views of 2 patients are what the ledger comes to.\n', whole.err)
    assert.equal(whole.code, 0)
    assert.equal(await views.generations.live(), 1)

    await damage(views, await Promise.all(['p-1', 'p-2'].map(tallyOf)))
    const isDamaged = async (): Promise<boolean> => (await tallyOf('p-2')).tally['dataDays'] !== '3'
    await waitFor(isDamaged, { what: 'the damage' })
    const damaged = await rebuild('--dry-run')
    assert.match(
      damaged.out,
      /^rebuilt\/p-2: .*dataDays, .*documents\nThe views of 1 of 2 patients are not/,
      damaged.err,
    )
    assert.equal(damaged.code, 1)
    assert.equal(await views.generations.live(), 1)
    assert.ok(await isDamaged())

    const mended = await rebuild()
    assert.match(mended.out, /^rebuilt\/p-2: .*dataDays, .*documents\n[^]*Generation 2 is live/, mended.err)
    assert.equal(mended.code, 0, mended.err)
    await waitFor(() => views.generation === 2, { what: 'the flip' })
    assert.equal((await tallyOf('p-2')).tally['dataDays'], '3')
    await devices.get('p-1')!.publish(3)
    await hasDays('p-1', 3)
    const again = await rebuild('--dry-run')
    assert.equal(again.out, 'The views of 2 patients are what the ledger comes to.\n', again.err)
  })
})

test('`cufflink rebuild` on a Redis Cluster flips, and removes from every node what was live before', async () => {
  await using cluster = await redisClusterForTests()
  const prefix = `rebuilt-${randomUUID()}:`
  await using system = await startEmbedded({
    VIEWS_ENGINE: 'redis',
    REDIS_CLUSTER: cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(','),
    REDIS_PREFIX: prefix,
  })
  const { consoleUrl, mqttUrl, openViews, partitions, settings } = system
  await openPractice(consoleUrl, PRACTICE)
  await using views = Object.assign(await openViews(), { [Symbol.asyncDispose]: () => views.close() })
  const hasDays = async (count: number): Promise<boolean> =>
    (await talliedIn(views, partitions, 'p-1')).tally['dataDays'] === String(count)
  const credentials = await enrolPatient(consoleUrl, { practice: PRACTICE, patient: 'p-1' })
  await firstReadingCounts(mqttUrl, credentials, { measuredAt: localInstant(2), counts: () => hasDays(1) })
  const keysOf = (generation: number): Promise<string[][]> =>
    Promise.all(cluster.nodes.map((node) => keysOn(node, `${prefix}g${generation}:*`)))
  const isOnEach = (keys: readonly string[][]): boolean => keys.every(({ length }) => length > 0)
  // Each lies where its name is hashed to.
  for (let number = 2; !isOnEach(await keysOf(1)); number += 1)
    await enrolPatient(consoleUrl, { practice: PRACTICE, patient: `p-${number}` })

  const rebuilt = await runToEnd(process.execPath, ['scripts/cufflink.ts', 'rebuild'], settings)
  assert.match(rebuilt.out, /^The views of \d+ patients were what .*\nGeneration 2 is live/, rebuilt.err)
  assert.equal(rebuilt.code, 0)
  await waitFor(() => views.generation === 2, { what: 'the flip' })
  assert.deepEqual((await keysOf(1)).flat(), [])
  assert.ok(isOnEach(await keysOf(2)))
  await using device = connectDevice({ url: mqttUrl, ...credentials })
  await device.publish(bloodPressure(localInstant(1)))
  await waitFor(() => hasDays(2), { what: 'a day that came after the flip' })
})

async function keysOn(node: { readonly host: string; readonly port: number }, pattern: string) {
  const redis = new Redis(node)
  const found = await redis.keys(pattern)
  redis.disconnect()
  return found
}

async function talliedIn(views: Views, partitions: number, patient: string) {
  const name = patientKey(PRACTICE, patient)
  for (let partition = 0; partition < partitions; partition += 1) {
    const [tally = {}] = await views.evaluations.tallies(partition, [name])
    if (Object.keys(tally).length > 0) return { partition, tally }
  }
  return { partition: 0, tally: {} as Readonly<Record<string, string>> }
}

/** The second patient's readings become those of the first, whose device they do not have: by hand. */
async function damage(views: Views, [from, to]: Awaited<ReturnType<typeof talliedIn>>[]): Promise<void> {
  for (const month of new Set(
    [1, 2, 3].map((day) => new Date(localInstant(day)).toISOString().slice(0, 7)),
  )) {
    const [bytes] = await views.load({ topic: 'readings', partition: from!.partition }, [
      daysKey(PRACTICE, 'p-1', month),
    ])
    const shard = { topic: 'readings', partition: to!.partition } as const
    const at = await views.watermark(shard)
    const documents = bytes === undefined ? [] : [{ key: daysKey(PRACTICE, 'p-2', month), bytes }]
    const changed = new Map([[PRACTICE, new Set(['p-2'])]])
    await views.commit(shard, { expected: at, next: at, documents, members: [], changed })
  }
}
