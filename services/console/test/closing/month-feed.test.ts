import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MonthMessage } from '@cufflink/contracts'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { openMonthFeed } from '../../src/closing/month-feed.ts'
import { at, handClock } from '../charts-fixture.ts'
import { type Engines, enrol, openEngines, type RunningConsole, startConsoleOn } from '../console-fixture.ts'
import { damage, furnish, month, nurseOf, openSheet, sixteen } from './closing-fixture.ts'

const practice = 'riverside'
/** March has ended, and its days of grace have not. */
const time = handClock(at('2026-04-03'))

let engines: Engines
let console: RunningConsole
let biller: SignedInPerson
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines, { time })
  await enrol(console, practice)
  biller = await console.person(practice, nurseOf(practice))
  await furnish(engines, console, [{ practice, patient: 'p-1' }])
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

describe('The sheet of a month', () => {
  test('begins with whose it is and how many patients there are, then every line', async () => {
    using sheet = openSheet(biller, practice)
    await sheet.stands('p-1', '99454 open', '99457 open')
    const [first] = sheet.messages
    assert.deepEqual(first, {
      type: 'month',
      month,
      now: time.clock.now(),
      clockRate: 1,
      practice: { id: practice, name: 'Practice riverside', zone: 'America/New_York' },
      patients: 1,
    })
  })

  test('is named again while nothing changes, so that a line without a word is dead', async () => {
    using sheet = openSheet(biller, practice)
    await sheet.stands('p-1', '99454 open')
    const named = () => sheet.messages.filter(({ type }) => type === 'month')
    const { now } = time.clock
    const before = named().length
    time.pass(20_000)
    await sheet.until(() => named().length > before, 'the month again')
    const last = named().at(-1)
    assert.ok(last?.type === 'month' && last.now === now() && last.patients === 1)
  })

  test('makes lines ready when their days of grace have ended, while it is open', async () => {
    using sheet = openSheet(biller, practice)
    await sheet.stands('p-1', '99454 open', '99457 open')
    time.set(at('2026-04-05'))
    await sheet.stands('p-1', '99454 ready', '99457 open')
    time.set(at('2026-04-06'))
    await sheet.stands('p-1', '99454 ready', '99457 ready')
  })

  test('tells of a patient who is enrolled while it is open, and a person who looks later is told the same', async () => {
    using sheet = openSheet(biller, practice)
    await sheet.stands('p-1', '99454 ready')
    await furnish(engines, console, [{ practice, patient: 'p-2', dates: sixteen.slice(0, 3) }])
    await sheet.stands('p-2', '99445 ready', '99457 ready')
    using late = openSheet(biller, practice)
    await late.stands('p-2', '99445 ready', '99457 ready')
    assert.deepEqual(late.standings('p-1'), sheet.standings('p-1'))
  })

  test('goes on for everybody else when one patient cannot be worked out, and says whose lines are missing', async () => {
    await enrol(console, 'damaged', 'p-1', 'p-2')
    const eve = await console.person('damaged', nurseOf('damaged'))
    const days = { practice: 'damaged', dates: sixteen }
    await furnish(engines, console, [
      { ...days, patient: 'p-1' },
      { ...days, patient: 'p-2' },
    ])
    await damage(engines, 'damaged', 'p-1')
    using sheet = openSheet(eve, 'damaged')
    await sheet.stands('p-2', '99454 ready')
    const failed = () => sheet.messages.flatMap((one) => (one.type === 'month.lines' ? one.failed : []))
    await sheet.until(() => failed().includes('p-1'), 'the patient who failed')
    assert.deepEqual(new Set(failed()), new Set(['p-1']))
    assert.deepEqual(sheet.standings('p-1'), [])
  })

  test('tells how far the evaluation of many patients is, and how far their closing', async () => {
    const patients = Array.from({ length: 120 }, (_, index) => `many-${index}`)
    await enrol(console, 'crowded')
    const bo = await console.person('crowded', nurseOf('crowded'))
    const small = { practice: 'crowded', dates: sixteen.slice(0, 2), seconds: 0, call: false, note: false }
    await furnish(
      engines,
      console,
      patients.map((patient) => ({ ...small, patient })),
    )
    using sheet = openSheet(bo, 'crowded')
    const steps = (step: string) =>
      sheet.messages.flatMap((one) =>
        one.type === 'month.progress' && one.step === step ? [[one.done, one.of]] : [],
      )
    // A slow reader may miss a step in between, never the last one.
    const goesOn = (shown: readonly (readonly number[])[]): void => {
      assert.deepEqual(shown.at(-1), [120, 120])
      const all = [50, 100, 120].map((done) => [done, 120])
      assert.deepEqual(
        shown,
        all.filter(([done]) => shown.some(([one]) => one === done)),
      )
    }
    await sheet.until(() => steps('evaluating').some(([done]) => done === 120), 'every patient')
    goesOn(steps('evaluating'))
    const { closing } = await bo.call('closeMonth', { params: { practice: 'crowded', month }, body: {} })
    assert.equal((await sheet.ended(closing)).locked, 240)
    goesOn(steps('locking'))
    // Once the locked lines are shown, a page that opens later is told how it ended, and of no progress.
    const locked = () => patients.flatMap(sheet.standings).filter((each) => each.endsWith(' locked'))
    await sheet.until(() => locked().length === 240, 'every locked line')
    using late = openSheet(bo, 'crowded')
    await late.until(() => late.perPatient().size === 120, 'every patient')
    assert.ok(!late.messages.some(({ type }) => type === 'month.progress'))
    assert.equal((await late.ended(closing)).locked, 240)
  })
})

