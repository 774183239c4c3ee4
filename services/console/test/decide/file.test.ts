import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadChart } from '@cufflink/charts'
import { contentOf, type ErrorCode } from '@cufflink/contracts'
import * as decide from '../../src/decide/file.ts'
import { at, DAY_MS, MINUTE_MS, zone } from '../charts-fixture.ts'
import {
  account,
  asks,
  enrolled,
  fact,
  listed,
  NOW,
  operator,
  patient,
  practice,
  refuses,
} from './decide-fixture.ts'

const opened = fact('episode.opened', { patient, episode: 'e-1', openedAt: NOW - 9 * DAY_MS })
const file = listed(enrolled, opened)
const present = { file, hadLeft: false }
const physician = {
  ...present,
  practice: practice(),
  account: account('dr-lee', { credential: 'physician' }),
}
const later = NOW + DAY_MS
const consent = { mode: 'verbal', costShareExplained: true } as const
const order = {
  practitioner: 'dr-lee',
  diagnosis: 'I10',
  kind: 'blood-pressure',
  readingsPerWeek: 7,
} as const
const inEpisode = { episode: 'e-1' }

const consents = (body: object, state = present) =>
  decide.recordConsent(state, asks<'recordConsent'>({ ...consent, ...body }))
const orders = (body: object, state: typeof physician = physician) =>
  decide.recordOrder(state, asks<'recordOrder'>({ ...order, ...body }))
const visits = (visitedAt: number, state: typeof physician = physician) =>
  decide.recordVisit(state, asks<'recordVisit'>({ practitioner: 'dr-lee', visitedAt }))
const setsUp = (body: object, params: object = inEpisode, state = present) =>
  decide.recordSetUp(state, asks<'recordSetUp'>(body, params))
const closes = (body: object, params: object = inEpisode, chart?: ReadChart) =>
  decide.closeEpisode({ file, chart }, asks<'closeEpisode'>({ reason: 'x', ...body }, params))
const moves = (body: { zone: string; from?: number }) =>
  decide.movePatient({ file }, asks<'movePatient'>(body))
const enrols = (body: object, before?: typeof enrolled) =>
  decide.enrolPatient({ before }, asks<'enrolPatient'>(body))

describe('What is said of a patient', () => {
  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['a consent of tomorrow', () => consents({ consentedAt: later }), 'IN_THE_FUTURE'],
    [
      'a withdrawal of tomorrow',
      () => decide.withdrawConsent({ file }, asks<'withdrawConsent'>({ withdrawnAt: later })),
      'IN_THE_FUTURE',
    ],
    ['an order of tomorrow', () => orders({ orderedAt: later }), 'IN_THE_FUTURE'],
    [
      'an episode from tomorrow on',
      () => decide.openEpisode({ file }, asks<'openEpisode'>({ openedAt: later }, inEpisode)),
      'IN_THE_FUTURE',
    ],
    ['a set-up of tomorrow', () => setsUp({ doneAt: later }), 'IN_THE_FUTURE'],
    ['an end of tomorrow', () => closes({ closedAt: later }), 'IN_THE_FUTURE'],
    ['a visit of tomorrow', () => visits(later), 'IN_THE_FUTURE'],
    ['an enrolment of tomorrow', () => enrols({ name: 'A', zone, enrolledAt: later }), 'IN_THE_FUTURE'],
    ['a home from tomorrow on', () => moves({ zone, from: later }), 'IN_THE_FUTURE'],
    ['a zone that is none', () => moves({ zone: 'Mars/Olympus' }), 'ZONE_UNKNOWN'],
    ['an offset for a zone', () => enrols({ name: 'A', zone: '+05' }), 'ZONE_UNKNOWN'],
    ['a new patient without a zone', () => enrols({ name: 'A' }), 'REQUEST_INVALID'],
    ['a new patient without a name', () => enrols({ zone }), 'REQUEST_INVALID'],
    ['a set-up of an episode that is none', () => setsUp({}, { episode: 'e-2' }), 'EPISODE_UNKNOWN'],
    ['the end of an episode that is none', () => closes({}, { episode: 'e-2' }), 'EPISODE_UNKNOWN'],
    ['a consent taken by one who had left', () => consents({}, { file, hadLeft: true }), 'PERSON_DISABLED'],
    ['a set-up by one who had left', () => setsUp({}, inEpisode, { file, hadLeft: true }), 'PERSON_DISABLED'],
    ['an order by one who had left', () => orders({}, { ...physician, hadLeft: true }), 'PERSON_DISABLED'],
    [
      'a consent by the operator, who does not say who took it',
      () => decide.recordConsent(present, asks<'recordConsent'>(consent, {}, { who: operator })),
      'REQUEST_INVALID',
    ],
    [
      'the void of a visit that is none',
      () => decide.voidVisit({ file }, asks<'voidVisit'>({ reason: 'x' }, { visit: 'v-1' })),
      'VISIT_UNKNOWN',
    ],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('may be a minute ahead of the server’s clock', () => {
    assert.equal(visits(NOW + MINUTE_MS).facts.length, 1)
    refuses(() => visits(NOW + MINUTE_MS + 1), 'IN_THE_FUTURE')
  })

  test('is of now and of the person who asks, where nothing else is said', () => {
    const { facts } = consents({})
    assert.deepEqual(facts[0]?.data, { patient, consentedAt: NOW, takenBy: 'ada', ...consent })
    const said = decide.recordConsent(
      present,
      asks<'recordConsent'>({ ...consent, takenBy: 'bo' }, {}, { who: operator }),
    )
    assert.deepEqual(
      [said.facts[0]?.by, said.facts[0]?.data],
      ['service:operator', { patient, consentedAt: NOW, takenBy: 'bo', ...consent }],
    )
  })
})

