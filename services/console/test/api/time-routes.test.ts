import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BodyOf, Chart, ChartStretch, FactOf } from '@cufflink/contracts'
import type { Refused } from '@cufflink/contracts/client'
import type { SignedInPerson } from '@cufflink/testkit'
import { admit, apart, at, chartOf, DAY_MS, handClock, MINUTE_MS, SECOND_MS } from '../charts-fixture.ts'
import { enrol, type RunningConsole, refused, startTestConsole } from '../console-fixture.ts'

const NOW = at('2026-03-17', '15:00')
const month = '2026-03'
const time = handClock(NOW)
const practice = 'riverside'

let console: RunningConsole
let ada: SignedInPerson
let bo: SignedInPerson
let first: string
/** A patient on another partition. */
let second: string
before(async () => {
  console = await startTestConsole({}, { time })
  await enrol(console, practice)
  ;[first, second] = apart(console, practice) as [string, string]
  for (const patient of [first, second]) await admit({ console, practice, patient, since: at('2025-12-01') })
  ada = await console.person(practice, 'ada', 'clinician')
  bo = await console.person(practice, 'bo', 'clinician')
})
after(() => console[Symbol.asyncDispose]())

type Entry = BodyOf<'enterTime'>
/** Five minutes from so many minutes before now on. */
const entry = (minutesAgo: number, changes: Partial<Entry> = {}): Entry => {
  const from = NOW - minutesAgo * MINUTE_MS
  return {
    program: 'RPM',
    category: 'data-review',
    from,
    until: from + 5 * MINUTE_MS,
    reason: 'by hand',
    ...changes,
  }
}
const enter = (who: SignedInPerson, patient: string, body: Entry) =>
  who.call('enterTime', { params: { practice, patient }, body })
const chart = (patient: string, fits?: (chart: Chart) => unknown) =>
  chartOf(ada, { practice, patient, month }, fits)
const sessionOf = async (patient: string, session: string): Promise<ChartStretch> =>
  (await chart(patient)).sessions.find((one) => one.session === session)!
const facts = async (patient: string) => console.facts('activity', `${practice}/${patient}`)

