import assert from 'node:assert/strict'
import { mkdtempDisposableSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isClinicianMonth } from '@cufflink/charts'
import { type Fact, patientKey } from '@cufflink/contracts'
import { encodeDays } from '@cufflink/folds'
import { openSqliteLedger, openSqliteReader } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { overlaid, waitFor } from '@cufflink/testkit'
import {
  LEDGER_MARK,
  openLiveViews,
  openSqliteViews,
  type Shard,
  type Tally,
  type Views,
  type ViewsEngine,
} from '@cufflink/views'
import { startTracking } from '../../src/fold/tracking.ts'
import { type Rebuilt, rebuildViews, startTracker, TrackerConfig } from '../../src/index.ts'
import { endsOf } from '../../src/rebuild/comparison.ts'
import { startFilling } from '../../src/rebuild/filling.ts'
import { AT, ofOtherFold, recorded, viewsOfNextFold } from '../harness.ts'

const PARTITIONS = 2
const NOW = Date.UTC(2026, 9, 20, 18)
const clock = { rate: 1, now: () => NOW }
const logger = createLogger({ service: 'tracker', level: 'silent' })
const TIMER: Shard = { topic: 'activity', partition: 1 }
const envelope = { v: 1, tenant: 't', at: NOW, by: 'user:tester' } as const

/** A practice of a few patients, tracked, and its engine; `silent` says nothing of what it does. */
async function tracked() {
  await using stack = new AsyncDisposableStack()
  const { path: dir } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-rebuild-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: PARTITIONS }), (one) => one.close())
  const path = join(dir, 'views.db')
  const open = (generation: number): Promise<Views> => openSqliteViews({ path, generation })
  const views = stack.adopt(await openLiveViews({ first: 1, open }), (one) => one.close())
  const config = loadConfig(TrackerConfig, { env: { STATE_DIR: dir, TRACKER_HTTP_PORT: '0' } })
  /** Partitions that the tracker said it leaves to a newer version. */
  const left: string[] = []
  const destination = {
    write(line: string): void {
      const { code, topic, partition } = JSON.parse(line) as Readonly<Record<string, string>>
      if (code === 'VIEWS_NEWER') left.push(`${topic}/${partition}`)
    },
  }
  const own = createLogger({ service: 'tracker', level: 'error', destination })
  const lifecycle = createLifecycle({ logger, service: 'tracker' })
  await lifecycle.start(async () => {
    await startTracker({ config, ledger, views, logger: own, lifecycle, clock })
  })
  stack.defer(() => lifecycle.stop({ reason: 'test' }))
  const patients = ['p-1', 'p-2', 'p-3', 'p-4']
  const opened: Fact = {
    ...envelope,
    id: 'o',
    type: 'practice.opened',
    data: { name: 'Invented', zone: 'UTC' },
  }
  await ledger.append(opened)
  for (const patient of patients) {
    const data = { patient, name: 'Invented', zone: 'UTC', enrolledAt: AT }
    await ledger.append({ ...envelope, id: `e-${patient}`, type: 'patient.enrolled', data })
    await ledger.append(recorded(1, patient))
  }
  const tallyOf = async (patient: string) => {
    const name = patientKey('t', patient)
    return (await views.evaluations.tallies(ledger.partitionOf(name), [name]))[0] ?? {}
  }
  const isTallied = (patient: string, number: number) =>
    waitFor(async () => (await tallyOf(patient))['lastReadingAt'] === String(instantOf(number)), {
      what: `reading ${number} of ${patient}`,
    })
  for (const patient of patients) await isTallied(patient, 1)
  const rebuild = (more: Partial<Parameters<typeof rebuildViews>[0]> = {}): Promise<Rebuilt> =>
    rebuildOn(dir, { engine: { first: 1, open }, ...more })
  const owned = stack.move()
  return {
    dir,
    ledger,
    views,
    left,
    patients,
    open,
    tallyOf,
    isTallied,
    rebuild,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Told = { readonly engine: ViewsEngine; readonly dryRun?: boolean; says?(line: string): void }

/** As the command does it, on a connection of its own. */
async function rebuildOn(
  dir: string,
  { engine, dryRun = false, says = () => undefined }: Told,
): Promise<Rebuilt> {
  await using stack = new AsyncDisposableStack()
  const ledger = stack.adopt(openSqliteReader(dir), (one) => one.close())
  return await rebuildViews({ ledger, engine, clock, logger, dryRun, says })
}

const instantOf = (number: number): number => recorded(number).data.reading.measuredAt

test('a flip comes while the live generation is held, and the next one has all that it had', async () => {
  await using system = await tracked()
  const { views, ledger, open } = system
  const { epoch } = await views.leases.take(TIMER, 'timer', { holder: 'console', note: '{}', ttlMs: 60_000 })
  const nothing = { members: [], changed: new Map() }

  const checked: string[] = []
  async function checkFlip(live: Views, next: Views): Promise<void> {
    for (const topic of ['readings', 'activity'] as const)
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const shard = { topic, partition }
        const at = await live.watermark(shard)
        assert.ok((await next.watermark(shard)) >= at, `${topic}/${partition}`)
        await assert.rejects(live.commit(shard, { ...nothing, expected: at, next: at, documents: [] }))
        const marks = [...(await next.evaluations.marked(partition)).keys()]
        assert.deepEqual(
          marks.filter((name) => !isClinicianMonth(name)),
          [],
        )
        checked.push(`${topic}/${partition}`)
      }
    for (const patient of system.patients) {
      const name = patientKey('t', patient)
      const [tally] = await next.evaluations.tallies(ledger.partitionOf(name), [name])
      assert.equal(tally?.['lastReadingAt'], String(instantOf(2)), patient)
    }
  }

  /** What the live generation has before it is held, the next one folds only after that. */
  let isLate: Promise<unknown> = Promise.resolve()
  const engine: ViewsEngine = {
    first: 1,
    async open(generation) {
      const bound = await open(generation)
      const { flip, hold } = bound.generations
      const { commit } = bound
      if (generation === 1)
        return Object.assign(bound, {
          generations: {
            ...bound.generations,
            async hold(ms: number) {
              const held = Promise.withResolvers<void>()
              isLate = held.promise
              for (const patient of system.patients) await ledger.append(recorded(2, patient))
              for (const patient of system.patients) await system.isTallied(patient, 2)
              await hold(ms)
              held.resolve()
            },
          },
        })
      return Object.assign(bound, {
        commit: async (...batch: Parameters<Views['commit']>) => isLate.then(() => commit(...batch)),
        generations: {
          ...bound.generations,
          async flip(from: number, to: number) {
            await using live = closing(await open(1))
            await checkFlip(live, bound)
            return await flip(from, to)
          },
        },
      })
    },
  }
  const rebuilt = await system.rebuild({ engine })
  assert.equal(rebuilt.outcome, 'flipped')
  assert.equal(checked.length, 2 * PARTITIONS)
  assert.equal(views.generation, 2)
  assert.equal((await views.leases.find(TIMER, 'timer'))?.epoch, epoch)
  await ledger.append(recorded(3))
  await system.isTallied('p-1', 3)
  assert.deepEqual(files(system.dir), ['views-2.db'])
})

