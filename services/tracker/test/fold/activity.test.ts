import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeFact, type Fact, keyOf, topicOf } from '@cufflink/contracts'
import { decodeFactList, decodeMinutes, foldQueue, patientsOf, type Queue } from '@cufflink/folds'
import type { LedgerRecord } from '@cufflink/ledger'
import fc from 'fast-check'
import { activityProjection } from '../../src/fold/activity.ts'
import { trackPartition } from '../../src/fold/partition.ts'
import { ledgerOf, temporaryViews } from '../harness.ts'

const shard = { topic: 'activity', partition: 0 } as const
const fixtures = new URL('../../../../packages/contracts/fixtures/', import.meta.url)

/** One fact of every version of every type of `activity`, as the contracts' fixtures have them. */
const everything: readonly Fact[] = readdirSync(fixtures)
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as object[])
  .map((content) => decodeFact(JSON.stringify(content)))
  .filter(({ type }) => topicOf(type) === 'activity')

const recordsOf = (facts: readonly Fact[]): LedgerRecord[] =>
  facts.map((fact, offset) => ({ ...shard, offset, key: keyOf(fact), text: JSON.stringify(fact) }))

const keysOf = (facts: readonly Fact[]): string[] => [
  ...new Set(facts.flatMap((fact) => activityProjection(fact, 0).map(({ key }) => key))),
]

async function folded(batches: readonly (readonly LedgerRecord[])[], cacheBytes: number) {
  await using views = await temporaryViews()
  const tracker = trackPartition({
    shard,
    views,
    ledger: ledgerOf(1_000),
    wasReset: assert.fail,
    projection: activityProjection,
    cacheBytes,
    unreadable: ({ text }) => assert.fail(text),
  })
  await tracker.locate()
  for (const batch of batches) if (batch.length > 0) await tracker.apply(batch)
  const keys = keysOf(everything)
  const documents = await views.load(shard, keys)
  return new Map(keys.map((key, index) => [key, documents[index]]))
}

test('every fact of activity folds into a document, and what is a patient’s changes that patient’s pages', () => {
  for (const fact of everything) {
    const targets = activityProjection(fact, 0)
    assert.ok(targets.length > 0, fact.type)
    const patients = new Set(targets.map(({ patient }) => patient).filter((patient) => patient !== undefined))
    assert.deepEqual([...patients], 'patient' in fact.data ? [fact.data.patient] : [], fact.type)
  }
})

test('time lies with the patient, with the clinician and, where people wrote it, on the record', async () => {
  const documents = await folded([recordsOf(everything)], 100)
  const month = '2026-10'
  const minutes = decodeMinutes(documents.get(`minutes:riverside/p-0001:${month}`)!)
  const part = decodeMinutes(documents.get(`clinician:riverside/nurse-ada:${month}`)!)
  assert.ok(minutes.stretches.length > 0)
  assert.deepEqual(part.stretches, minutes.stretches)
  const record = decodeFactList(documents.get(`record:riverside/p-0001:${month}`)!)
  const types: ReadonlySet<string> = new Set(record.map(({ fact }) => fact.type))
  for (const type of [
    'time.entered',
    'time.amended',
    'interaction.recorded',
    'note.written',
    'entry.proposed',
  ])
    assert.ok(types.has(type), type)
  assert.ok(!types.has('time.extended'))
})

test('a locked line is listed without its evidence, which stays on the ledger', async () => {
  const documents = await folded([recordsOf(everything)], 100)
  const claims = decodeFactList(documents.get('claims:riverside/p-0001:2026')!)
  const locked = claims.flatMap(({ fact }) => (fact.type === 'claim.locked' && fact.v === 2 ? [fact] : []))
  assert.equal(locked.length, 1)
  assert.deepEqual(locked[0]?.data.evidence, {})
})

test('a set lists the patients', async () => {
  await using views = await temporaryViews()
  const tracker = trackPartition({
    shard,
    views,
    ledger: ledgerOf(1_000),
    wasReset: assert.fail,
    projection: activityProjection,
    cacheBytes: 10_000,
    unreadable: ({ text }) => assert.fail(text),
  })
  await tracker.locate()
  await tracker.apply(recordsOf(everything))
  assert.deepEqual(await views.members(shard, patientsOf('riverside')), ['p-0001'])
})

test('a queue has what waits for a person: what was worked off is gone, and comes back with another fact, never with the same', () => {
  const line = { patient: 'p-1', from: '2026-03-01', to: '2026-03-30' }
  const said = (type: Fact['type'], id: string, data: object): Fact =>
    ({ id, type, v: 1, tenant: 'riverside', at: 5, by: 'user:x', data: { ...line, ...data } }) as never
  const differs = (id: string, newUnits: number) =>
    said('claim.differs', id, {
      oldCode: '99454',
      newCode: '99454',
      oldUnits: 1,
      newUnits,
      differenceCents: -9,
    })
  const settled = (id: string) => said('claim.settled', id, { code: '99454' })
  const waits = (...facts: readonly Fact[]): readonly string[] =>
    facts.reduce<Queue | undefined>(foldQueue, undefined)!.items.map(({ id }) => id)
  assert.deepEqual(waits(differs('a', 0)), ['a'])
  assert.deepEqual(waits(differs('a', 0), differs('b', 2)), ['b'])
  assert.deepEqual(waits(differs('a', 0), differs('b', 1)), [])
  assert.deepEqual(waits(differs('a', 0), settled('s'), differs('a', 0)), [])
  assert.deepEqual(waits(differs('a', 0), settled('s'), differs('b', 0), settled('s')), ['b'])
  const settledAs = (difference: string) =>
    ({ ...settled(`s ${difference}`), v: 2, data: { ...settled('').data, difference } }) as Fact
  assert.deepEqual(waits(differs('a', 0), settledAs('a')), [])
  assert.deepEqual(waits(differs('a', 0), differs('b', 2), settledAs('a')), ['b'])
  assert.deepEqual(waits(differs('a', 0), said('claim.unlocked', 'u', { code: '99454' })), [])
  const entry = { session: 'e-1', startedAt: Date.UTC(2026, 2, 31, 23) }
  const [proposed, decided] = [said('entry.proposed', 'p', entry), said('entry.decided', 'd', entry)]
  assert.deepEqual(foldQueue(undefined, proposed).items, [
    { id: 'p', patient: 'p-1', name: 'e-1', part: '2026-03', at: entry.startedAt },
  ])
  assert.deepEqual(waits(proposed, differs('a', 0), decided), ['a'])
})

test('any cut into batches, with or without documents at hand, gives the same documents', async () => {
  const records = recordsOf([...everything, ...everything])
  const whole = await folded([records], 100_000)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: records.length }), { maxLength: 6 }),
      fc.constantFrom(0, 500, 100_000),
      async (cuts, cacheBytes) => {
        const ends = [...new Set([...cuts, records.length])].toSorted((a, b) => a - b)
        const batches = ends.map((end, index) => records.slice(ends[index - 1] ?? 0, end))
        assert.deepEqual(await folded(batches, cacheBytes), whole)
      },
    ),
    { numRuns: 25 },
  )
})
