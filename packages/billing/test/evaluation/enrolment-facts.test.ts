import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import { runs } from '@cufflink/folds/invented/arbitrary'
import {
  at,
  called,
  daily,
  datesFrom,
  foldReadings,
  foldTime,
  worked,
  zone,
} from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import { enrolmentOf, evaluate, medicare, nativeModel, type RecordedFact } from '../../src/index.ts'
import { line } from '../patients.ts'
import { base, begin, patient, story } from './story.ts'

const recorded: readonly RecordedFact[] = story.map((fact, offset) => ({ fact, offset }))
const file = { models: [nativeModel], staff: new Map([['nurse-ada', 'clinical-staff']]), established: true }
const knownAt = (asOf: number, facts = recorded) =>
  enrolmentOf(facts, { tenant: 'riverside', patient, asOf, file })

describe('the enrolment from facts', () => {
  test('is what was known at an instant, in whatever order the facts are given', () => {
    const early = knownAt(at('2026-04-01'))
    assert.deepEqual(early.zones, [{ zone: 'America/Chicago', from: 0 }])
    assert.deepEqual(
      [early.practiceZone, early.visits, early.locked, early.episodes],
      [zone, [], [], [{ episode: 'e-1', from: begin, offset: 4 }]],
    )
    assert.deepEqual(early.devices, [{ device: 'cuff-1', model: 'native', assigned: [{ from: begin }] }])
    assert.deepEqual(knownAt(at('2026-04-01'), recorded.toReversed()), early)
  })

  test('takes corrections, moves, visits, voids, locks, withdrawals and closings', () => {
    const late = knownAt(at('2026-05-01'))
    assert.deepEqual(late.zones, [
      { zone, from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-04-20') },
    ])
    assert.deepEqual(
      late.visits.map(({ visitedAt }) => visitedAt),
      [at('2026-03-11')],
    )
    assert.deepEqual(late.consents, [{ from: begin, offset: 2, to: at('2026-03-08') }])
    assert.equal(late.episodes[0]?.to, at('2026-04-14'))
    assert.equal(late.locked[0]?.offset, 11)
  })

  test('knows a fact from the very instant at which it was written', () => {
    const exact = at('2026-04-13')
    assert.deepEqual([knownAt(exact - 1).locked.length, knownAt(exact).locked.length], [0, 1])
  })

  test('of a patient who is not enrolled has the zone of the practice', () => {
    assert.deepEqual(knownAt(at('2026-04-01'), recorded.slice(0, 1)).zones, [{ zone, from: 0 }])
    assert.deepEqual(knownAt(0).zones, [{ zone: 'UTC', from: 0 }])
  })

  test('takes a second word on an episode or a device for a correction, and leaves the others alone', () => {
    const opened = (episode: string, openedAt: number): Fact => ({
      ...base,
      id: `${episode}-${openedAt}`,
      type: 'episode.opened',
      at: begin,
      data: { patient, episode, openedAt },
    })
    const registered = (device: string, owner: string): Fact => ({
      ...base,
      id: `${device}-${owner}`,
      type: 'device.registered',
      at: begin,
      data: {
        device,
        model: 'native',
        secretDigest: '0'.repeat(64),
        status: 'active',
        assignments: [{ patient: owner, from: begin }],
      },
    })
    const closed: Fact = {
      ...base,
      id: 'closed',
      type: 'episode.closed',
      at: begin,
      data: { patient, episode: 'e-2', closedAt: begin + 9, reason: 'goals met' },
    }
    const facts = [
      opened('e-1', 5),
      opened('e-2', 6),
      opened('e-1', 7),
      closed,
      registered('cuff-1', patient),
      registered('cuff-2', patient),
      registered('cuff-1', 'p-2'),
    ]
    const held = knownAt(
      begin,
      facts.map((fact, offset) => ({ fact, offset })),
    )
    assert.deepEqual(
      held.episodes.map(({ episode, from, to }) => [episode, from, to]),
      [
        ['e-2', 6, begin + 9],
        ['e-1', 7, undefined],
      ],
    )
    assert.deepEqual(
      held.devices.map(({ device }) => device),
      ['cuff-2'],
    )
  })

  test('passes over a record of a device that lost to another', () => {
    const record = (id: string, replaces: string | undefined, owner: string): Fact => ({
      ...base,
      id,
      v: 2,
      type: 'device.registered',
      at: begin,
      data: {
        device: 'cuff-9',
        model: 'native',
        secretDigest: '0'.repeat(64),
        status: 'active',
        assignments: [{ patient: owner, from: begin }],
        ...(replaces !== undefined && { replaces }),
      },
    })
    const facts = [
      record('r-1', undefined, patient),
      record('r-2', 'r-1', patient),
      record('r-3', 'r-1', 'p-other'),
    ]
    const devices = (list: readonly Fact[]) =>
      knownAt(
        at('2026-04-01'),
        list.map((fact, offset) => ({ fact, offset: 100 + offset })),
      ).devices.map(({ device }) => device)
    assert.deepEqual(devices(facts), ['cuff-9'], 'the third was made from a record that no longer held')
    assert.deepEqual(devices(facts.with(2, record('r-3', 'r-2', 'p-other'))), [])
  })

  test('ends the consents that a withdrawal finds, and no other', () => {
    const consented = (consentedAt: number): Fact => ({
      ...base,
      id: `c-${consentedAt}`,
      type: 'consent.recorded',
      at: begin,
      data: { patient, consentedAt, mode: 'written', takenBy: 'nurse-ada' },
    })
    const withdrawn = (withdrawnAt: number): Fact => ({
      ...base,
      id: `w-${withdrawnAt}`,
      type: 'consent.withdrawn',
      at: begin,
      data: { patient, withdrawnAt },
    })
    const spans = (...facts: readonly Fact[]) =>
      knownAt(
        begin,
        facts.map((fact, offset) => ({ fact, offset })),
      ).consents.map(({ from, to }) => [from, to])
    assert.deepEqual(spans(consented(1000), withdrawn(5000), consented(7000)), [
      [1000, 5000],
      [7000, undefined],
    ])
    assert.deepEqual(spans(consented(7000), withdrawn(5000)), [[7000, undefined]])
    assert.deepEqual(spans(consented(5000), withdrawn(5000)), [[5000, undefined]])
    assert.deepEqual(spans(consented(1000), withdrawn(5000), withdrawn(3000), withdrawn(9000)), [
      [1000, 3000],
    ])
    assert.deepEqual(spans(withdrawn(5000), consented(1000)), [[1000, 5000]])
  })

  test('lets a correction of an opening not open again what was closed', () => {
    const opened = (openedAt: number): Fact => ({
      ...base,
      id: `o-${openedAt}`,
      type: 'episode.opened',
      at: begin,
      data: { patient, episode: 'e-1', openedAt },
    })
    const closed: Fact = {
      ...base,
      id: 'c',
      type: 'episode.closed',
      at: begin,
      data: { patient, episode: 'e-1', closedAt: 90, reason: 'goals met' },
    }
    for (const facts of [
      [opened(5), closed, opened(7)],
      [closed, opened(5), opened(7)],
    ]) {
      const held = knownAt(
        begin,
        facts.map((fact, offset) => ({ fact, offset })),
      )
      assert.deepEqual(
        held.episodes.map(({ from, to }) => [from, to]),
        [[7, 90]],
      )
    }
  })

  test('does not depend on the order of the facts, where no two speak of the same thing', () => {
    // the enrolment that is there twice is left out, and each visit and episode is there once
    const once = story.filter(({ id }) => id !== '7')
    const withoutOffsets = (facts: readonly RecordedFact[]): unknown =>
      JSON.parse(
        JSON.stringify(knownAt(at('2026-05-01'), facts), (name, value: unknown) =>
          name === 'offset' ? undefined : value,
        ),
      )
    const expected = withoutOffsets(once.map((fact, offset) => ({ fact, offset })))
    const orders = fc.shuffledSubarray([...once], { minLength: once.length, maxLength: once.length })
    fc.assert(
      fc.property(orders, (facts) => {
        assert.deepEqual(withoutOffsets(facts.map((fact, offset) => ({ fact, offset }))), expected)
      }),
      runs,
    )
  })

  test('takes of a visit and of a lock the latest word', () => {
    const visited = (visitedAt: number): Fact => ({
      ...base,
      id: `v-${visitedAt}`,
      type: 'visit.recorded',
      at: begin,
      data: { patient, visit: 'v-1', visitedAt, practitioner: 'dr-lee' },
    })
    const lock = (units: number): Fact => ({
      ...base,
      id: `l-${units}`,
      type: 'claim.locked',
      at: begin,
      data: {
        patient,
        code: '99458',
        from: '2026-03-01',
        to: '2026-03-31',
        units,
        amountCents: 1,
        ruleSet: 'medicare-2026',
      },
    })
    const held = knownAt(
      begin,
      [visited(1), visited(2), lock(1), lock(2)].map((fact, offset) => ({ fact, offset })),
    )
    assert.deepEqual(
      [held.visits.map(({ visitedAt }) => visitedAt), held.locked.map(({ units }) => units)],
      [[2], [2]],
    )
  })

  test('replays a past count, and counts a late correction at once, on the same documents', () => {
    const days = foldReadings(daily(datesFrom('2026-03-01', 16)))
    const minutes = foldTime([worked('2026-03-11', 700), worked('2026-03-13', 600), called('2026-03-10')])
    const of = (asOf: number) =>
      evaluate({
        ruleSets: medicare,
        enrolment: knownAt(asOf),
        asOf,
        on: '2026-03-10',
        days,
        minutes,
        clinicians: [],
      })
    assert.equal(line(of(at('2026-04-01')), '99454').status, 'supported')
    assert.equal(line(of(at('2026-04-01')), '99457').have.seconds, 1300)
    assert.equal(line(of(at('2026-04-13')), '99457').have.seconds, 600)
    // consent withdrawn on the 8th, known since April 14: seven dates are left
    assert.equal(line(of(at('2026-05-01')), '99445').have.days, 7)
  })
})