test('the next generation is evaluated before the live one is held', async () => {
  await using system = await tracked()
  const evaluated = { before: 0, while: 0 }
  let isHeld = false
  const engine: ViewsEngine = {
    first: 1,
    async open(generation) {
      const bound = await system.open(generation)
      const { conclude } = bound.evaluations
      const { hold } = bound.generations
      return overlaid(bound, {
        evaluations: overlaid(bound.evaluations, {
          async conclude(...which) {
            await pause(300) // so that the rebuild would be ahead, if it did not wait
            evaluated[isHeld ? 'while' : 'before'] += 1
            return conclude(...which)
          },
        }),
        generations: overlaid(bound.generations, {
          async hold(ms) {
            isHeld = ms > 0
            await hold(ms)
          },
        }),
      })
    },
  }
  assert.equal((await system.rebuild({ engine })).outcome, 'flipped')
  assert.deepEqual(evaluated, { before: system.patients.length, while: 0 })
})

test('a rebuild that is interrupted wherever it says something goes on, and comes to the same', async () => {
  await using system = await tracked()
  const before = await Promise.all(system.patients.map(system.tallyOf))
  for (const at of [1, 2, 3]) {
    let said = 0
    const interrupted = (line: string): void => {
      said += 1
      if (said === at) throw new Error(`killed at: ${line}`)
    }
    await assert.rejects(system.rebuild({ says: interrupted }), /killed at/)
  }
  const lines: string[] = []
  assert.equal((await system.rebuild({ says: (line) => void lines.push(line) })).outcome, 'flipped')
  assert.match(lines[0]!, /^Going on: 9 of 9 facts are folded already/)
  await waitFor(() => system.views.generation === 2, { what: 'the flip' })
  const after = await Promise.all(system.patients.map(system.tallyOf))
  assert.deepEqual(after.map(shown), before.map(shown))
})