describe('Time under a locked line', () => {
  const patient = 'p-locked'
  before(() => admit({ console, practice, patient, since: at('2025-12-01') }))
  const lock = (code: string, from: string, to: string) =>
    console.ledger.append({
      id: `lock-${code}-${from}`,
      type: 'claim.locked',
      v: 1,
      tenant: practice,
      at: NOW,
      by: 'user:bill',
      data: { patient, code, from, to, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' },
    })

  test('is amended or voided only by who acknowledges it', async () => {
    const { session, startedAt } = await enter(ada, patient, entry(600))
    await lock('99454', '2026-03-01', '2026-03-30')
    await lock('99457', '2026-02-01', '2026-02-28')
    const read = () => sessionOf(patient, session)
    const body = async () => ({ startedAt, clinician: 'ada', version: (await read()).version })
    const params = { practice, patient, session }
    const stretch = { ...entry(600), reason: 'ten minutes later' }
    await ada.call('amendTime', { params, body: { ...stretch, ...(await body()) } })

    await lock('99457', '2026-03-01', '2026-03-31')
    const isNew = ({ code, from }: Chart['claims'][number]) => code === '99457' && from === '2026-03-01'
    await chartOf(ada, { practice, patient, month }, ({ claims }) => claims.some(isNew))
    await refused(ada.call('amendTime', { params, body: { ...stretch, ...(await body()) } }), 'TIME_LOCKED')
    const voiding = { ...(await body()), reason: 'twice' }
    await refused(ada.call('voidTime', { params, body: voiding }), 'TIME_LOCKED')
    assert.equal((await read()).voided, false)
    await ada.call('voidTime', { params, body: { ...voiding, acknowledgeLocked: true } })
    assert.equal((await read()).voided, true)
    const last = (await facts(patient)).findLast(({ type }) => type === 'time.voided')
    assert.ok(last && !('acknowledgeLocked' in last.data))
  })
})

describe('Time entered by hand', () => {
  test('counts from its beginning to its end', async () => {
    const { session, startedAt, status } = await enter(ada, first, entry(300))
    assert.deepEqual([startedAt, status], [NOW - 300 * MINUTE_MS, 'counted'])
    const shown = await sessionOf(first, session)
    assert.equal(shown.creditedMs, 5 * MINUTE_MS)
    assert.deepEqual([shown.byHand, shown.reason, shown.clinician], [true, 'by hand', 'ada'])
  })

  test('that ends a little after the server’s clock is taken, and counts once that moment came', async () => {
    time.pass(30 * SECOND_MS)
    const until = NOW + 75 * SECOND_MS
    const { session } = await enter(bo, second, entry(0, { from: NOW, until }))
    time.pass(MINUTE_MS)
    const { creditedMs } = await sessionOf(second, session)
    assert.equal(creditedMs, 75 * SECOND_MS)
    time.pass(NOW - time.clock.now())
  })

  test('is taken so many days back as the practice says, and no more', async () => {
    const old = (daysAgo: number) => entry(daysAgo * 24 * 60)
    await enter(ada, first, old(31))
    await refused(enter(ada, first, old(33)), 'TIME_TOO_OLD')
    await enrol(console, 'strict')
    await admit({ console, practice: 'strict', patient: 'p-1', since: at('2025-12-01') })
    const params = { practice: 'strict', patient: 'p-1' }
    const body = { timerStart: 'by-hand', startDelayS: 0, entryBackDays: 0, approveEntries: false } as const
    await console.operator.call('configurePractice', { params, body })
    const eve = await console.person('strict', 'eve')
    await eve.call('enterTime', { params, body: old(0.9) })
    await refused(eve.call('enterTime', { params, body: old(1.1) }), 'TIME_TOO_OLD')
  })

  test('of a category that the rules do not know, or a program without the patient, is refused', async () => {
    await refused(enter(ada, first, entry(200, { category: 'coffee' })), 'CATEGORY_UNKNOWN')
    await refused(enter(ada, first, entry(200, { program: 'CCM' })), 'PROGRAM_NOT_ENROLLED')
    await refused(enter(ada, 'p-nobody', entry(200)), 'PATIENT_UNKNOWN')
    await refused(enter(ada, first, entry(200, { reason: '' })), 'REQUEST_INVALID')
  })

  test('over other time of one’s own, on another patient of another partition too, is refused with that time', async () => {
    const theirs = entry(180)
    await enter(ada, second, theirs)
    for (const patient of [first, second])
      for (const shift of [-4, -1, 0, 1, 4]) {
        const candidate = entry(180 - shift)
        await assert.rejects(enter(ada, patient, candidate), (error: Refused) => {
          assert.equal(error.code, 'TIME_OVERLAPS')
          const { from: start, until: end, program, category } = theirs
          assert.deepEqual(error.conflicts, [{ patient: second, start, end, program, category }])
          return true
        })
      }
    await enter(ada, first, entry(185))
    await enter(ada, first, entry(175))
  })

  test('over another person’s time is taken: the minute is credited once', async () => {
    await enter(ada, first, entry(150))
    await enter(bo, first, entry(150))
    const { sessions } = await chart(first)
    const both = sessions.filter(({ start }) => start === NOW - 150 * MINUTE_MS)
    assert.equal(both.length, 2)
    assert.equal(
      both.reduce((sum, { creditedMs }) => sum + creditedMs, 0),
      5 * MINUTE_MS,
    )
  })

  test('asked for twice at the same moment is taken once', async () => {
    const outcomes = await Promise.allSettled([
      enter(ada, first, entry(120)),
      enter(ada, second, entry(119)),
      enter(ada, first, entry(121)),
    ])
    const codes = outcomes.map((one) => (one.status === 'rejected' ? (one.reason as Refused).code : 'taken'))
    assert.deepEqual(codes.toSorted(), ['TIME_OVERLAPS', 'TIME_OVERLAPS', 'taken'])
  })
})

describe('A stretch of time', () => {
  const change = async (who: SignedInPerson, patient: string, session: string, body: object) => {
    const { version, startedAt, clinician, program, category } = await sessionOf(patient, session)
    const given = { startedAt, clinician, version, program, category, reason: 'corrected', ...body }
    return who.call('amendTime', {
      params: { practice, patient, session },
      body: given as BodyOf<'amendTime'>,
    })
  }
  const voids = async (who: SignedInPerson, patient: string, session: string, body: object = {}) => {
    const { version, startedAt, clinician } = await sessionOf(patient, session)
    return who.call('voidTime', {
      params: { practice, patient, session },
      body: { startedAt, clinician, version, reason: 'not so', ...body },
    })
  }

  test('is amended by its author, over itself and not over other time; what it was stays on the ledger', async () => {
    const [one, other] = [await enter(ada, first, entry(90)), await enter(ada, second, entry(80))]
    const from = one.startedAt - MINUTE_MS
    await change(ada, first, one.session, { from, until: from + 10 * MINUTE_MS })
    const shown = await sessionOf(first, one.session)
    assert.deepEqual([shown.start, shown.end, shown.amendments], [from, from + 10 * MINUTE_MS, 1])
    assert.equal(shown.startedAt, one.startedAt)
    assert.equal(shown.creditedMs, 10 * MINUTE_MS)
    const onto = { from: other.startedAt - 5 * MINUTE_MS, until: other.startedAt + 1 }
    await refused(change(ada, first, one.session, onto), 'TIME_OVERLAPS')
    const written = (await facts(first)).filter(
      (fact) => 'session' in fact.data && fact.data.session === one.session,
    )
    assert.deepEqual(
      written.map(({ type }) => type),
      ['time.entered', 'time.amended'],
    )
  })

  test('is changed by the one who saw it as it stands; of two at the same moment by one', async () => {
    const { session, startedAt } = await enter(ada, first, entry(50))
    const seen = await sessionOf(first, session)
    const stretch = { from: startedAt, until: startedAt + MINUTE_MS }
    const outcomes = await Promise.allSettled(
      [stretch, { ...stretch, until: startedAt + 2 * MINUTE_MS }].map((body) =>
        change(ada, first, session, { ...body, version: seen.version }),
      ),
    )
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await refused(change(ada, first, session, { ...stretch, version: seen.version }), 'VERSION_CONFLICT')
    await refused(voids(ada, first, session, { version: seen.version }), 'VERSION_CONFLICT')
    const { version } = await sessionOf(first, session)
    assert.ok(version > seen.version)
    await voids(ada, first, session, { version })
  })

  test('that is voided counts no longer, cannot be changed, and its minutes are free', async () => {
    const body = entry(40)
    const { session, startedAt } = await enter(ada, first, body)
    await refused(enter(ada, second, body), 'TIME_OVERLAPS')
    await voids(ada, first, session)
    const shown = await sessionOf(first, session)
    assert.deepEqual([shown.creditedMs, shown.voided, shown.reason], [0, true, 'not so'])
    await refused(change(ada, first, session, { from: startedAt, until: startedAt + 1 }), 'TIME_UNKNOWN')
    await enter(ada, second, body)
  })

  test('that is not there cannot be changed, nor one of another patient or person under its name', async () => {
    const { session, startedAt } = await enter(ada, first, entry(30))
    const { version } = await sessionOf(first, session)
    const body = { startedAt, clinician: 'ada', version, reason: 'x' }
    const call = (patient: string, changes: object, name = session) =>
      ada.call('voidTime', { params: { practice, patient, session: name }, body: { ...body, ...changes } })
    await refused(call(second, {}), 'TIME_UNKNOWN')
    await refused(call(first, {}, 'e-other'), 'TIME_UNKNOWN')
    await refused(call(first, { startedAt: startedAt + 1 }), 'TIME_UNKNOWN')
    await refused(call(first, { clinician: 'bo' }), 'TIME_UNKNOWN')
    await refused(call(first, { startedAt: startedAt - 90 * DAY_MS }), 'TIME_UNKNOWN')
    await call(first, {})
  })
})

describe('Where a supervisor must approve', () => {
  const strict = 'supervised'
  const params = { practice: strict, patient: 'p-1' }
  let nurse: SignedInPerson
  let lead: SignedInPerson
  before(async () => {
    await enrol(console, strict)
    await admit({ console, practice: strict, patient: 'p-1', since: at('2025-12-01') })
    const body = { timerStart: 'automatic', startDelayS: 0, entryBackDays: 31, approveEntries: true } as const
    await console.operator.call('configurePractice', { params, body })
    nurse = await console.person(strict, 'nurse', 'clinician')
    lead = await console.person(strict, 'lead', 'clinician', 'administrator')
  })

  const propose = async (body: Entry, who = nurse) => {
    const proposed = await who.call('enterTime', { params, body })
    assert.equal(proposed.status, 'proposed')
    return proposed
  }
  const decide = (
    { session, startedAt }: { session: string; startedAt: number },
    decision: 'approved' | 'declined' = 'approved',
    who = lead,
  ) => who.call('decideEntry', { params: { ...params, session }, body: { startedAt, decision } })
  const entries = async () => (await lead.call('listEntries', { params: { ...params, page: '1' } })).entries
  const strictChart = (fits?: (chart: Chart) => unknown) => chartOf(nurse, { ...params, month }, fits)

  test('time by hand counts once someone else approved it, once however often they do', async () => {
    const proposed = await propose(entry(300))
    assert.equal((await strictChart()).tally.seconds, 0)
    assert.ok((await strictChart()).prompts.some(({ prompt }) => prompt === 'approval'))
    const [waiting] = await entries()
    assert.deepEqual(
      { ...waiting, session: undefined },
      {
        patient: 'p-1',
        patientName: 'Patient p-1',
        clinician: 'nurse',
        clinicianName: 'Person nurse',
        session: undefined,
        startedAt: proposed.startedAt,
        until: proposed.startedAt + 5 * MINUTE_MS,
        program: 'RPM',
        category: 'data-review',
        reason: 'by hand',
      },
    )
    await decide(proposed)
    const chart = await strictChart()
    assert.equal(chart.tally.seconds, 300)
    assert.equal(chart.proposals.find(({ session }) => session === proposed.session)?.decision, 'approved')
    assert.ok(!chart.prompts.some(({ prompt }) => prompt === 'approval'))
    assert.deepEqual(await entries(), [])
    await refused(decide(proposed), 'TIME_DECIDED')
    await refused(decide(proposed, 'declined'), 'TIME_DECIDED')
    assert.equal((await strictChart()).tally.seconds, 300)
  })

  test('of two who decide at the same moment one does', async () => {
    const proposed = await propose(entry(280))
    const before = (await strictChart()).tally.seconds
    const chief2 = await console.person(strict, 'chief-2', 'administrator')
    const outcomes = await Promise.allSettled([
      decide(proposed),
      decide(proposed, 'declined', chief2),
      decide(proposed, 'approved', chief2),
    ])
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    const chart = await strictChart()
    const { decision } = chart.proposals.find(({ session }) => session === proposed.session)!
    assert.equal(chart.tally.seconds - before, decision === 'approved' ? 300 : 0)
  })

  test('time that was declined never counts, and its minutes are free', async () => {
    const before = (await strictChart()).tally.seconds
    const proposed = await propose(entry(260))
    await decide(proposed, 'declined')
    assert.equal((await strictChart()).tally.seconds, before)
    assert.equal((await strictChart()).proposals.at(-1)?.decision, 'declined')
    await decide(await propose(entry(260)))
    assert.equal((await strictChart()).tally.seconds, before + 300)
  })

  test('what would overlap by then is not approved', async () => {
    const [one, other] = [await propose(entry(220)), await propose(entry(218))]
    await decide(one)
    await refused(decide(other), 'TIME_OVERLAPS')
    await decide(other, 'declined')
  })

  test('an approval that was cut off between its two facts is completed by another, and counts once', async () => {
    const before = (await strictChart()).tally.seconds
    const { session, startedAt } = await propose(entry(200))
    const proposal = (await console.facts('activity', `${strict}/p-1`)).findLast(
      (fact): fact is FactOf<'entry.proposed'> => fact.type === 'entry.proposed',
    )!
    const { data } = proposal
    await console.ledger.append({ ...proposal, id: 'cut-off', type: 'time.entered', data, by: 'user:lead' })
    await strictChart(({ tally }) => tally.seconds === before + 300)
    assert.ok((await entries()).some((one) => one.session === session))
    await decide({ session, startedAt })
    assert.equal((await strictChart()).tally.seconds, before + 300)
    assert.deepEqual(
      await entries(),
      (await entries()).filter((one) => one.session !== session),
    )
  })
})
