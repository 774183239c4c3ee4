import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Chart } from '@cufflink/contracts'
import { type SignedInPerson, signIn } from '@cufflink/testkit'
import { at, HOUR_MS, handClock, MINUTE_MS } from '../charts-fixture.ts'
import { deviceOf, fact, furnish, give, nurseOf, reading, SINCE, worked } from '../closing/closing-fixture.ts'
import {
  type Engines,
  enrol,
  openEngines,
  type RunningConsole,
  startConsoleOn,
  testPassword,
} from '../console-fixture.ts'
import { type LiveReader, openReader } from './live-reader.ts'

const NOW = at('2026-03-17', '22:00')
const month = '2026-03'
const practice = 'riverside'
const time = handClock(NOW)

let engines: Engines
let console: RunningConsole
let other: RunningConsole
let ada: SignedInPerson
let there: SignedInPerson
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines, { time })
  other = await startConsoleOn(engines, { time })
  await enrol(console, practice)
  ada = await console.person(practice, nurseOf(practice))
  there = await signIn(other.url, { user: ada.user, password: testPassword })
  const usual = { practice, dates: ['2026-03-05'], seconds: 0, call: false, note: false }
  await furnish(
    engines,
    console,
    ['p-1', 'p-2', 'p-3'].map((patient) => ({ ...usual, patient })),
  )
})
after(async () => {
  await other[Symbol.asyncDispose]()
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

const open = (patient: string, person = ada) =>
  openReader(person, 'livePatient', { practice, patient, month })
const shows = (reader: LiveReader<Chart>, fits: (chart: Chart) => unknown, what: string) =>
  reader.until((charts) => charts.length > 0 && fits(charts.at(-1)!), what)
const work = (patient: string, from: number, minutes: number) =>
  worked({ practice, patient }, from, minutes * 60)

/** A weighing of a patient of the practice. */
const weighed = (patient: string, measuredAt: number) =>
  fact<'reading.recorded'>({
    type: 'reading.recorded',
    tenant: practice,
    at: measuredAt,
    data: {
      patient,
      reading: {
        device: deviceOf(practice, patient),
        measuredAt,
        gatewayReceivedAt: measuredAt,
        clockQuality: 'synced',
        measurement: { kind: 'body-weight', weightKg: 80 },
      },
    },
  })

describe('The chart of a patient', () => {
  test('comes whole at once, and again with each change, on every console that shows it', async () => {
    const readers = [open('p-1'), open('p-1'), open('p-1', there)]
    for (const reader of readers) await reader.has(1)
    const before = readers[0]!.messages[0]!
    assert.equal(before.month, month)
    assert.equal(before.row.patient, 'p-1')
    assert.ok(before.categories.some(({ category, counts }) => category === 'data-review' && counts))
    await ada.call('writeNote', {
      params: { practice, patient: 'p-1' },
      body: {
        category: 'data-review',
        readings: [],
        dataReviewed: 'x',
        assessment: '',
        decision: '',
        nextStep: '',
      },
    })
    for (const reader of readers) {
      await shows(reader, ({ notes }) => notes.length === 1, 'the note')
      const versions = reader.messages.map(({ version }) => version)
      assert.deepEqual(
        versions,
        [...new Set(versions)].toSorted((a, b) => a - b),
      )
    }
  })

  test('shows readings with their values as they come, and that one was retracted', async () => {
    const reader = open('p-2')
    const file = { practice, patient: 'p-2' }
    await reader.has(1)
    const fresh = reading(file, '2026-03-16')
    await give(engines, [fresh])
    await shows(reader, ({ row }) => row.dataDays === 2, 'two data-days')
    const [latest] = reader.messages.at(-1)!.readings
    assert.deepEqual(latest?.measurement, { kind: 'body-weight', weightKg: 80 })
    assert.equal(latest?.measuredAt, at('2026-03-16', '08:00'))
    const retraction = {
      patient: 'p-2',
      device: deviceOf(practice, 'p-2'),
      measuredAt: at('2026-03-16', '08:00'),
      readingId: fresh.id,
      reason: 'not hers',
    }
    await give(engines, [
      fact<'reading.retracted'>({ type: 'reading.retracted', tenant: practice, at: NOW, data: retraction }),
    ])
    await shows(reader, ({ row, readings }) => row.dataDays === 1 && readings[0]?.retracted, 'it retracted')
  })

  test('lists the readings of its own month, all of them, on the dates of the patient', async () => {
    const measured = (date: string, time: string) => weighed('p-2', at(date, time))
    const days = Array.from(
      { length: 30 },
      (_, index) => `2026-02-${String(1 + (index % 28)).padStart(2, '0')}`,
    )
    const readings = days.flatMap((date, index) => [
      measured(date, index < 28 ? '06:00' : '07:00'),
      measured(date, index < 28 ? '18:00' : '19:00'),
    ])
    // In UTC this one is of March.
    await give(engines, [...readings, measured('2026-02-28', '23:30'), measured('2026-03-01', '00:10')])
    const february = openReader(ada, 'livePatient', { practice, patient: 'p-2', month: '2026-02' })
    await shows(february, ({ readings }) => readings.length === 61, 'the 61 readings of February')
    const shown = february.messages.at(-1)!.readings.map(({ measuredAt }) => measuredAt)
    assert.deepEqual([shown[0], shown.at(-1)], [at('2026-02-28', '23:30'), at('2026-02-01', '06:00')])
  })

  test('says of a reading whose device’s clock was not believed what it showed', async () => {
    const fact = weighed('p-2', at('2026-03-07', '08:20'))
    assert.equal(fact.type, 'reading.recorded')
    const deviceTime = at('2021-01-01', '00:07')
    const reading = { ...fact.data.reading, clockQuality: 'receipt', deviceTime } as const
    await give(engines, [{ ...fact, v: 2, data: { patient: 'p-2', reading } }])
    const reader = openReader(ada, 'livePatient', { practice, patient: 'p-2', month: '2026-03' })
    const told = ({ readings }: Chart) =>
      readings.find(({ measuredAt }) => measuredAt === reading.measuredAt)?.deviceTime
    await shows(reader, (chart) => told(chart) === deviceTime, 'the time that the clock showed')
    const others = reader.messages.at(-1)!.readings.filter(({ clockQuality }) => clockQuality === 'synced')
    assert.ok(others.length > 0 && others.every((one) => !('deviceTime' in one)))
  })

  test('lists a reading that was sent again with another time, flagged', async () => {
    const [first, again] = ['2026-03-02', '2026-03-05'].map((date) => weighed('p-2', at(date, '08:20')))
    assert.ok(first?.type === 'reading.recorded' && again?.type === 'reading.recorded')
    const named = [first, again].map((fact) => {
      const reading = { ...fact.data.reading, recordId: '000417' }
      return { ...fact, id: 'named-000417', v: 2, data: { patient: 'p-2', reading } } as const
    })
    await give(engines, named)
    const reader = openReader(ada, 'livePatient', { practice, patient: 'p-2', month: '2026-03' })
    const flags = ({ readings }: Chart) =>
      [first, again].map(({ data: { reading } }) => {
        const shown = readings.find(({ measuredAt }) => measuredAt === reading.measuredAt)
        return shown && (shown.sentAgain ?? false)
      })
    await shows(reader, (chart) => isDeepStrictEqual(flags(chart), [false, true]), 'both, the second flagged')
  })

  test('is trimmed, live, by time of its clinician on another patient that began before', async () => {
    const reader = open('p-3')
    const list = openReader(ada, 'livePractice', { practice })
    const secondsOf = (patient: string) =>
      list.messages.flatMap(({ rows }) => rows).findLast((row) => row.patient === patient)?.month.seconds
    const from = at('2026-03-12', '10:00')
    await give(engines, [work('p-3', from, 10)])
    await shows(reader, ({ tally }) => tally.seconds === 600, 'ten minutes')
    await list.until(() => secondsOf('p-3') === 600, 'ten minutes in the list')
    const beside = work('p-2', from - 5 * MINUTE_MS, 10)
    await give(engines, [beside])
    await shows(reader, ({ tally }) => tally.seconds === 300, 'five minutes of them')
    const { tally, sessions } = reader.messages.at(-1)!
    assert.deepEqual(tally.deductions, [{ why: 'STAFF_OVERLAP', ms: 300_000 }])
    assert.deepEqual([sessions[0]?.creditedMs, sessions[0]?.clinicianName], [300_000, `Person ${ada.user}`])
    await list.until(() => secondsOf('p-3') === 300, 'five minutes in the list')
    assert.equal(secondsOf('p-2'), 600)

    // It was at another time: nothing is trimmed any more.
    assert.ok(beside.type === 'time.entered')
    const { patient, clinician, session, startedAt, program, category } = beside.data
    const moved = { from: from - 2 * HOUR_MS, until: from - HOUR_MS, program, category, reason: 'x' }
    const data = { patient, clinician, session, startedAt, ...moved }
    await give(engines, [fact<'time.amended'>({ type: 'time.amended', tenant: practice, at: NOW, data })])
    await shows(reader, (chart) => chart.tally.seconds === 600, 'all ten minutes')
    await list.until(() => secondsOf('p-3') === 600, 'all ten minutes in the list')
  })

  test('follows what is said of people: a name, and a credential whose time does not count', async () => {
    const reader = open('p-3')
    const list = openReader(ada, 'livePractice', { practice })
    await shows(reader, ({ tally }) => tally.seconds > 0, 'time that counts')
    const register = (body: object) =>
      console.operator.call('registerUser', {
        params: { practice, user: ada.user },
        body: { name: 'Ada Other', roles: ['clinician', 'biller', 'ops', 'administrator'], ...body },
      })
    // A person whose account is changed connects again.
    const bo = await console.person(practice, 'bo')
    const [chart, rows] = [open('p-3', bo), openReader(bo, 'livePractice', { practice })]
    await shows(chart, ({ tally }) => tally.seconds > 0, 'time that counts')
    await rows.has(1)
    await register({ credential: 'clinical-staff' })
    await shows(chart, ({ sessions }) => sessions[0]?.clinicianName === 'Ada Other', 'the other name')
    const holds = (credential: 'non-clinical' | 'clinical-staff') =>
      console.operator.call('changeCredential', {
        params: { practice, user: ada.user },
        body: { credential, from: SINCE, reason: 'the license was looked at', confirm: true },
      })
    await holds('non-clinical')
    await shows(chart, ({ tally }) => tally.seconds === 0, 'time that counts no longer')
    await rows.until(
      (messages) =>
        messages.at(-1)!.rows.some(({ patient, month: of }) => patient === 'p-3' && of.seconds === 0),
      'the list to follow',
    )
    await holds('clinical-staff')
    await register({ credential: 'clinical-staff', name: `Person ${ada.user}` })
    await shows(chart, ({ tally }) => tally.seconds > 0, 'time that counts again')
    for (const each of [reader, list]) assert.equal((await each.closed()).code, 1013)
  })

  test('turns its date at midnight in the patient’s zone', async () => {
    const reader = open('p-1')
    await shows(reader, ({ row }) => row.today === '2026-03-17', 'today')
    time.pass(3 * HOUR_MS)
    await shows(reader, ({ row }) => row.today === '2026-03-18', 'the next date')
    time.pass(-3 * HOUR_MS)
    await shows(reader, ({ row }) => row.today === '2026-03-17', 'today again')
  })

  test('answers a ping, and is closed to who says anything else', async () => {
    const reader = open('p-1')
    await reader.has(1)
    time.pass(MINUTE_MS)
    const { version } = reader.messages.at(-1)!
    reader.say({ type: 'ping' })
    await reader.until(() => reader.pongs.length > 0, 'the answer')
    assert.deepEqual(reader.pongs, [{ type: 'pong', version, now: time.clock.now() }])
    reader.say({ type: 'snapshot' })
    assert.equal((await reader.closed()).code, 1008)
  })
})

describe('The list of a practice', () => {
  test('tells what each clinician has worked today, over all patients, each moment once', async () => {
    const list = openReader(ada, 'livePractice', { practice })
    await list.has(1)
    const [first] = list.messages
    assert.ok(first?.type === 'window' && first.practice.id === practice)
    const today = at('2026-03-17', '09:00')
    await give(engines, [work('p-1', today, 10), work('p-2', today + 5 * MINUTE_MS, 10)])
    const day = { clinician: ada.user, name: `Person ${ada.user}`, date: '2026-03-17', seconds: 900 }
    await list.until(
      (messages) =>
        messages
          .flatMap(({ staff }) => staff)
          .some((one) => one.clinician === ada.user && one.date === '2026-03-17' && one.seconds === 900),
      'fifteen minutes',
    )
    const late = openReader(ada, 'livePractice', { practice })
    await late.has(1)
    assert.deepEqual(
      late.messages[0]!.staff.filter(({ clinician }) => clinician === ada.user),
      [day],
    )
  })

  test('shows a patient who is enrolled while it is open, and counts from the enrolment on', async () => {
    const list = openReader(ada, 'livePractice', { practice })
    await list.has(1)
    await ada.call('enrolPatient', {
      params: { practice, patient: 'p-new' },
      body: { name: 'New', zone: 'America/New_York', enrolledAt: SINCE },
    })
    await list.until(
      (messages) => messages.at(-1)!.rows.some(({ patient, name }) => patient === 'p-new' && name === 'New'),
      'the patient',
    )
  })
})
