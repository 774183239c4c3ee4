import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { failure } from '@cufflink/contracts'
import type { Ledger, LedgerBatch } from '@cufflink/ledger'
import type { Violation } from '@cufflink/testkit'
import { LEDGER_MARK, type Views } from '@cufflink/views'
import { type Mutation, trackedThroughRollback } from './mutants/tracked.ts'
import { violations } from './observed.ts'
import { comeToRest, more } from './steps.ts'
import { startEmbeddedSystem } from './system.ts'

// Each promise is broken on purpose, in the same steps that find nothing in the program itself: the audit sees all of it.

const promises = (found: readonly Violation[]): string[] => [...new Set(found.map(({ promise }) => promise))]

test('the program comes through a rollback of its views unharmed', async () => {
  assert.deepEqual(await trackedThroughRollback(), [])
})

test('two trackers that both take themselves for the owner of a partition change nothing (P7)', async () => {
  assert.deepEqual(await trackedThroughRollback({ owners: 2 }), [])
})

const offsetGuard: Mutation['guard'] = (watermark, { next }) => next > watermark

const mutants: Readonly<Record<string, Mutation>> = {
  'the guard `offset > last` instead of compare-and-set': { guard: offsetGuard },
  'the watermark written before the documents': { views: committingFirst },
  'the group’s offset trusted on assignment': { ledger: beginningAtTheEnd, neverRests: true },
  'no check for duplicates': { ledger: neverTheSame },
  'the local day taken from UTC': { zoneOf: () => 'UTC' },
}

for (const [what, mutation] of Object.entries(mutants))
  test(`the audit finds ${what}`, async () => {
    assert.deepEqual(promises(await trackedThroughRollback(mutation)), ['P4'])
  })

/** The process dies once between the two. */
function committingFirst(views: Views): Views {
  let died = false
  return {
    ...views,
    async commit(shard, batch) {
      if (died || shard.topic !== 'readings') return views.commit(shard, batch)
      died = true
      // With the mark, as what notices another ledger would notice its absence.
      const documents = batch.documents.filter(({ key }) => key === LEDGER_MARK)
      await views.commit(shard, { ...batch, documents, members: [], changed: new Map() })
      throw failure('VIEWS_UNAVAILABLE')
    },
  }
}

function beginningAtTheEnd(ledger: Ledger): Ledger {
  return {
    ...ledger,
    follow: (topics, group, follower) =>
      ledger.follow(topics, group, {
        ...follower,
        async assigned(topic, partition) {
          await follower.assigned(topic, partition)
          return (await ledger.endOffsets(topic))[partition]!
        },
      }),
  }
}

/** To a fold that looks at no id, each record is a reading of its own. */
function neverTheSame(ledger: Ledger): Ledger {
  const distinct = (batch: LedgerBatch): LedgerBatch => ({
    ...batch,
    records: batch.records.map((record) => {
      const fact = JSON.parse(record.text) as { id: string }
      return { ...record, text: JSON.stringify({ ...fact, id: `${fact.id}-${record.offset}` }) }
    }),
  })
  return {
    ...ledger,
    follow: (topics, group, follower) =>
      ledger.follow(topics, group, { ...follower, apply: (batch) => follower.apply(distinct(batch)) }),
  }
}

/** Killed while nothing can become durable, with readings under way. @returns what the audit finds after a restart. */
async function killedWithTheLedgerStopped(main?: string): Promise<Violation[]> {
  await using system = await startEmbeddedSystem({ devices: 20, ...(main === undefined ? {} : { main }) })
  const { fleet, program, stateDir } = system
  fleet.publish(200)
  await more(fleet, 200, 'acknowledged')
  {
    using other = new DatabaseSync(join(stateDir, 'ledger.db'), { timeout: 5_000 })
    other.exec('BEGIN IMMEDIATE')
    await more(fleet, 200, 'sent')
    await program.kill()
  }
  await program.start()
  await comeToRest(system)
  return violations(system)
}

test('the program comes through a kill while its ledger stands still unharmed', async () => {
  assert.deepEqual(await killedWithTheLedgerStopped(), [])
})

test('the audit finds PUBACK before the ledger', async () => {
  const mutant = fileURLToPath(new URL('./mutants/acknowledges-first.ts', import.meta.url))
  assert.deepEqual(promises(await killedWithTheLedgerStopped(mutant)), ['P1'])
})
