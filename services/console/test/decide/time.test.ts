import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BodyOf, ErrorCode, Fact, FactOf } from '@cufflink/contracts'
import * as decide from '../../src/decide/time.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../charts-fixture.ts'
import {
  asks,
  enrolled,
  fact,
  folded,
  listed,
  NOW,
  patient,
  person,
  practice,
  refuses,
} from './decide-fixture.ts'

const file = listed(enrolled)
const kind = { program: 'RPM', category: 'data-review', reason: 'by hand' } as const
const from = NOW - HOUR_MS
const until = from + 5 * MINUTE_MS
const stretch = { patient, clinician: 'ada', session: 'e-1', startedAt: from }
const entered = fact('time.entered', { ...stretch, until, ...kind })
const proposed = fact('entry.proposed', { ...stretch, until, ...kind })

describe('Time by hand', () => {
  const enters = (body: Partial<BodyOf<'enterTime'>> = {}, facts: readonly Fact[] = [], settings = {}) =>
    decide.enterTime(
      { practice: practice(settings), file, parts: facts.length > 0 ? folded(...facts) : [] },
      asks<'enterTime'>({ ...kind, from, until, ...body }),
    )
  const daysAgo = (days: number) => ({ from: NOW - days * DAY_MS, until: NOW - days * DAY_MS + MINUTE_MS })

  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['of no length', () => enters({ until: from }), 'TIME_IMPOSSIBLE'],
    ['backwards', () => enters({ until: from - 1 }), 'TIME_IMPOSSIBLE'],
    ['over a day', () => enters({ from: NOW - DAY_MS - 2, until: NOW - 1 }), 'TIME_IMPOSSIBLE'],
    ['that ends later than now', () => enters({ until: NOW + 2 * MINUTE_MS }), 'TIME_IMPOSSIBLE'],
    ['of 33 days ago, where 31 are usual', () => enters(daysAgo(33)), 'TIME_TOO_OLD'],
    [
      'of yesterday, where none is allowed',
      () => enters(daysAgo(1.1), [], { entryBackDays: 0 }),
      'TIME_TOO_OLD',
    ],
    ['of a category that is none', () => enters({ category: 'coffee' }), 'CATEGORY_UNKNOWN'],
    ['of a program without the patient', () => enters({ program: 'CCM' }), 'PROGRAM_NOT_ENROLLED'],
    [
      'over other time of one’s own',
      () => enters({ from: until - 1, until: NOW }, [entered]),
      'TIME_OVERLAPS',
    ],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('is taken within these limits, and never written before its end', () => {
    for (const [body, settings] of [
      [daysAgo(31), {}],
      [daysAgo(0.9), { entryBackDays: 0 }],
      [{ from: until, until: NOW }, {}],
    ] as const)
      assert.deepEqual(
        enters(body, [entered], settings).facts.map(({ type }) => type),
        ['time.entered'],
      )
    const ahead = enters({ from: NOW, until: NOW + MINUTE_MS })
    assert.equal(ahead.facts[0]?.at, NOW + MINUTE_MS)
  })

  test('is proposed where a supervisor must approve', () => {
    const { facts, answer } = enters({}, [], { approveEntries: true })
    assert.deepEqual([facts[0]?.type, answer.status], ['entry.proposed', 'proposed'])
  })

  test('that is there already is not taken once more', () => {
    const { facts, answer } = enters()
    assert.deepEqual(enters({}, facts), { facts: [], answer })
  })
})