test('what an interrupted rebuild of an older version had filled is folded again by the next', async () => {
  await using system = await tracked()
  const { ledger, open } = system
  const name = patientKey('t', 'p-1')
  const shard: Shard = { topic: 'readings', partition: ledger.partitionOf(name) }
  const comparing = (line: string): void => {
    if (line.startsWith('Comparing')) throw new Error('killed')
  }
  await assert.rejects(system.rebuild({ says: comparing }), /killed/)
  {
    await using half = closing(await open(2))
    const [at, [mark]] = await Promise.all([half.watermark(shard), half.load(shard, [LEDGER_MARK])])
    const [other] = await half.load(shard, ['days:t/p-1:2026-10'])
    assert.ok(other)
    const documents = [
      { key: LEDGER_MARK, bytes: ofOtherFold(mark!, -1) },
      { key: 'days:t/p-1:2026-10', bytes: encodeDays({ monthIndex: 2026 * 12 + 9, devices: [] }) },
    ]
    await half.commit(shard, { expected: at, next: at, documents, members: [], changed: new Map() })
  }
  const { outcome, differing } = await system.rebuild({ dryRun: true })
  assert.deepEqual([outcome, differing], ['compared', []])
})

test('what an interrupted rebuild left and cannot be decoded is folded again, and gone after a dry run', async () => {
  await using system = await tracked()
  const name = patientKey('t', 'p-1')
  const shard: Shard = { topic: 'readings', partition: system.ledger.partitionOf(name) }
  const comparing = (line: string): void => {
    if (line.startsWith('Comparing')) throw new Error('killed')
  }
  await assert.rejects(system.rebuild({ says: comparing }), /killed/)
  assert.deepEqual(files(system.dir), ['views-2.db', 'views.db'])
  {
    await using half = closing(await system.open(2))
    const at = await half.watermark(shard)
    const documents = [{ key: 'days:t/p-1:2026-10', bytes: Uint8Array.of(1, 2, 3) }]
    await half.commit(shard, { expected: at, next: at, documents, members: [], changed: new Map() })
  }
  const { outcome, differing } = await system.rebuild({ dryRun: true })
  assert.deepEqual([outcome, differing], ['compared', []])
  assert.deepEqual(files(system.dir), ['views.db'])
})

test('a dry run that fails leaves nothing either', async () => {
  await using system = await tracked()
  const comparing = (line: string): void => {
    if (line.startsWith('Comparing')) throw new Error('killed')
  }
  await assert.rejects(system.rebuild({ says: comparing, dryRun: true }), /killed/)
  assert.deepEqual(files(system.dir), ['views.db'])
})

test('views that fall back while they are filled, with nothing coming in, are filled again', async () => {
  await using system = await tracked()
  const ledger = openSqliteReader(system.dir)
  const views = await system.open(2)
  const filling = await startFilling({ ledger, views, logger, says: () => undefined })
  try {
    const ends = await endsOf(ledger)
    await filling.reached(ends)
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const shard: Shard = { topic: 'readings', partition }
      await views.reset(shard, await views.watermark(shard))
    }
    await filling.reached(ends)
  } finally {
    await filling.close()
    await views.close()
    await ledger.close()
  }
})

for (const [what, meanwhile] of [
  [
    'another one has its turn by then',
    (live: Views) =>
      live.leases.take({ topic: 'activity', partition: 0, follower: 'rebuild' }, 'rebuild', {
        holder: 'another',
        note: '{}',
        ttlMs: 60_000,
      }),
  ],
  [
    'what it had filled is gone by then',
    async (_live: Views, next: Views) => {
      const shard: Shard = { topic: 'readings', partition: 0 }
      await next.reset(shard, await next.watermark(shard))
    },
  ],
] as const)
  test(`a rebuild does not flip where ${what}, and holds nothing any longer`, async () => {
    await using system = await tracked()
    await using next = closing(await system.open(2))
    let isHeld = false
    const engine: ViewsEngine = {
      first: 1,
      async open(generation) {
        const bound = await system.open(generation)
        if (generation > 1) return bound
        const { hold } = bound.generations
        const { renew } = bound.leases
        return overlaid(bound, {
          generations: overlaid(bound.generations, {
            async hold(ms) {
              await hold(ms)
              isHeld = ms > 0
            },
          }),
          leases: overlaid(bound.leases, {
            async renew(...which) {
              if (isHeld) await meanwhile(bound, next)
              return renew(...which)
            },
          }),
        })
      },
    }
    await assert.rejects(system.rebuild({ engine }), { code: 'VIEWS_UNAVAILABLE' })
    assert.equal(await system.views.generations.live(), 1)
    await system.ledger.append(recorded(2))
    await system.isTallied('p-1', 2)
  })