/** The sheet of 120 patients whose charts are read by `read`. */
async function inventedFeed(read: () => Promise<void>) {
  const patients = Array.from({ length: 120 }, (_, index) => `p-${index}`)
  let changed: ((names: readonly string[]) => void) | undefined
  const feed = await openMonthFeed({ practice, month }, {
    practices: {
      get: async () => ({ id: practice, name: 'Invented', zone: 'America/New_York' }),
      patients: async () => patients,
    },
    charts: { read, round: () => ({}), todayIn: () => '2026-04-03' },
    views: {
      async watch(_practice: string, watcher: { changed(change: { patients: readonly string[] }): void }) {
        changed = (names) => watcher.changed({ patients: names })
        return () => undefined
      },
    },
    clock: time.clock,
    alone: (work: () => unknown) => work(),
  } as never)
  return { feed, patients, changed: (names: readonly string[]) => changed!(names) }
}

test('Everybody else has a turn after a few patients of a sheet, and none is evaluated once it is closed', async () => {
  let turns = 0
  let ticking = setImmediate(function tick() {
    turns += 1
    ticking = setImmediate(tick)
  })
  const perTurn = new Map<number, number>()
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  let read = 0
  const { feed } = await inventedFeed(async () => {
    read += 1
    perTurn.set(turns, (perTurn.get(turns) ?? 0) + 1)
    if (read === 60) resolve()
  })
  await reached
  feed.close()
  await waitFor(() => turns > 1_000, { what: 'many turns' })
  clearImmediate(ticking)
  assert.ok(Math.max(...perTurn.values()) <= 8, `${Math.max(...perTurn.values())} in one turn`)
  assert.ok(read <= 100, `${read} of 120 were read`)
})

test('A slow reader of a sheet is sent one part at a time, and what changed twice meanwhile once', async (t) => {
  let read = 0
  const { feed, patients, changed } = await inventedFeed(async () => {
    read += 1
  })
  t.after(() => feed.close())
  const messages: MonthMessage[] = []
  let goesOut: (() => void) | undefined
  feed.join({
    send(text, sent) {
      assert.equal(goesOut, undefined, 'something is sent before the last has gone out')
      messages.push(JSON.parse(text) as MonthMessage)
      goesOut = sent
    },
  })
  const allRead = async (times: number): Promise<void> =>
    void (await waitFor(() => read === times, { what: `${times} evaluations` }))
  await allRead(120)
  changed(['p-7'])
  await allRead(121)
  changed(['p-7'])
  await allRead(122)
  assert.deepEqual(
    messages.map(({ type }) => type),
    ['month'],
  )
  while (goesOut !== undefined) {
    const sent: () => void = goesOut
    goesOut = undefined
    sent()
  }
  const lines = messages.filter((one) => one.type === 'month.lines')
  assert.deepEqual(
    lines.map((one) => one.patients.length),
    [50, 50, 20],
  )
  assert.deepEqual(new Set(lines.flatMap((one) => one.patients)), new Set(patients))
})