describe('A correction of time', () => {
  const state = (...facts: readonly Fact[]) => ({
    file,
    parts: folded(entered, ...facts),
    minutes: folded(entered, ...facts),
    records: listed(entered, ...facts),
  })
  type Changes = { version?: number; who?: ReturnType<typeof person> } & Partial<BodyOf<'amendTime'>>
  const amends = ({ who = person(), ...body }: Changes = {}, facts: readonly Fact[] = [], params = {}) =>
    decide.amendTime(
      state(...facts),
      asks<'amendTime'>(
        { ...kind, startedAt: from, clinician: 'ada', version: 0, from, until: until + 1, ...body },
        { session: 'e-1', ...params },
        { who },
      ),
    )
  const voids = ({ who = person(), version = 0 } = {}, ...facts: readonly Fact[]) =>
    decide.voidTime(
      state(...facts),
      asks<'voidTime'>(
        { startedAt: from, clinician: 'ada', version, reason: 'x' },
        { session: 'e-1' },
        { who },
      ),
    )
  const voided = fact('time.voided', { ...stretch, reason: 'x' })
  const early = from - 2 * DAY_MS
  const ofThen = fact('time.entered', { ...stretch, startedAt: early, until: early + MINUTE_MS, ...kind })
  const onto = fact('time.entered', { ...stretch, session: 'e-2', startedAt: until, until: NOW, ...kind })

  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['of a stretch that is none', () => amends({}, [], { session: 'e-other' }), 'TIME_UNKNOWN'],
    ['of another beginning', () => amends({ startedAt: from + 1 }), 'TIME_UNKNOWN'],
    ['of another person’s under its name', () => amends({ clinician: 'bo' }), 'TIME_UNKNOWN'],
    ['of what was voided', () => amends({ version: 1 }, [voided]), 'TIME_UNKNOWN'],
    ['by someone else', () => amends({ who: person('bo', 'clinician') }), 'TIME_NOT_YOURS'],
    ['of what has changed since', () => amends({ version: 1 }), 'VERSION_CONFLICT'],
    ['to no length', () => amends({ until: from }), 'TIME_IMPOSSIBLE'],
    ['into the future', () => amends({ until: NOW + HOUR_MS }), 'TIME_IMPOSSIBLE'],
    ['to another category that is none', () => amends({ category: 'coffee' }), 'CATEGORY_UNKNOWN'],
    ['to a program without the patient', () => amends({ program: 'CCM' }), 'PROGRAM_NOT_ENROLLED'],
    ['to days before', () => amends({ from: early, until: early + MINUTE_MS }), 'TIME_TOO_OLD'],
    ['to another day', () => amends({ startedAt: early, version: 1 }, [ofThen]), 'TIME_IMPOSSIBLE'],
    ['over other time', () => amends({ until: NOW }, [onto]), 'TIME_OVERLAPS'],
    ['that voids it, by someone else', () => voids({ who: person('bo') }), 'TIME_NOT_YOURS'],
    ['that voids what has changed', () => voids({ version: 7 }), 'VERSION_CONFLICT'],
    ['that voids it twice', () => voids({ version: 1 }, voided), 'TIME_UNKNOWN'],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('may be an administrator’s, and lie over the stretch itself', () => {
    assert.equal(amends({ who: person('chief', 'administrator') }).facts.length, 1)
    assert.equal(voids({ who: person('chief', 'administrator') }).facts.length, 1)
  })

  test('is never written before the end that it says', () =>
    assert.equal(amends({ until: NOW + MINUTE_MS }).facts[0]?.at, NOW + MINUTE_MS))

  test('touches what the stretch was, and what it becomes', () => {
    assert.deepEqual(
      amends().touches?.map(({ start, end }) => [start, end]),
      [
        [from, until + 1],
        [from, until],
      ],
    )
  })

  test('has the name of every other correction of the same, and counts only where it is the first', () => {
    const [one, other] = [amends(), amends({ until: until + 2, who: person('chief', 'administrator') })]
    const first = one.facts[0] as FactOf<'time.amended'>
    assert.equal(other.facts[0]?.id, first.id)
    assert.equal(one.stands?.(listed(entered, first)), true)
    assert.equal(other.stands?.(listed(entered, first)), false)
    const next = amends({ version: 1, until: until + 3 }, [first])
    assert.notEqual(next.facts[0]?.id, first.id)
  })

  test('does not stand once the stretch is voided', () => {
    const decided = amends()
    assert.equal(decided.stands?.(listed(entered, decided.facts[0]!, voided)), false)
  })
})

describe('A decision about time by hand', () => {
  const decides = (
    body: Partial<BodyOf<'decideEntry'>> = {},
    facts: readonly Fact[] = [],
    { who = person('lead', 'administrator'), parts = [] as readonly Fact[] } = {},
  ) =>
    decide.decideEntry(
      { records: listed(proposed, ...facts), parts: parts.length > 0 ? folded(...parts) : [] },
      asks<'decideEntry'>({ startedAt: from, decision: 'approved', ...body }, { session: 'e-1' }, { who }),
    )
  const said = (decision: string) =>
    fact('entry.decided', { ...stretch, decision }, { id: `by another ${decision}` })
  const beside = fact('time.entered', { ...stretch, session: 'e-2', until, ...kind })

  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['of one’s own time', () => decides({}, [], { who: person('ada', 'administrator') }), 'OWN_ENTRY'],
    ['of what was declined', () => decides({}, [said('declined')]), 'TIME_DECIDED'],
    ['of what was approved, and counts', () => decides({}, [said('approved'), entered]), 'TIME_DECIDED'],
    [
      'against one that was approved',
      () => decides({ decision: 'declined' }, [said('approved')]),
      'TIME_DECIDED',
    ],
    ['for time that overlaps by now', () => decides({}, [], { parts: [beside] }), 'TIME_OVERLAPS'],
  ]
  for (const [what, decide_, code] of refusals) test(`${what} is refused`, () => refuses(decide_, code))

  test('of time that no one proposed is refused', () =>
    refuses(
      () =>
        decide.decideEntry(
          { records: [], parts: [] },
          asks<'decideEntry'>({ startedAt: from, decision: 'approved' }, { session: 'e-1' }),
        ),
      'TIME_UNKNOWN',
    ))

  test('to approve is followed by the time, once it stands as the first', () => {
    const { facts, afterwards, stands } = decides()
    assert.deepEqual(
      [facts[0]?.type, afterwards?.map(({ type }) => type)],
      ['entry.decided', ['time.entered']],
    )
    assert.equal(stands?.(listed(proposed, facts[0]!, said('declined'))), true)
    assert.equal(stands?.(listed(proposed, said('declined'), facts[0]!)), false)
  })

  test('to decline is not followed by any, and may be of what overlaps', () => {
    const { facts, afterwards } = decides({ decision: 'declined', reason: 'no' }, [], { parts: [beside] })
    assert.deepEqual([facts.length, afterwards], [1, undefined])
  })

  test('to approve that was cut off before its time is made once more', () => {
    assert.equal(decides({}, [said('approved')]).afterwards?.length, 1)
  })
})
