import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Experience, openPrior } from '@cufflink/billing'
import { createChartReader, createDocuments, createPractices } from '@cufflink/charts'
import type { Chart } from '@cufflink/contracts'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { createLogger, createMetrics } from '@cufflink/runtime'
import { overlaid, type SignedInPerson, waitFor } from '@cufflink/testkit'
import type { Shard } from '@cufflink/views'
import { createAlone } from '../../src/charts/alone.ts'
import { createForecasts } from '../../src/dashboard/forecasts.ts'
import { openPatientFeed } from '../../src/live/patient-feed.ts'
import { at, chartOf, type HandClock, HOUR_MS, handClock, MINUTE_MS } from '../charts-fixture.ts'
import { datesFrom, fact, furnish, give, nurseOf, worked } from '../closing/closing-fixture.ts'
import { type Engines, enrol, type RunningConsole, startConsoleOn } from '../console-fixture.ts'

const NOW = at('2026-03-17')
const month = '2026-03'
const practice = 'riverside'
const patients = ['p-1', 'p-2', 'p-3', 'p-4', 'r-5', 'r-6']

type Sum = { readonly code: string; readonly patients: number; readonly expected: number }
/** By code; what is added up in another order differs in the last digits. */
const rounded = (sums: readonly Sum[]) =>
  sums
    .map((sum) => ({ ...sum, expected: sum.expected.toFixed(6) }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))

