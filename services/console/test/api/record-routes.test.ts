import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BodyOf, Chart } from '@cufflink/contracts'
import type { SignedInPerson } from '@cufflink/testkit'
import { admit, at, chartOf, HOUR_MS, handClock, MINUTE_MS, SECOND_MS } from '../charts-fixture.ts'
import { enrol, type RunningConsole, refused, startTestConsole } from '../console-fixture.ts'

const NOW = at('2026-03-17', '15:00')
const month = '2026-03'
const practice = 'riverside'
const time = handClock(NOW)

let console: RunningConsole
let ada: SignedInPerson
let bo: SignedInPerson
before(async () => {
  console = await startTestConsole({}, { time })
  await enrol(console, practice)
  ada = await console.person(practice, 'ada', 'clinician')
  bo = await console.person(practice, 'bo', 'clinician')
})
after(() => console[Symbol.asyncDispose]())

let admitted = 0
/** A patient whose file is in order, for one test. */
async function patientOf(): Promise<{ practice: string; patient: string }> {
  admitted += 1
  const params = { practice, patient: `p-${admitted}` }
  await admit({ console, ...params, since: at('2025-12-01') })
  return params
}
const chart = (patient: string, fits?: (chart: Chart) => unknown) =>
  chartOf(ada, { practice, patient, month }, fits)

type Talk = BodyOf<'recordInteraction'>
const talk = (changes: Partial<Talk> = {}): Talk => ({
  startedAt: NOW - HOUR_MS,
  endedAt: NOW - HOUR_MS + 3 * MINUTE_MS,
  mode: 'phone',
  direction: 'outbound',
  reached: 'patient',
  outcome: 'talked',
  ...changes,
})

