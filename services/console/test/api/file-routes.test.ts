import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Chart } from '@cufflink/contracts'
import type { SignedInPerson } from '@cufflink/testkit'
import {
  admit,
  at,
  chartOf,
  DAY_MS,
  HOUR_MS,
  handClock,
  MINUTE_MS,
  physicianOf,
  zone,
} from '../charts-fixture.ts'
import { enrol, type RunningConsole, refused, startTestConsole } from '../console-fixture.ts'

const time = handClock(at('2026-03-17', '15:00'))
const NOW = at('2026-03-17', '15:00')
const month = '2026-03'
const practice = 'riverside'
const since = at('2025-12-01')

let console: RunningConsole
let ada: SignedInPerson
before(async () => {
  console = await startTestConsole({}, { time })
  await enrol(console, practice)
  ada = await console.person(practice, 'ada')
})
after(() => console[Symbol.asyncDispose]())

const chart = (patient: string, fits?: (chart: Chart) => unknown) =>
  chartOf(ada, { practice, patient, month }, fits)
const enrolled = async (patient: string) => {
  await ada.call('enrolPatient', {
    params: { practice, patient },
    body: { name: `Patient ${patient}`, zone, enrolledAt: since },
  })
  return { practice, patient }
}
const waitsFor = async (patient: string) => (await chart(patient)).row.waitsFor