describe('An enrolment', () => {
  test('of a new patient is for RPM, from now on', () => {
    const { facts } = enrols({ name: 'Ada', zone })
    const usual = { enrolledAt: NOW, programs: ['RPM'], established: true }
    assert.deepEqual(facts[0]?.data, { patient, name: 'Ada', zone, ...usual })
  })

  test('keeps what a correction does not say, and names the one it was made from', () => {
    const { facts } = enrols({ name: 'Bea', payer: 'acme' }, enrolled)
    const said = { ...contentOf(enrolled.data), name: 'Bea', payer: 'acme', replaces: 'enrolled-0' }
    assert.deepEqual(facts[0]?.data, said)
  })

  test('touches every line of the patient, unless only the name is corrected', () => {
    assert.deepEqual(enrols({ zone: 'America/Chicago' }, enrolled).touches, [{ patient, start: 0 }])
    assert.deepEqual(enrols({ name: 'Bea' }, enrolled).touches, [])
  })

  test('stands while it is on the file, and is another fact in each round', () => {
    const decided = decide.enrolPatient({ before: enrolled }, asks<'enrolPatient'>({ name: 'Bea' }))
    assert.equal(decided.stands?.(listed(enrolled)), false)
    assert.equal(decided.stands?.(listed(enrolled, decided.facts[0]!)), true)
    const again = decide.enrolPatient({ before: enrolled }, asks<'enrolPatient'>({}, {}, { round: 1 }))
    assert.notEqual(again.facts[0]?.id, decided.facts[0]?.id)
  })
})

describe('An order, or a visit', () => {
  test('is of a physician or another qualified professional of the practice, on that date', () => {
    const since = NOW - 7 * DAY_MS
    const qualified = { ...practice() }
    const changed = fact('credential.changed', { user: 'cleo', from: since, credential: 'qhp', reason: 'x' })
    const withChange = { ...qualified, facts: [...qualified.facts, { offset: 1, fact: changed }] as never }
    const cleo = { ...physician, practice: withChange, account: account('cleo', { credential: 'qhp' }) }
    const nurse = { ...physician, account: account('ada', { credential: 'clinical-staff' }) }
    const elsewhere = {
      ...physician,
      account: account('dr-lee', { credential: 'physician', practice: 'lakeside' }),
    }
    const nobody = { ...physician, account: undefined as never }
    for (const state of [nurse, elsewhere, nobody]) {
      refuses(() => orders({}, state), 'NOT_A_PRACTITIONER')
      refuses(() => visits(NOW, state), 'NOT_A_PRACTITIONER')
    }
    refuses(() => orders({ orderedAt: since - MINUTE_MS }, cleo), 'NOT_A_PRACTITIONER')
    assert.equal(orders({ orderedAt: since }, cleo).facts.length, 1)
    assert.equal(visits(since, cleo).facts.length, 1)
  })

  test('may be a visit with someone who could not sign in then', () => {
    assert.equal(visits(NOW, { ...physician, hadLeft: true }).facts.length, 1)
  })
})

describe('A correction', () => {
  test('touches what was said before, too', () => {
    const { touches } = decide.openEpisode({ file }, asks<'openEpisode'>({ openedAt: NOW }, inEpisode))
    assert.deepEqual(
      touches?.map(({ start }) => start),
      [NOW, NOW - 9 * DAY_MS],
    )
    const visited = fact('visit.recorded', {
      patient,
      visit: 'v-1',
      visitedAt: NOW - DAY_MS,
      practitioner: 'x',
    })
    const voided = decide.voidVisit(
      { file: listed(enrolled, visited) },
      asks<'voidVisit'>({ reason: 'x' }, { visit: 'v-1' }),
    )
    assert.deepEqual(
      voided.touches?.map(({ start }) => start),
      [NOW - DAY_MS],
    )
  })
})

describe('The date of a death', () => {
  const chart = {
    enrolment: {
      zones: [{ zone, from: 0 }],
      episodes: [{ episode: 'e-1', from: at('2026-03-01', '00:30'), offset: 1 }],
    },
    enrolled: enrolled.data,
    now: NOW,
  } as unknown as ReadChart
  const dies = (died: string) => closes({ died }, inEpisode, chart)

  for (const [died, code] of [
    ['2026-03-18', 'IN_THE_FUTURE'],
    ['2026-02-28', 'REQUEST_INVALID'],
    ['2026-02-30', 'REQUEST_INVALID'],
    ['March 10', 'REQUEST_INVALID'],
  ] as const)
    test(`is not ${died}`, () => refuses(() => dies(died), code))

  for (const died of ['2026-03-01', '2026-03-17'])
    test(`may be ${died}: it has come, and is not before the episode`, () =>
      assert.equal((dies(died).facts[0]!.data as { died?: string }).died, died))
})