test('a rebuild leaves the generation that was live before where the flip was lost behind it', async () => {
  await using system = await tracked()
  const says = (line: string): void => {
    if (!line.includes('is live')) return
    const leases = new DatabaseSync(join(system.dir, 'leases.db'))
    leases.exec('UPDATE generation SET live = 1')
    leases.close()
  }
  await assert.rejects(system.rebuild({ says }), { code: 'VIEWS_UNAVAILABLE' })
  assert.deepEqual(files(system.dir), ['views-2.db', 'views.db'])
})

test('a rebuild of a newer version flips beside older trackers, which leave its views to trackers of its own', async () => {
  await using system = await tracked()
  const { views, ledger, open } = system
  const engine: ViewsEngine = {
    first: 1,
    open: async (generation) => viewsOfNextFold(await open(generation)),
  }
  const says = (line: string): void => {
    if (line.includes('is live')) throw new Error('it is live')
  }
  await assert.rejects(system.rebuild({ engine, says }), /it is live/)
  await waitFor(() => views.generation === 2, { what: 'the flip' })
  for (const patient of system.patients) await ledger.append(recorded(2, patient))
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    await waitFor(() => system.left.includes(`readings/${partition}`), { what: `readings/${partition}` })
  for (const patient of system.patients)
    assert.equal((await system.tallyOf(patient))['lastReadingAt'], String(instantOf(1)))
  const tracking = await startTracking({
    ledger,
    views: viewsOfNextFold(views),
    logger,
    cacheBytes: 100_000,
    verifyMs: 1_000,
    stalledMs: 10_000,
    failed: assert.fail,
  })
  try {
    for (const [partition, end] of (await ledger.endOffsets('readings')).entries())
      await waitFor(async () => (await views.watermark({ topic: 'readings', partition })) === end, {
        what: `the newer tracker at the end of readings/${partition}`,
      })
    assert.deepEqual([tracking.tally.resets, tracking.tally.folded], [0, system.patients.length])
  } finally {
    await tracking.close()
  }
})

test('what a rebuild left after its flip is removed by the next, and nothing is rebuilt twice', async () => {
  await using system = await tracked()
  const says = (line: string): void => {
    if (line.includes('is live')) throw new Error('killed')
  }
  await assert.rejects(system.rebuild({ says }), /killed/)
  assert.equal(await system.views.generations.live(), 2)
  assert.deepEqual(await system.rebuild(), {
    outcome: 'cleaned',
    live: 2,
    patients: 0,
    differing: [],
    behind: 0,
  })
  assert.deepEqual(files(system.dir), ['views-2.db'])
})

test('a dry run changes nothing, and leaves nothing', async () => {
  await using system = await tracked()
  const { views, ledger } = system
  const name = patientKey('t', 'p-1')
  const shard = { topic: 'readings', partition: ledger.partitionOf(name) } as const
  const [bytes] = await views.load(shard, ['days:t/p-1:2026-10'])
  await ledger.append(recorded(2))
  await system.isTallied('p-1', 2)
  const at = await views.watermark(shard)
  const documents = [{ key: 'days:t/p-1:2026-10', bytes: bytes! }]
  await views.commit(shard, { expected: at, next: at, documents, members: [], changed: new Map() })
  const { outcome, live, patients, differing } = await system.rebuild({ dryRun: true })
  assert.deepEqual([outcome, live, patients], ['compared', 1, 4])
  assert.deepEqual(differing, [{ patient: name, fields: ['documents'] }])
  assert.deepEqual(files(system.dir), ['views.db'])
})

test('an engine that holds nothing is filled, and there is nothing to compare', async () => {
  await using system = await tracked()
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-rebuild-'))
  const path = join(folder.path, 'views.db')
  const engine = { first: 1, open: (generation: number) => openSqliteViews({ path, generation }) }
  const { outcome, live, patients } = await system.rebuild({ engine })
  assert.deepEqual([outcome, live, patients], ['flipped', 2, 0])
  await using filled = closing(await engine.open(2))
  const name = patientKey('t', 'p-1')
  const [tally] = await filled.evaluations.tallies(system.ledger.partitionOf(name), [name])
  assert.equal(tally?.['lastReadingAt'], String(instantOf(1)))
})

const closing = (views: Views): Views & AsyncDisposable =>
  Object.assign(views, { [Symbol.asyncDispose]: views.close })

const files = (dir: string): string[] => readdirSync(dir).filter((name) => /^views.*db$/.test(name))

/** What a tally says of the patient, not of the moment at which it was written. */
const shown = ({ evaluatedAt: _at, asOfReadings: _r, asOfActivity: _a, ...tally }: Tally): Tally => tally