describe('A conversation', () => {
  test('with the patient, or with a caregiver by name and relation, counts', async () => {
    const [params, other] = [await patientOf(), await patientOf()]
    await ada.call('recordInteraction', { params, body: talk() })
    const caregiver = { name: 'Eve Example', relation: 'daughter' }
    await ada.call('recordInteraction', { params: other, body: talk({ reached: 'caregiver', caregiver }) })
    for (const { patient } of [params, other]) {
      const { row, tally, interactions } = await chart(patient)
      assert.deepEqual([row.month.conversation, tally.conversations], [true, 1])
      assert.equal(interactions[0]?.counts, true)
    }
    assert.deepEqual((await chart(other.patient)).interactions[0]?.caregiver, caregiver)
  })

  test('that was only tried is kept and does not count, nor one that was too short', async () => {
    const params = await patientOf()
    const { patient } = params
    const outcomes = ['left-message', 'no-answer', 'declined', 'cut-off'] as const
    for (const outcome of outcomes)
      await ada.call('recordInteraction', { params, body: talk({ reached: 'nobody', outcome }) })
    const endedAt = NOW - HOUR_MS + 59 * SECOND_MS
    await ada.call('recordInteraction', { params, body: talk({ endedAt }) })
    const { row, interactions } = await chart(patient)
    assert.equal(row.month.conversation, false)
    assert.deepEqual(
      interactions.map(({ outcome, counts }) => [outcome, counts]),
      [...outcomes, 'talked'].map((outcome) => [outcome, false]),
    )
    await ada.call('recordInteraction', { params, body: talk({ endedAt: endedAt + SECOND_MS }) })
    assert.equal((await chart(patient)).row.month.conversation, true)
  })

  test('that was cut off in the midst of it took place, and one that was declined did not', async () => {
    const params = await patientOf()
    await ada.call('recordInteraction', { params, body: talk({ outcome: 'declined' }) })
    const { row: before } = await chart(params.patient, (one) => one.interactions.length === 1)
    assert.equal(before.month.conversation, false)
    await ada.call('recordInteraction', { params, body: talk({ outcome: 'cut-off' }) })
    const { row, interactions } = await chart(params.patient, (one) => one.interactions.length === 2)
    assert.equal(row.month.conversation, true)
    assert.deepEqual(interactions.map(({ outcome, counts }) => [outcome, counts]).toSorted(), [
      ['cut-off', true],
      ['declined', false],
    ])
  })

  test('that ended a little after the server’s clock counts once that moment came', async () => {
    const params = await patientOf()
    time.pass(30 * SECOND_MS)
    await ada.call('recordInteraction', {
      params,
      body: talk({ startedAt: NOW, endedAt: NOW + 75 * SECOND_MS }),
    })
    time.pass(MINUTE_MS)
    assert.equal((await chart(params.patient)).row.month.conversation, true)
    time.pass(NOW - time.clock.now())
  })

  test('under a locked line for time is voided only by who acknowledges it; an attempt is nothing it was billed with', async () => {
    const params = await patientOf()
    const record = async (changes: Partial<Talk> = {}) =>
      (await ada.call('recordInteraction', { params, body: talk(changes) })).interaction
    const [held, attempt] = [await record(), await record({ reached: 'nobody', outcome: 'no-answer' })]
    const line = { patient: params.patient, code: '99457', from: '2026-03-01', to: '2026-03-31' }
    await console.ledger.append({
      id: 'lock-over-a-call',
      type: 'claim.locked',
      v: 1,
      tenant: practice,
      at: NOW,
      by: 'user:bill',
      data: { ...line, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' },
    })
    await chart(params.patient, ({ claims }) => claims.length === 1)
    const voids = (interaction: string, acknowledged: object = {}) =>
      ada.call('voidInteraction', {
        params: { ...params, interaction },
        body: { startedAt: talk().startedAt, reason: 'not so', ...acknowledged },
      })
    await voids(attempt)
    await refused(voids(held), 'TIME_LOCKED')
    assert.equal((await chart(params.patient)).row.month.conversation, true)
    await voids(held, { acknowledgeLocked: true })
    const { row } = await chart(params.patient)
    assert.equal(row.month.conversation, false)
    const written = await console.facts('activity', `${practice}/${params.patient}`)
    const last = written.findLast(({ type }) => type === 'interaction.voided')
    assert.ok(last && !('acknowledgeLocked' in last.data))
  })
})

type Note = BodyOf<'writeNote'>
const whole = {
  dataReviewed: 'Two weeks of readings.',
  assessment: 'Stable.',
  decision: 'No change.',
  nextStep: 'Call.',
}
const note = (changes: Partial<Note> = {}): Note => ({
  category: 'data-review',
  readings: [{ device: 'cuff-1', measuredAt: NOW - HOUR_MS, offset: 3 }],
  ...whole,
  ...changes,
})

/** Ten minutes of Ada's, written down by hand. */
const work = (params: { practice: string; patient: string }, from: number) =>
  ada.call('enterTime', {
    params,
    body: { from, until: from + 10 * MINUTE_MS, program: 'RPM', category: 'data-review', reason: 'forgot' },
  })

describe('A note', () => {
  test('that is whole leaves nothing to ask for; each part that is empty is asked for', async () => {
    const params = await patientOf()
    const { patient } = params
    const prompts = async () => (await chart(patient)).prompts.map(({ prompt }) => prompt)
    // Without any time nothing has to be explained.
    assert.deepEqual(await prompts(), [])
    await work(params, NOW - 2 * HOUR_MS)
    assert.deepEqual(await prompts(), ['note'])
    const empty = { readings: [], dataReviewed: ' ', assessment: '', decision: '\n', nextStep: '' }
    const { note: name, notedAt } = await ada.call('writeNote', { params, body: note(empty) })
    assert.equal(notedAt, NOW)
    assert.deepEqual(await prompts(), ['note-incomplete'])
    const shown = (await chart(patient)).notes[0]!
    const all = ['readings', 'data-reviewed', 'assessment', 'decision', 'next-step']
    assert.deepEqual(
      shown.missing.map(({ prompt }) => prompt),
      all,
    )
    const body = { ...note(), notedAt, version: shown.version, reason: 'completed' }
    await ada.call('amendNote', { params: { ...params, note: name }, body })
    assert.deepEqual(await prompts(), [])
    const after = (await chart(patient)).notes[0]!
    assert.deepEqual(
      [after.missing, after.amendments, after.assessment, after.clinicianName],
      [[], 1, 'Stable.', 'Person ada'],
    )
  })

  test('of another month is not this month’s', async () => {
    const params = await patientOf()
    await work(params, NOW - 3 * HOUR_MS)
    await ada.call('writeNote', { params, body: note({ notedAt: at('2026-02-28', '23:59') }) })
    const shown = await chart(params.patient)
    assert.deepEqual([shown.notes.length, shown.prompts[0]?.prompt], [0, 'note'])
    const before = await chartOf(ada, { ...params, month: '2026-02' })
    assert.deepEqual([before.notes.length, before.prompts.length], [1, 0])
  })

  test('is amended by its author alone, who saw it as it stands; what it was stays on the ledger', async () => {
    const params = await patientOf()
    const { note: name, notedAt } = await ada.call('writeNote', { params, body: note() })
    const { version } = (await chart(params.patient)).notes[0]!
    const amend = (who: SignedInPerson, changes: object = {}) =>
      who.call('amendNote', {
        params: { ...params, note: name },
        body: { ...note({ assessment: 'Worse.' }), notedAt, version, reason: 'corrected', ...changes },
      })
    await refused(amend(bo), 'TIME_NOT_YOURS')
    await refused(amend(ada, { version: version + 1 }), 'VERSION_CONFLICT')
    await refused(amend(ada, { notedAt: notedAt - 1 }), 'NOTE_UNKNOWN')
    await refused(amend(ada, { category: 'coffee' }), 'CATEGORY_UNKNOWN')
    const outcomes = await Promise.allSettled([amend(ada), amend(ada, { assessment: 'Better.' })])
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await refused(amend(ada), 'VERSION_CONFLICT')
    const written = (await console.facts('activity', `${practice}/${params.patient}`)).flatMap((fact) =>
      fact.type === 'note.written' || fact.type === 'note.amended' ? [fact.data.assessment] : [],
    )
    assert.equal(written.length, 2)
    assert.equal(written[0], 'Stable.')
  })
})
