import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BodyOf, ErrorCode, Fact } from '@cufflink/contracts'
import * as decide from '../../src/decide/calls.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../charts-fixture.ts'
import { asks, fact, listed, NOW, patient, person, practice, refuses } from './decide-fixture.ts'

const startedAt = NOW - HOUR_MS
const chief = person('chief', 'administrator')
const caregiver = { name: 'Eve', relation: 'daughter' }

describe('A conversation', () => {
  const talk = { startedAt, endedAt: startedAt + MINUTE_MS, mode: 'phone', direction: 'outbound' } as const
  const records = (body: Partial<BodyOf<'recordInteraction'>>) =>
    decide.recordInteraction(
      { practice: practice() },
      asks<'recordInteraction'>({ ...talk, reached: 'patient', outcome: 'talked', ...body }),
    )
  const recorded = fact('interaction.recorded', {
    ...talk,
    patient,
    clinician: 'ada',
    interaction: 'i-1',
    reached: 'patient',
  })
  const voids = (interaction = 'i-1', began = startedAt, who = person()) =>
    decide.voidInteraction(
      { records: listed(recorded) },
      asks<'voidInteraction'>({ startedAt: began, reason: 'x' }, { interaction }, { who }),
    )
  const old = NOW - 33 * DAY_MS

  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['that ends later than now', () => records({ endedAt: NOW + 2 * MINUTE_MS }), 'TIME_IMPOSSIBLE'],
    ['backwards', () => records({ endedAt: startedAt - 1 }), 'TIME_IMPOSSIBLE'],
    ['over a day long', () => records({ startedAt: NOW - DAY_MS - 2, endedAt: NOW }), 'TIME_IMPOSSIBLE'],
    ['of long ago', () => records({ startedAt: old, endedAt: old + 1 }), 'TIME_TOO_OLD'],
    ['with a caregiver without a name', () => records({ reached: 'caregiver' }), 'REQUEST_INVALID'],
    ['with the patient, and a caregiver', () => records({ caregiver }), 'REQUEST_INVALID'],
    ['with nobody, who talked', () => records({ reached: 'nobody' }), 'REQUEST_INVALID'],
    ['with the patient, who did not answer', () => records({ outcome: 'no-answer' }), 'REQUEST_INVALID'],
    ['that is not there to be voided', () => voids('i-other'), 'INTERACTION_UNKNOWN'],
    ['of another beginning to be voided', () => voids('i-1', startedAt - 1), 'INTERACTION_UNKNOWN'],
    ['of another person to be voided', () => voids('i-1', startedAt, person('bo')), 'TIME_NOT_YOURS'],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('is written by the person who asks, never before its end', () => {
    const { facts, answer } = records({ reached: 'caregiver', caregiver, endedAt: NOW + 1 })
    assert.deepEqual([facts[0]?.at, (facts[0]!.data as { clinician: string }).clinician], [NOW + 1, 'ada'])
    assert.equal((facts[0]!.data as { interaction: string }).interaction, answer.interaction)
  })

  test('is voided by its author or an administrator; what was billed with it is touched', () => {
    for (const who of [person(), chief])
      assert.deepEqual(
        voids('i-1', startedAt, who).touches?.map(({ start }) => start),
        [startedAt],
      )
  })
})

describe('A note', () => {
  const texts = { dataReviewed: 'x', assessment: 'x', decision: 'x', nextStep: 'x' }
  const content = { category: 'data-review', readings: [], ...texts }
  const writes = (body: Partial<BodyOf<'writeNote'>>) =>
    decide.writeNote({ practice: practice() }, asks<'writeNote'>({ ...content, ...body }))
  const written = fact('note.written', {
    ...content,
    patient,
    clinician: 'ada',
    note: 'n-1',
    notedAt: startedAt,
  })
  const amends = (changes: Partial<BodyOf<'amendNote'>> = {}, facts: readonly Fact[] = [], who = person()) =>
    decide.amendNote(
      { records: listed(written, ...facts) },
      asks<'amendNote'>(
        { ...content, notedAt: startedAt, version: 0, reason: 'x', ...changes },
        { note: 'n-1' },
        { who },
      ),
    )

  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['of a category that is none', () => writes({ category: 'coffee' }), 'CATEGORY_UNKNOWN'],
    ['of an hour ahead', () => writes({ notedAt: NOW + HOUR_MS }), 'TIME_IMPOSSIBLE'],
    ['of long ago', () => writes({ notedAt: NOW - 33 * DAY_MS }), 'TIME_TOO_OLD'],
    ['that is not there to be amended', () => amends({ notedAt: startedAt - 1 }), 'NOTE_UNKNOWN'],
    ['of another to be amended, by an administrator too', () => amends({}, [], chief), 'TIME_NOT_YOURS'],
    ['that reads otherwise by now', () => amends({ version: 1 }), 'VERSION_CONFLICT'],
    ['to be of a category that is none', () => amends({ category: 'coffee' }), 'CATEGORY_UNKNOWN'],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('is of now, where nothing else is said', () => assert.equal(writes({}).answer.notedAt, NOW))

  test('that is amended twice from one text reads as the first on the ledger says', () => {
    const [one, other] = [amends({ assessment: 'Better.' }), amends({ assessment: 'Worse.' })]
    const first = one.facts[0]!
    assert.equal(other.facts[0]?.id, first.id)
    assert.deepEqual(
      [one, other].map(({ stands }) => stands?.(listed(written, first))),
      [true, false],
    )
    assert.notEqual(amends({ version: 1 }, [first]).facts[0]?.id, first.id)
  })
})