describe('The file of a patient', () => {
  test('shows what the first period waits for, one after the other', async () => {
    const params = await enrolled('p-new')
    assert.deepEqual(await waitsFor('p-new'), ['CONSENT', 'ORDER', 'EPISODE', 'DEVICE'])
    await ada.call('recordConsent', { params, body: { mode: 'verbal', costShareExplained: true } })
    assert.deepEqual(await waitsFor('p-new'), ['ORDER', 'EPISODE', 'DEVICE'])
    const order = {
      practitioner: await physicianOf(console.operator, practice),
      diagnosis: 'I10',
      kind: 'blood-pressure',
      readingsPerWeek: 7,
    } as const
    await ada.call('recordOrder', { params, body: order })
    await ada.call('openEpisode', { params: { ...params, episode: 'e-1' }, body: {} })
    await ada.call('registerDevice', { params, body: { device: 'cuff-new', model: 'BPM', patient: 'p-new' } })
    const { file, row } = await chart('p-new', ({ row: { waitsFor: left } }) => left.length === 1)
    assert.deepEqual(row.waitsFor, ['READING'])
    assert.deepEqual(file.consents, [
      { consentedAt: NOW, mode: 'verbal', takenBy: 'ada', costShareExplained: true },
    ])
    assert.deepEqual(file.orders, [{ ...order, orderedAt: NOW }])
    assert.deepEqual(file.episodes, [{ episode: 'e-1', openedAt: NOW }])
    assert.deepEqual(file.devices, [{ device: 'cuff-new', model: 'BPM', from: NOW }])
  })

  test('keeps what an enrolment does not say again, and says what it does', async () => {
    const params = await enrolled('p-kept')
    const said = {
      programs: ['RPM', 'CCM'],
      condition: 'hypertension',
      payer: 'acme',
      established: false,
    } as const
    await ada.call('enrolPatient', { params, body: { name: 'One', zone, ...said, programs: ['RPM', 'CCM'] } })
    await ada.call('enrolPatient', { params, body: { name: 'Two', zone: 'America/Chicago' } })
    const { file, row } = await chart('p-kept')
    const { enrolledAt, programs, condition, payer, established } = file
    assert.deepEqual({ programs, condition, payer, established }, said)
    assert.deepEqual([enrolledAt, row.name, row.zone], [since, 'Two', 'America/Chicago'])
  })

  test('tells where the patient lives now, and where the days before were', async () => {
    const params = await enrolled('p-moved')
    await ada.call('movePatient', { params, body: { zone: 'Pacific/Auckland', from: NOW - DAY_MS } })
    await ada.call('movePatient', { params, body: { zone: 'America/Chicago', from: NOW - 2 * DAY_MS } })
    const { row } = await chart('p-moved')
    assert.deepEqual([row.zone, row.today], ['Pacific/Auckland', '2026-03-18'])
    await refused(ada.call('movePatient', { params, body: { zone: 'Mars/Olympus' } }), 'ZONE_UNKNOWN')
    const nobody = { ...params, patient: 'nobody' }
    await refused(ada.call('movePatient', { params: nobody, body: { zone } }), 'PATIENT_UNKNOWN')
  })

  test('has consents until they are withdrawn: time after that does not count', async () => {
    const params = { practice, patient: 'p-consent' }
    await admit({ console, ...params, since })
    const enter = (from: number) =>
      ada.call('enterTime', {
        params,
        body: { program: 'RPM', category: 'data-review', from, until: from + 10 * MINUTE_MS, reason: 'x' },
      })
    await enter(NOW - 5 * HOUR_MS)
    await enter(NOW - 3 * HOUR_MS)
    await ada.call('withdrawConsent', { params, body: { withdrawnAt: NOW - 4 * HOUR_MS } })
    const { file, tally } = await chart('p-consent')
    assert.equal(file.consents[0]?.withdrawnAt, NOW - 4 * HOUR_MS)
    assert.equal(tally.seconds, 600)
    assert.deepEqual(tally.deductions, [{ why: 'NO_CONSENT', ms: 600_000 }])
    await ada.call('recordConsent', {
      params,
      body: { consentedAt: NOW - 4 * HOUR_MS, mode: 'written', takenBy: 'bo', costShareExplained: true },
    })
    assert.equal((await chart('p-consent')).tally.seconds, 1200)
  })

  test('has the date of a death, which has come and is not before the episode', async () => {
    const params = { ...(await enrolled('p-death')), episode: 'e-1' }
    const died = (date: string) => ada.call('closeEpisode', { params, body: { reason: 'death', died: date } })
    await ada.call('openEpisode', { params, body: { openedAt: at('2026-03-01', '00:30') } })
    await chart('p-death', ({ file }) => file.episodes.length === 1)
    await refused(died('2026-02-28'), 'REQUEST_INVALID')
    await died('2026-03-01')
    await died('2026-03-17')
    assert.equal((await chart('p-death', ({ file }) => file.died !== '2026-03-01')).file.died, '2026-03-17')
    await ada.call('closeEpisode', { params, body: { reason: 'a mistake: moved away' } })
    const { file } = await chart('p-death', ({ file: { died: left } }) => left === undefined)
    assert.equal(file.episodes[0]?.closedAt, NOW)
  })

  test('has an episode that is opened, set up once and closed', async () => {
    const params = { ...(await enrolled('p-episode')), episode: 'e-1' }
    const other = { ...params, episode: 'e-2' }
    await refused(ada.call('recordSetUp', { params, body: {} }), 'EPISODE_UNKNOWN')
    await refused(ada.call('closeEpisode', { params, body: { reason: 'x' } }), 'EPISODE_UNKNOWN')
    await ada.call('openEpisode', { params, body: { openedAt: NOW - 9 * DAY_MS } })
    await ada.call('recordSetUp', { params, body: { doneAt: NOW - 8 * DAY_MS, device: 'cuff' } })
    // A device is swapped: the set-up of the episode stays the first.
    await ada.call('recordSetUp', {
      params,
      body: { doneAt: NOW - 3 * DAY_MS, doneBy: 'bo', device: 'cuff-2' },
    })
    await ada.call('closeEpisode', { params, body: { closedAt: NOW - DAY_MS, reason: 'goals met' } })
    await ada.call('openEpisode', { params: other, body: {} })
    assert.deepEqual((await chart('p-episode')).file.episodes, [
      { episode: 'e-1', openedAt: NOW - 9 * DAY_MS, setUpAt: NOW - 8 * DAY_MS, closedAt: NOW - DAY_MS },
      { episode: 'e-2', openedAt: NOW },
    ])
    const setUps = (await console.facts('activity', `${practice}/p-episode`)).filter(
      ({ type }) => type === 'set-up.done',
    )
    assert.deepEqual(
      setUps.map(({ data }) => ('doneBy' in data ? data.doneBy : '')),
      ['ada', 'bo'],
    )
  })

  test('has E/M visits: the time of their date does not count, until they are not billed after all', async () => {
    const params = { practice, patient: 'p-visit' }
    await admit({ console, ...params, since })
    for (const day of ['2026-03-09', '2026-03-10'])
      await ada.call('enterTime', {
        params,
        body: {
          program: 'RPM',
          category: 'data-review',
          from: at(day, '09:00'),
          until: at(day, '09:20'),
          reason: 'x',
        },
      })
    const visitedAt = at('2026-03-10', '23:30')
    const practitioner = await physicianOf(console.operator, practice)
    const { visit } = await ada.call('recordVisit', { params, body: { visitedAt, practitioner } })
    const counted = await chart('p-visit')
    assert.equal(counted.tally.seconds, 1200)
    assert.deepEqual(counted.file.visits, [{ visit, visitedAt, practitioner, voided: false }])
    await ada.call('voidVisit', { params: { ...params, visit }, body: { reason: 'not billed' } })
    const after = await chart('p-visit')
    assert.equal(after.tally.seconds, 2400)
    assert.equal(after.file.visits[0]?.voided, true)
    const other = { ...params, visit: 'v-other' }
    await refused(ada.call('voidVisit', { params: other, body: { reason: 'x' } }), 'VISIT_UNKNOWN')
  })

  test('of someone who is not enrolled takes nothing', async () => {
    const params = { practice, patient: 'nobody', episode: 'e-1' }
    const consent = { mode: 'verbal', costShareExplained: true } as const
    const order = { practitioner: 'x', diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 1 } as const
    for (const asks of [
      () => ada.call('recordConsent', { params, body: consent }),
      () => ada.call('withdrawConsent', { params, body: {} }),
      () => ada.call('recordOrder', { params, body: order }),
      () => ada.call('openEpisode', { params, body: {} }),
      () => ada.call('recordSetUp', { params, body: {} }),
      () => ada.call('closeEpisode', { params, body: { reason: 'x' } }),
      () => ada.call('recordVisit', { params, body: { visitedAt: NOW, practitioner: 'x' } }),
    ])
      await refused(asks(), 'PATIENT_UNKNOWN')
    assert.deepEqual(await console.facts('activity', `${practice}/nobody`), [])
  })

  test('takes orders and visits of those alone who may order and bill them, on that date', async () => {
    const params = await enrolled('p-order')
    const order = { diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7 } as const
    const qualifiedSince = NOW - 7 * DAY_MS
    await enrol(console, 'lakeside')
    const elsewhere = await physicianOf(console.operator, 'lakeside')
    await console.operator.call('changeCredential', {
      params: { practice, user: (await console.person(practice, 'cleo')).user },
      body: { credential: 'qhp', from: qualifiedSince, reason: 'passed the board' },
    })
    const ask = (practitioner: string, date: number) => [
      () => ada.call('recordOrder', { params, body: { ...order, practitioner, orderedAt: date } }),
      () => ada.call('recordVisit', { params, body: { practitioner, visitedAt: date } }),
    ]
    for (const asks of [ask(elsewhere, NOW), ask('cleo', qualifiedSince - MINUTE_MS)])
      for (const asked of asks) await refused(asked(), 'NOT_A_PRACTITIONER')
    const physician = await physicianOf(console.operator, practice)
    for (const asks of [ask(physician, NOW), ask('cleo', qualifiedSince)])
      for (const asked of asks) await asked()
    const { practitioners } = await chart('p-order')
    assert.deepEqual(
      practitioners.map(({ user, credential }) => [user, credential]),
      [
        ['cleo', 'Other qualified health professional'],
        [physician, 'Physician'],
      ],
    )
  })

  test('names no one whose account was disabled by then; what they did before may still be written down', async () => {
    const params = await enrolled('p-left')
    const user = 'dr-left'
    const person = {
      name: 'Lee Left, MD',
      roles: ['clinician' as const],
      credential: 'physician',
      password: 'a password of the tests',
    }
    const register = (status: 'active' | 'disabled') =>
      console.operator.call('registerUser', { params: { practice, user }, body: { ...person, status } })
    await register('active')
    time.pass(HOUR_MS)
    await register('disabled')
    const left = time.clock.now()
    time.pass(HOUR_MS)
    await ada.call('openEpisode', { params: { ...params, episode: 'e-1' }, body: { openedAt: since } })
    const order = { diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7 } as const
    const consent = { mode: 'verbal', costShareExplained: true } as const
    const ask = (date: number) => [
      () => ada.call('recordOrder', { params, body: { ...order, practitioner: user, orderedAt: date } }),
      () => ada.call('recordConsent', { params, body: { ...consent, takenBy: user, consentedAt: date } }),
      () =>
        ada.call('recordSetUp', {
          params: { ...params, episode: 'e-1' },
          body: { doneBy: user, doneAt: date },
        }),
    ]
    for (const asked of [...ask(left), ...ask(time.clock.now())]) await refused(asked(), 'PERSON_DISABLED')
    for (const asked of [...ask(left - 1), ...ask(NOW - DAY_MS)]) await asked()
    await register('active')
    for (const asked of ask(left)) await refused(asked(), 'PERSON_DISABLED')
    for (const asked of ask(time.clock.now())) await asked()
    // A person who cannot sign in may have seen the patient all the same.
    await ada.call('recordVisit', { params, body: { practitioner: user, visitedAt: left } })
  })

  test('takes no order for a diagnosis that is none, and no consent of a kind that is none', async () => {
    const params = await enrolled('p-shape')
    const order = { practitioner: 'x', kind: 'blood-pressure', readingsPerWeek: 1 } as const
    for (const diagnosis of ['hypertension', 'i10', 'I1', 'I10.', 'I10.12345', ''])
      await refused(ada.call('recordOrder', { params, body: { ...order, diagnosis } }), 'REQUEST_INVALID')
    const consent = { mode: 'nodded', costShareExplained: true } as never
    await refused(ada.call('recordConsent', { params, body: consent }), 'REQUEST_INVALID')
  })
})
