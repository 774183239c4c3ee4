import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeFact, type Fact, type FactType } from '@cufflink/contracts'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { overlaid, waitFor } from '@cufflink/testkit'
import { openSqliteViews, type Views } from '@cufflink/views'
import { startTracker, TrackerConfig } from '../../src/index.ts'

const SINCE = Date.UTC(2026, 1, 1)
const NOW = Date.UTC(2026, 3, 10)
const logger = createLogger({ service: 'tracker', level: 'silent' })

let written = 0
function fact(type: FactType, data: object): Fact {
  written += 1
  return { id: `f-${written}`, type, v: 1, tenant: 't', at: SINCE, by: 'user:x', data } as unknown as Fact
}

/** An engine set whose tracker can be started and stopped. */
async function engines() {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-late-changes-')))
  const opened = await openSqliteLedger({ dir: path, partitions: 1 })
  const ledger = stack.adopt(opened, (one) => one.close())
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const config = loadConfig(TrackerConfig, { env: { STATE_DIR: path, TRACKER_HTTP_PORT: '0' } })
  const owned = stack.move()
  return {
    ledger,
    views,
    async track(parts: { readonly views?: Views; readonly ledger?: Ledger } = {}) {
      const lifecycle = createLifecycle({ logger, service: 'tracker' })
      const clock = { rate: 1, now: () => NOW }
      await lifecycle.start(async () => {
        await startTracker({ config, ledger, views, logger, lifecycle, clock, ...parts })
      })
      return { [Symbol.asyncDispose]: () => lifecycle.stop({ reason: 'test' }) }
    },
    /** Patients with a line that was told to be unsupported, in the order of the ledger. */
    async told() {
      const records = await ledger.read('activity', 0, 0, 1_000)
      return records.flatMap(({ text }) => {
        const { type, data } = decodeFact(text)
        return type === 'claim.differs' ? [data.patient] : []
      })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const enrolled = (patient: string): Fact =>
  fact('patient.enrolled', { patient, name: 'A', zone: 'America/New_York', enrolledAt: SINCE })

/** A line that nothing supports. */
const locked = (patient: string): Fact =>
  fact('claim.locked', {
    patient,
    code: '99454',
    from: '2026-03-01',
    to: '2026-03-30',
    units: 1,
    amountCents: 5_000,
    ruleSet: 'medicare-2026',
  })

test('what is late of one patient does not wait for the lines of everyone else', async () => {
  await using engine = await engines()
  const { ledger, views, told } = engine
  await ledger.append(fact('practice.opened', { name: 'Invented', zone: 'America/New_York' }))
  await ledger.append(enrolled('z-last'))
  {
    await using _tracker = await engine.track()
    await waitFor(
      async () =>
        (await views.evaluations.marked(0)).size === 0 &&
        (await views.evaluations.late(0, 0, 1)).size === 0 &&
        (await views.watermark({ topic: 'activity', partition: 0 })) === 2,
      { what: 'the first to be evaluated' },
    )
  }
  const others = Array.from({ length: 40 }, (_, nth) => `p-${nth}`)
  for (const patient of others)
    for (const one of [enrolled(patient), locked(patient)]) await ledger.append(one)
  await ledger.append(locked('z-last'))
  const [end] = await ledger.endOffsets('activity')
  const folded = async () => (await views.watermark({ topic: 'activity', partition: 0 })) >= end!
  await using _tracker = await engine.track({
    views: overlaid(views, {
      evaluations: overlaid(views.evaluations, {
        // It is not asked what is late before all of it is there.
        late: async (...which) => ((await folded()) ? views.evaluations.late(...which) : new Map()),
      }),
    }),
  })
  await waitFor(async () => (await told()).length === 41, { what: 'all to be told' })
  assert.equal((await told())[0], 'z-last')
  assert.deepEqual(new Set(await told()), new Set([...others, 'z-last']))
  assert.equal((await views.evaluations.late(0, 0, 100)).has('t/z-last/2026-03'), false)
})

test('what another tracker has evaluated on a record that this one has not heard stays marked until it has', async () => {
  await using engine = await engines()
  const { ledger, views, told } = engine
  const { evaluations } = views
  for (const one of [
    fact('practice.opened', { name: 'Invented', zone: 'America/New_York' }),
    enrolled('p-1'),
  ])
    await ledger.append(one)
  {
    await using _tracker = await engine.track()
    await waitFor(
      async () =>
        (await evaluations.tallies(0, ['t/p-1']))[0]!['lockedBasis'] !== undefined &&
        (await evaluations.late(0, 0, 1)).size === 0,
      { what: 'the patient to be evaluated' },
    )
  }
  await ledger.append(locked('p-1'))
  const heard = Promise.withResolvers<void>()
  const looked = Promise.withResolvers<void>()
  let isHeard = false
  let looks = 0
  await using _tracker = await engine.track({
    views: overlaid(views, {
      evaluations: overlaid(evaluations, {
        async tallies(...which) {
          const found = await evaluations.tallies(...which)
          return isHeard ? found : found.map((tally) => ({ ...tally, lockedBasis: 'of the other' }))
        },
        // Its own evaluation comes after it has heard.
        async marksOf(...which) {
          await heard.promise
          return evaluations.marksOf(...which)
        },
        async late(...which) {
          looks += 1
          if (looks > 12) looked.resolve()
          return evaluations.late(...which)
        },
      }),
    }),
  })
  using _released = { [Symbol.dispose]: heard.resolve }
  await looked.promise
  assert.deepEqual(await told(), [])
  assert.deepEqual([...(await evaluations.late(0, 0, 10)).keys()], ['t/p-1/2026-03'])
  isHeard = true
  heard.resolve()
  await waitFor(async () => (await told()).length === 1, { what: 'it to be told' })
})

test('what is late is told though others’ facts go on coming in and are always folded a little late', async () => {
  await using engine = await engines()
  const { ledger, views, told } = engine
  await ledger.append(fact('practice.opened', { name: 'Invented', zone: 'America/New_York' }))
  for (const patient of ['p-1', 'p-2']) await ledger.append(enrolled(patient))
  await ledger.append(locked('p-1'))
  // At no moment at which it is asked where the ledger ends have the views all of it.
  await using _tracker = await engine.track({
    ledger: overlaid(ledger, {
      async endOffsets(topic) {
        if (topic === 'activity') await ledger.append(enrolled('p-2'))
        return ledger.endOffsets(topic)
      },
    }),
    views: overlaid(views, {
      async commit(shard, commit) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return views.commit(shard, commit)
      },
    }),
  })
  await waitFor(async () => (await told()).length === 1, { what: 'it to be told' })
})

test('what was found of an earlier state and appended after a newer difference is not the last word', async () => {
  await using engine = await engines()
  const { ledger, told } = engine
  await ledger.append(fact('practice.opened', { name: 'Invented', zone: 'America/New_York' }))
  for (const one of [enrolled('p-1'), locked('p-1')]) await ledger.append(one)
  await using _tracker = await engine.track()
  await waitFor(async () => (await told()).length === 1, { what: 'it to be told' })
  const units = { oldUnits: 1, newUnits: 1, differenceCents: -1 }
  const line = { from: '2026-03-01', to: '2026-03-30', oldCode: '99454', newCode: '99445' }
  await ledger.append(fact('claim.differs', { patient: 'p-1', kind: 'LATE_CHANGE', ...line, ...units }))
  await waitFor(async () => (await told()).length === 3, { what: 'it to be told again' })
})
