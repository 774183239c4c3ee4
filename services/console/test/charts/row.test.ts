import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Enrolment, evaluate, explain, medicare, nativeModel } from '@cufflink/billing'
import { type ReadChart, rowOf, tallyOf } from '@cufflink/charts'
import type { FactOf } from '@cufflink/contracts'
import { type DaysDocument, foldDays, localDate, monthOfFact } from '@cufflink/folds'
import fc from 'fast-check'
import { chartOf } from '../../src/charts/chart.ts'
import { at, DAY_MS, MINUTE_MS, SECOND_MS, zone } from '../charts-fixture.ts'

const NOW = at('2026-03-25', '18:00')
/** Around it everything was set up, within seconds or days. */
const ORIGIN = at('2026-03-02', '12:00')
const patient = 'p-1'
const device = 'cuff-1'

type Reading = { readonly instant: number; readonly clockless: boolean }
type Case = {
  readonly consent: number | undefined
  readonly order: number | undefined
  readonly episode: number | undefined
  readonly assigned: number | undefined
  readonly readings: readonly Reading[]
}

const soon = fc.integer({ min: -90, max: 90 }).map((seconds) => ORIGIN + seconds * SECOND_MS)
const late = fc.integer({ min: -5, max: 15 }).map((days) => ORIGIN + days * DAY_MS)
const moment = fc.oneof({ weight: 3, arbitrary: soon }, { weight: 1, arbitrary: late })
const begun = fc.option(moment, { nil: undefined, freq: 9 })
const cases: fc.Arbitrary<Case> = fc.record({
  consent: begun,
  order: begun,
  episode: begun,
  assigned: begun,
  readings: fc.array(fc.record({ instant: moment, clockless: fc.boolean() }), { maxLength: 20 }),
})

const span = (from: number | undefined): readonly { readonly from: number }[] =>
  from === undefined ? [] : [{ from }]

/** A patient as the console reads one. */
function chartFrom({ consent, order, episode, assigned, readings }: Case): ReadChart {
  const enrolment: Enrolment = {
    patient,
    practiceZone: zone,
    zones: [{ zone, from: 0 }],
    consents: span(consent),
    orders: span(order),
    episodes: span(episode).map((one) => ({ ...one, episode: 'e-1', setUpAt: one.from })),
    devices: span(assigned).map((one) => ({ device, model: 'native', assigned: [one] })),
    models: [nativeModel],
    visits: [],
    staff: new Map(),
    established: true,
    billedElsewhere: [],
    locked: [],
  }
  const input = {
    enrolment,
    ruleSets: medicare,
    asOf: NOW,
    days: folded(readings),
    minutes: [],
    clinicians: [],
  }
  const settings = {
    timerStart: 'automatic',
    startDelayS: 0,
    entryBackDays: 31,
    approveEntries: false,
  } as const
  return {
    practice: { id: 'riverside', name: 'Riverside', zone, settings, facts: [] },
    patient,
    month: '2026-03',
    now: NOW,
    clockRate: 1,
    enrolled: { name: 'Ada', zone, enrolledAt: ORIGIN - 30 * DAY_MS, programs: ['RPM'], established: true },
    devices: [],
    enrolment,
    input,
    file: [],
    claims: [],
    records: [],
    minutes: [],
  }
}

function folded(readings: readonly Reading[]): readonly DaysDocument[] {
  const months = new Map<string, DaysDocument>()
  readings.forEach(({ instant, clockless }, offset) => {
    const fact: FactOf<'reading.recorded'> = {
      id: `r-${offset}`,
      type: 'reading.recorded',
      v: 1,
      tenant: 'riverside',
      at: instant,
      by: 'service:gateway',
      data: {
        patient,
        reading: {
          device,
          measuredAt: instant,
          gatewayReceivedAt: instant,
          clockQuality: clockless ? 'receipt' : 'synced',
          measurement: { kind: 'body-weight', weightKg: 80 },
        },
      },
    }
    const month = monthOfFact(fact)
    months.set(month, foldDays(months.get(month), fact, offset))
  })
  return [...months.values()]
}

/** The dates of readings that were the patient's own, with consent, in an episode, to the second; by no code of the rules. */
function expectedDates({ consent, episode, assigned, readings }: Case): ReadonlySet<string> {
  const begins = [consent, episode, assigned]
  const counts = ({ instant }: Reading): boolean =>
    begins.every((from) => from !== undefined && instant >= from)
  return new Set(readings.filter(counts).map(({ instant }) => localDate(instant, zone)))
}

const rowOfChart = (chart: ReadChart) => rowOf(tallyOf(chart).fields, chart.now)!

describe('The data-days of a patient', () => {
  test('are the same on the list, on the chart and by the rules, whatever is missing on file', () => {
    let grids = 0
    fc.assert(
      fc.property(cases, (held) => {
        const read = chartFrom(held)
        const { dataDays, period } = rowOfChart(read)
        const chart = chartOf(read, { version: 1, recent: [], practitioners: [], nameOf: (user) => user })
        assert.deepEqual(chart.row, rowOfChart(read))
        const evaluation = evaluate(read.input)
        const ofPeriod = [...evaluation.lines, ...chart.lines].filter(
          ({ clock, from }) => clock === 'period' && (period === undefined || from === period.start),
        )
        for (const { code, have } of ofPeriod) assert.equal(have.days, dataDays, code)
        if (period === undefined) {
          assert.deepEqual([dataDays, ofPeriod, evaluation.period], [0, [], undefined])
          assert.match(explain(evaluation), /No 30-day period yet/)
          return
        }
        grids += 1
        assert.equal(period.readingsPerDate.filter((count) => count > 0).length, dataDays)
        const dates = [...expectedDates(held)].filter((date) => period.start <= date && date <= period.end)
        assert.equal(dataDays, dates.length)
        assert.match(explain(evaluation), new RegExp(`: ${dataDays} data-days?\\n`))
      }),
      { numRuns: 300 },
    )
    assert.ok(grids > 30, `${grids} cases had a grid`)
  })

  test('count a reading without a clock that comes in the very minute of the assignment', () => {
    const [since, instant] = [ORIGIN + 5 * SECOND_MS, ORIGIN + 6 * SECOND_MS]
    const file = { consent: since, order: since, episode: since, assigned: since }
    const read = chartFrom({ ...file, readings: [{ instant, clockless: true }] })
    assert.equal(rowOfChart(read).dataDays, 1)
    const before = chartFrom({ ...file, readings: [{ instant: since - SECOND_MS, clockless: true }] })
    assert.deepEqual([rowOfChart(before).dataDays, rowOfChart(before).waitsFor], [0, ['READING']])
    assert.ok(since - ORIGIN < MINUTE_MS)
  })
})
