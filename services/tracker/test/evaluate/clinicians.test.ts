import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ChartReader, type Practice, usualSettings } from '@cufflink/charts'
import type { FactOf } from '@cufflink/contracts'
import { foldMinutes, type MinutesDocument } from '@cufflink/folds'
import { createLogger } from '@cufflink/runtime'
import { overlaid, waitFor } from '@cufflink/testkit'
import { openSqliteViews } from '@cufflink/views'
import { clinicianMonths } from '../../src/evaluate/clinicians.ts'
import { startEvaluator } from '../../src/evaluate/evaluator.ts'

const NOON = Date.UTC(2026, 9, 20, 12)
const MINUTE_MS = 60_000
const part = 'clinician:t/nurse:2026-10'
const [HOME, MARKED] = [0, 1]
const practice: Practice = { id: 't', name: 'T', zone: 'UTC', settings: usualSettings, facts: [] }

function worked(minutes: number, from = NOON): MinutesDocument {
  const fact: FactOf<'time.entered'> = {
    id: `enter-${minutes}`,
    type: 'time.entered',
    v: 1,
    tenant: 't',
    at: from + 120 * MINUTE_MS,
    by: 'user:nurse',
    data: {
      patient: 'p-1',
      clinician: 'nurse',
      session: `s-${minutes}`,
      startedAt: from,
      until: from + minutes * MINUTE_MS,
      program: 'RPM',
      category: 'data-review',
      reason: 'invented',
    },
  }
  return foldMinutes(undefined, fact, 0)
}

/** Months of the nurse on views with one mark. `parts` is asked for what the views have, each time. */
async function marked(parts: (months: readonly string[]) => Promise<MinutesDocument[]>) {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-clinicians-')))
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const { evaluations } = views
  await evaluations.mark(MARKED, [part])
  let known: Practice | undefined = practice
  let dies = false
  const unmark: typeof evaluations.unmark = async (...which) => {
    if (dies) throw new Error('killed')
    await evaluations.unmark(...which)
  }
  const months = clinicianMonths({
    ledger: { partitionOf: (key) => (key === 't/nurse' ? HOME : 9) },
    views: { generation: 1, evaluations: overlaid(evaluations, { unmark }) },
    documents: { clinician: (_tenant, _clinician, of) => parts(of) },
    practices: {
      find: async () => known,
      get: async () => practice,
      all: async () => [practice],
      patients: async () => [],
    },
    clock: { rate: 1, now: () => NOON + 30 * 24 * 60 * MINUTE_MS },
  })
  const owned = stack.move()
  return {
    dieBeforeUnmarking: (does: boolean) => {
      dies = does
    },
    know: (one: Practice | undefined) => {
      known = one
    },
    evaluate: async () => months.evaluate(MARKED, part, (await evaluations.marksOf(MARKED, [part]))[0]!),
    mark: () => evaluations.mark(MARKED, [part]),
    isMarked: async () => (await evaluations.marksOf(MARKED, [part]))[0]! > 0,
    tally: async (name = part) => (await evaluations.tallies(HOME, [name]))[0]!,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('what was read earlier is never written over what was read later, and keeps its mark', async () => {
  let now = worked(10)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: reading, resolve: reads } = Promise.withResolvers<void>()
  let slow = true
  await using nurse = await marked(async (of) => {
    const found = [now]
    if (slow && of[1] === '2026-10') {
      slow = false
      reads()
      await gate
    }
    return found
  })
  const earlier = nurse.evaluate()
  await reading
  now = worked(25)
  await nurse.mark()
  assert.equal(await nurse.evaluate(), true)
  assert.equal((await nurse.tally())['seconds'], '1500')
  await nurse.mark()
  open()
  await earlier
  assert.equal((await nurse.tally())['seconds'], '1500')
  assert.equal(await nurse.isMarked(), true)
})

test('a tracker that is killed between the tally and the mark leaves the mark, and so does one that has no practice yet', async () => {
  await using nurse = await marked(async () => [worked(10)])
  nurse.know(undefined)
  assert.equal(await nurse.evaluate(), false)
  assert.deepEqual({ ...(await nurse.tally()) }, {})
  assert.equal(await nurse.isMarked(), true)
  nurse.know(practice)
  nurse.dieBeforeUnmarking(true)
  await assert.rejects(nurse.evaluate(), /killed/)
  assert.equal((await nurse.tally())['seconds'], '600')
  assert.equal(await nurse.isMarked(), true)
  nurse.dieBeforeUnmarking(false)
  assert.equal(await nurse.evaluate(), true)
  assert.equal((await nurse.tally())['seconds'], '600')
  assert.equal(await nurse.isMarked(), false)
})

test('time of one UTC month is in each calendar month that it reaches, and gone from all of them with its part', async () => {
  const evening = worked(60, Date.UTC(2026, 9, 31, 23, 40))
  let all = [evening]
  await using nurse = await marked(async (of) => (of.includes('2026-10') ? all : []))
  await nurse.evaluate()
  const november = 'clinician:t/nurse:2026-11'
  assert.deepEqual(
    await Promise.all([part, november].map(async (name) => (await nurse.tally(name))['seconds'])),
    ['1200', '2400'],
  )
  assert.match((await nurse.tally(november))['secondsPerDate'] ?? '', /^2400( 0){29}$/)
  all = []
  await nurse.mark()
  await nurse.evaluate()
  for (const name of [part, november])
    assert.deepEqual(Object.keys(await nurse.tally(name)), ['revision'], 'so that nothing earlier is written')
})

test('time that was read before it was voided is not written after that, where no tally was there when it was read', async () => {
  let now: MinutesDocument[] = [worked(10)]
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: reading, resolve: reads } = Promise.withResolvers<void>()
  let slow = true
  await using nurse = await marked(async (of) => {
    const found = now
    if (slow && of[1] === '2026-10') {
      slow = false
      reads()
      await gate
    }
    return found
  })
  const earlier = nurse.evaluate()
  await reading
  assert.equal(await nurse.evaluate(), true)
  assert.equal((await nurse.tally())['seconds'], '600')
  now = []
  await nurse.mark()
  assert.equal(await nurse.evaluate(), true)
  assert.equal((await nurse.tally())['seconds'], undefined)
  open()
  await earlier
  assert.equal((await nurse.tally())['seconds'], undefined)
})