/** What a console keeps of people, devices and documents, on any engines. */
async function partsOn({ ledger, views }: Pick<Engines, 'ledger' | 'views'>, { clock }: HandClock) {
  await using stack = new AsyncDisposableStack()
  const accounts = await openAccounts(ledger, clock)
  stack.defer(() => accounts.close())
  const registry = await openRegistry(ledger)
  stack.defer(() => registry.close())
  const documents = createDocuments({ ledger, views })
  const practices = createPractices(documents)
  const charts = createChartReader({ documents, accounts, registry, clock })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const alone = createAlone({ logger, metrics: createMetrics({ service: 'test' }) })
  const opened = stack.move()
  const parts = { ledger, views, accounts, documents, practices, charts, alone, clock }
  return { ...parts, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** Estimates on the chart, and their sums over a practice, on any engines `open` gives. */
export function forecastsSuite(name: string, open: () => Promise<Engines>): void {
  describe(`${name}: the forecast`, () => {
    let engines: Engines
    let console: RunningConsole
    let ada: SignedInPerson
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines, { time: handClock(NOW) })
      await enrol(console, practice)
      await enrol(console, 'lakeside', 'lake-1')
      ada = await console.person(practice, nurseOf(practice))
      const usual = { practice, note: false, call: false, seconds: 0 }
      const since = at('2026-01-20')
      const ofRtm = { ...usual, since, programs: ['RTM'], dates: [] } as const
      await furnish(engines, console, [
        { ...usual, patient: 'p-1', dates: datesFrom('2026-03-01', 8), seconds: 660 },
        { ...usual, patient: 'p-2', since, dates: datesFrom('2026-03-01', 14) },
        { ...usual, patient: 'p-3', since, dates: [] },
        { ...usual, patient: 'p-4', since, dates: [] },
        { ...ofRtm, patient: 'r-5', seconds: 660 },
        { ...ofRtm, patient: 'r-6' },
      ])
      await give(engines, [
        worked({ practice, patient: 'p-2' }, at('2026-02-25', '10:00'), 1_200),
        talked('p-2', at('2026-02-25', '11:00')),
        closed('p-4', at('2026-01-28')),
        ...['r-5', 'r-6'].flatMap((patient, index) => {
          const date = `2026-02-2${index + 6}`
          return [worked({ ...ofRtm, patient }, at(date, '10:00'), 1_200), talked(patient, at(date, '11:00'))]
        }),
      ])
      await evaluated()
      await ada.call('forecastCodes', { params: { practice } })
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    const talked = (patient: string, startedAt: number) =>
      fact<'interaction.recorded'>({
        type: 'interaction.recorded',
        tenant: practice,
        at: startedAt + 3 * MINUTE_MS,
        data: {
          patient,
          clinician: nurseOf(practice),
          interaction: `i-feb-${patient}`,
          startedAt,
          endedAt: startedAt + 3 * MINUTE_MS,
          mode: 'phone',
          direction: 'outbound',
          reached: 'patient',
        } as never,
      })
    const closed = (patient: string, closedAt: number) =>
      fact<'episode.closed'>({
        type: 'episode.closed',
        v: 2,
        tenant: practice,
        at: closedAt,
        data: { patient, episode: 'e-1', closedAt, reason: 'other' },
      })
    /** Resolves once the trackers have nothing left to evaluate. */
    async function evaluated(): Promise<void> {
      const { ledger, views } = engines
      for (let partition = 0; partition < ledger.partitions; partition += 1)
        await waitFor(async () => (await views.evaluations.marked(partition)).size === 0, {
          what: 'the tallies',
        })
    }
    /** Of a chart that comes once the past was learned. */
    const estimatesOf = async (patient: string) =>
      (await chartOf(ada, { practice, patient, month })).lines.flatMap(({ code, estimate }) =>
        estimate === undefined ? [] : [{ code, ...estimate }],
      )

    test('stands on the chart beside each line that is short, with what it stands on', async () => {
      const estimates = await estimatesOf('p-1')
      const [days, time] = ['99454', '99457'].map((code) => estimates.find((one) => one.code === code))
      assert.equal(days?.because, '8 of the 14 days left are needed; so far a reading on 8 of 16 days.')
      assert.ok(days.chance > 0 && days.chance < 1, String(days.chance))
      assert.equal(
        time?.because,
        'In the last 15 days of the month, 1 of 2 past patient-months like this one gained 9 more minutes and a conversation.',
      )
      assert.equal(time.chance, 0.5)
    })

    test('goes for time by the last month of those who were in the program all through it', async () => {
      const sentences = async (patient: string) =>
        (await estimatesOf(patient)).flatMap(({ code, because }) => (code === '98980' ? [because] : []))
      assert.deepEqual(await sentences('r-5'), [
        'In the last 15 days of the month, 2 of 2 past patient-months like this one gained 9 more minutes and a conversation.',
      ])
    })

    test('of a practice is the sum of its charts’, worked out from the tallies alone', async () => {
      const sums = new Map<string, { patients: number; expected: number }>()
      for (const patient of patients)
        for (const { code, chance } of await estimatesOf(patient)) {
          const { patients: count, expected } = sums.get(code) ?? { patients: 0, expected: 0 }
          sums.set(code, { patients: count + 1, expected: expected + chance })
        }
      const { codes, pastMonths } = await ada.call('forecastCodes', { params: { practice } })
      assert.equal(pastMonths, 4)
      const shown = [...sums].map(([code, sum]) => ({ code, ...sum }))
      assert.deepEqual(rounded(codes), rounded(shown))
      assert.deepEqual(
        rounded(codes).map(({ code, patients }) => [code, patients]),
        [
          ['98979', 1],
          ['98980', 1],
          ['99454', 2],
          ['99457', 1],
          ['99470', 1],
        ],
      )
    })

    test('is learned again after a minute where the views were being filled, else after an hour', async () => {
      const time = handClock(NOW)
      let [isFilling, isEmpty] = [false, true]
      const views = overlaid(engines.views, {
        watermark: async (shard: Shard) => (isFilling ? 0 : engines.views.watermark(shard)),
        members: async (shard: Shard, set: string) => (isEmpty ? [] : engines.views.members(shard, set)),
      })
      await using parts = await partsOn({ ...engines, views }, time)
      const { practices } = parts
      const { experience } = createForecasts(parts)
      const riverside = await practices.get(practice)

      const empty = await experience(riverside)
      assert.deepEqual(empty.months, { RPM: [], RTM: [] })
      isEmpty = false
      isFilling = true
      time.pass(MINUTE_MS)
      const amid = await experience(riverside)
      assert.notEqual(amid, empty)
      isFilling = false
      time.pass(MINUTE_MS - 1)
      assert.equal(await experience(riverside), amid)
      time.pass(1)
      const whole = await experience(riverside)
      assert.deepEqual([whole.months.RPM.length, whole.months.RTM.length], [2, 2])
      time.pass(HOUR_MS - 1)
      assert.equal(await experience(riverside), whole)
      time.pass(1)
      assert.notEqual(await experience(riverside), whole)
    })

    test('holds no chart up: it comes without estimates, and with others whenever something else is learned', async () => {
      const time = handClock(NOW)
      await using parts = await partsOn(engines, time)
      let learning = Promise.withResolvers<Experience>()
      const feed = await openPatientFeed(
        { practice, patient: 'p-1', month },
        {
          ...parts,
          forecasts: { experience: () => learning.promise },
          beside: () => ({
            feed: Promise.resolve({ join: () => () => undefined, close: () => undefined }),
            release: () => undefined,
          }),
        },
      )
      using stack = new DisposableStack()
      stack.defer(() => feed.close())
      const charts: Chart[] = []
      const chances = () => charts.at(-1)!.lines.flatMap(({ estimate }) => estimate?.chance ?? [])
      const learns = (prior: Experience['prior']) => learning.resolve({ prior, months: { RPM: [], RTM: [] } })
      feed.join({
        send(text, sent) {
          charts.push(JSON.parse(text) as Chart)
          sent()
        },
      })
      assert.deepEqual([charts.length, chances()], [1, []])
      learns(openPrior)
      await waitFor(() => chances().length === 1, { what: 'the estimate' })
      const [before] = chances()
      learning = Promise.withResolvers()
      learns({ a: 100, b: 1 })
      await waitFor(() => chances()[0]! > before!, { what: 'the other estimate' })
    })

    test('shows another practice nothing of it', async () => {
      const bo = await console.person('lakeside', 'bo')
      const own = await bo.call('forecastCodes', { params: { practice: 'lakeside' } })
      assert.deepEqual([own.pastMonths, own.codes], [0, []])
      await assert.rejects(bo.call('forecastCodes', { params: { practice } }), { code: 'PRACTICE_NOT_YOURS' })
    })
  })
}