test('after the zone of the practice is changed the time is in one month only', async () => {
  const inOctober = worked(10, Date.UTC(2026, 9, 1, 1))
  await using nurse = await marked(async (of) => (of.includes('2026-10') ? [inOctober] : []))
  const september = 'clinician:t/nurse:2026-09'
  nurse.know({ ...practice, zone: 'America/New_York' })
  await nurse.evaluate()
  const seconds = () =>
    Promise.all([september, part].map(async (name) => (await nurse.tally(name))['seconds']))
  assert.deepEqual(await seconds(), ['600', undefined])
  nurse.know(practice)
  await nurse.mark()
  await nurse.evaluate()
  assert.deepEqual(await seconds(), [undefined, '600'])
})

test('a month that is marked again and again, as by the proofs of a timer, is evaluated once in a while', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-clinicians-'))
  await using stack = new AsyncDisposableStack()
  const views = stack.adopt(await openSqliteViews({ path: join(folder.path, 'views.db') }), (one) =>
    one.close(),
  )
  const at: number[] = []
  const [monthEveryMs, nothing] = [400, async () => undefined]
  const evaluator = startEvaluator({
    ledger: { partitionOf: () => HOME },
    views,
    practices: {
      find: nothing,
      get: async () => practice,
      all: async () => [],
      patients: async () => [],
    },
    charts: {} as ChartReader,
    basis: { of: () => '', ofLocked: () => '', markOutdated: nothing, close: () => undefined },
    months: {
      async evaluate(partition, name, mark) {
        at.push(performance.now())
        await views.evaluations.unmark(partition, new Map([[name, mark]]))
        await views.evaluations.mark(partition, [name])
        setImmediate(evaluator.wake)
        return true
      },
    },
    clock: { rate: 1, now: () => NOON },
    logger: createLogger({ service: 'tracker', level: 'silent' }),
    partitions: () => [HOME],
    monthEveryMs,
    unreadable: () => assert.fail(),
  })
  stack.defer(evaluator.close)
  await views.evaluations.mark(HOME, [part])
  evaluator.wake()
  await waitFor(() => at.length >= 4, { what: 'the fourth evaluation' })
  for (const [index, instant] of at.slice(1).entries())
    assert.ok(instant - at[index]! >= monthEveryMs, `${instant - at[index]!} ms`)
})
