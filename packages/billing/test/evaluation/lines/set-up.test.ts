import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import { at, daily, datesFrom, reading } from '@cufflink/folds/invented/facts'
import { type Enrolment, enrolmentOf, type RecordedFact } from '../../../src/index.ts'
import { enrolment, evaluated, line } from '../../patients.ts'

const envelope = { v: 1, tenant: 'riverside', at: 5_000, by: 'user:nurse-ada' } as const
const opened: Fact = {
  ...envelope,
  id: 'open',
  type: 'episode.opened',
  data: { patient: 'p-1', episode: 'e-1', openedAt: 1_000, setUpAt: 1_500 },
}
const setUp = (doneAt: number, episode = 'e-1'): Fact => ({
  ...envelope,
  id: `set-up-${doneAt}`,
  type: 'set-up.done',
  data: { patient: 'p-1', episode, doneAt, doneBy: 'nurse-ada' },
})

const episodes = (facts: readonly Fact[]) => {
  const recorded = facts.map((fact, offset): RecordedFact => ({ fact, offset }))
  const file = { models: [], staff: new Map<string, string>(), established: true }
  return enrolmentOf(recorded, { tenant: 'riverside', patient: 'p-1', asOf: 10_000, file }).episodes
}

test('a set-up that was done says when, over what the opening said; the first of two holds, before or after the opening', () => {
  assert.equal(episodes([opened])[0]?.setUpAt, 1_500)
  assert.equal(episodes([opened, setUp(2_000), setUp(3_000)])[0]?.setUpAt, 2_000)
  assert.equal(episodes([setUp(2_000), opened])[0]?.setUpAt, 2_000)
  assert.equal(episodes([opened, setUp(2_000, 'e-2')])[0]?.setUpAt, 1_500)
})

describe('a set-up line', () => {
  const first = '2026-03-01'
  const begun = at(first, '00:00')
  const lineOf = (dates: readonly string[], changes: Partial<Enrolment> = {}, on = '2026-03-10') => {
    const held = line(evaluated({ readings: daily(dates), on, enrolment: enrolment(changes) }), '99453')
    return [held.status, held.to, ...held.blocks]
  }
  const episodeOf = (setUpAt?: number) => [
    { episode: 'e-1', from: begun, ...(setUpAt !== undefined && { setUpAt }) },
  ]

  test('needs a set-up on record: nothing stands in for it', () => {
    const five = datesFrom(first, 5)
    assert.deepEqual(lineOf(five, { episodes: episodeOf(begun) }), ['final', '2026-03-02'])
    assert.deepEqual(lineOf(five, { episodes: episodeOf() }), ['blocked', '2026-03-02', 'NO_SET_UP'])
  })

  test('counts days from activation on: an order that comes after the second day does not block it for ever', () => {
    const orders = [{ from: at('2026-03-04', '08:00') }]
    const five = datesFrom(first, 5)
    assert.deepEqual(lineOf(five, { orders, episodes: episodeOf(begun) }), ['final', '2026-03-05'])
    assert.deepEqual(lineOf(five.slice(0, 4), { orders, episodes: episodeOf(begun) })[0], 'short')
  })

  test('wants its days inside one 30-day period', () => {
    const apart = [first, '2026-04-05']
    assert.equal(lineOf(apart, {}, '2026-04-10')[0], 'short')
    assert.deepEqual(lineOf([...apart, '2026-04-20'], {}, '2026-04-10'), ['final', '2026-04-20'])
  })

  test('takes the rules and the rate of its date of service', () => {
    const dates = [...datesFrom('2025-12-20', 12), '2026-01-01', '2026-01-02']
    const readings = daily(dates)
    const held = line(evaluated({ readings, on: '2025-12-25' }), '99453')
    assert.deepEqual([held.to, held.amountCents, held.have.days], ['2026-01-01', 2171, 13])
    const before = line(
      evaluated({ readings: daily(datesFrom('2025-12-10', 16)), on: '2025-12-25' }),
      '99453',
    )
    assert.deepEqual([before.to, before.amountCents], ['2025-12-25', 1973])
  })

  const twice = (from: string): Partial<Enrolment> => ({
    episodes: [
      { episode: 'e-1', from: begun, setUpAt: begun, to: at('2026-03-06', '00:00') },
      { episode: 'e-2', from: at(from, '00:00'), setUpAt: at(from, '00:00') },
    ],
  })
  const readingsOf = (from: string) => [...datesFrom(first, 5), ...datesFrom(from, 5)]

  test('of an episode that is opened again has a date of service at least 30 days after the one before', () => {
    assert.deepEqual(lineOf(readingsOf('2026-03-30'), twice('2026-03-30'), '2026-04-01'), [
      'blocked',
      '2026-03-31',
      'SET_UP_TOO_SOON',
    ])
    assert.deepEqual(lineOf(readingsOf('2026-03-31'), twice('2026-03-31'), '2026-04-02'), [
      'final',
      '2026-04-01',
    ])
    assert.deepEqual(lineOf(readingsOf('2026-03-30'), twice('2026-03-30'), '2026-03-03'), [
      'final',
      '2026-03-02',
    ])
  })

  test('is not kept from its date by one that is blocked, and is by one that was billed, here or elsewhere', () => {
    const [one, two] = twice('2026-03-12').episodes ?? []
    assert.ok(one && two)
    const { setUpAt: _, ...withoutSetUp } = one
    const dates = readingsOf('2026-03-12')
    const on = '2026-04-01'
    assert.deepEqual(lineOf(dates, { episodes: [withoutSetUp, two] }, on)[0], 'final')
    const lock = { code: '99453', from: first, to: '2026-03-02', units: 1, amountCents: 2171, ruleSet: 'm' }
    const billed = { episodes: [withoutSetUp, two], locked: [lock] }
    assert.equal(lineOf(dates, billed, on)[2], 'SET_UP_TOO_SOON')
    const elsewhere = (to: string) => ({
      episodes: [withoutSetUp, two],
      billedElsewhere: [{ code: '99453', from: to, to, practice: 'lakeside' }],
    })
    assert.equal(lineOf(dates, elsewhere('2026-02-12'), on)[2], 'SET_UP_TOO_SOON')
    assert.equal(lineOf(dates, elsewhere('2026-02-11'), on)[0], 'final')
  })

  test('that was billed stands before another that is not', () => {
    const lock = {
      code: '99453',
      from: '2026-03-12',
      to: '2026-03-13',
      units: 1,
      amountCents: 2171,
      ruleSet: 'm',
    }
    const file = { ...twice('2026-03-12'), locked: [lock] }
    const dates = readingsOf('2026-03-12')
    assert.deepEqual(lineOf(dates, file, '2026-04-01'), ['final', '2026-03-13'])
    assert.equal(lineOf(dates, file, '2026-03-03')[2], 'SET_UP_TOO_SOON')
  })
})

describe('a consent that is withdrawn', () => {
  const file = (more: Partial<Enrolment> = {}) =>
    enrolment({
      episodes: [{ episode: 'e-1', from: 0, setUpAt: 0 }],
      consents: [{ from: 0, to: at('2026-03-11', '00:00') }, { from: at('2026-03-15', '00:00') }],
      ...more,
    })
  const readings = [...daily(datesFrom('2026-03-01', 10)), ...daily(datesFrom('2026-03-15', 10))]
  const days = (on: string, held: Enrolment) => {
    const { period, waitsFor, lines } = evaluated({ readings, on, asOf: at('2026-03-26'), enrolment: held })
    const most = lines.find(({ code }) => code === '99454')?.have.days
    return [period?.episode, period?.start, most, ...waitsFor]
  }

  test('ends the episode: what is measured under a second consent fills no old period', () => {
    assert.deepEqual(days('2026-03-05', file()), ['e-1', '2026-03-01', 10])
    const over = evaluated({ readings: [], on: '2026-03-20', enrolment: file() })
    assert.deepEqual(over.waitsFor, ['EPISODE'])
  })

  test('and given again begins a new grid with an episode that is opened again', () => {
    const again = { episode: 'e-2', from: at('2026-03-15', '00:00') }
    const both = file({ episodes: [...file().episodes, again] })
    assert.deepEqual(days('2026-03-20', both), ['e-2', '2026-03-15', 10])
    const renewed = file({ consents: [{ from: 0, to: at('2026-03-20') }, { from: at('2026-03-15') }] })
    assert.deepEqual(days('2026-03-20', renewed), ['e-1', '2026-03-01', 20])
  })

  test('before the episode was opened ends nothing, nor does one that comes after the opening', () => {
    const later = { episode: 'e-1', from: at('2026-03-12', '00:00') }
    assert.deepEqual(days('2026-03-20', file({ episodes: [later] })), ['e-1', '2026-03-15', 10])
    const late = file({ consents: [{ from: at('2026-03-15', '00:00') }] })
    assert.deepEqual(days('2026-03-20', late), ['e-1', '2026-03-15', 10])
  })
})

describe('a line of two programs', () => {
  test('of set-up is blocked where both have one in a month, and not where they are in two', () => {
    const devices = [
      ...enrolment().devices,
      { device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] },
    ]
    const blocks = (other: readonly string[]) => {
      const readings = [...daily(['2026-03-01', '2026-03-02']), ...daily(other, 'spiro-1')]
      const { lines } = evaluated({ readings, on: '2026-03-10', enrolment: enrolment({ devices }) })
      return lines.filter(({ role }) => role === 'setup').map(({ code, blocks: [block] }) => [code, block])
    }
    assert.deepEqual(blocks(['2026-03-20', '2026-03-21']), [
      ['99453', 'RPM_AND_RTM'],
      ['98975', 'RPM_AND_RTM'],
    ])
  })
})

test('a reading whose clock guesses is named as such also when it came on the full minute', () => {
  const guessed = reading({ at: at('2026-03-01'), clockQuality: 'receipt' })
  const held = line(evaluated({ readings: [guessed], on: '2026-03-01' }), '99454')
  assert.ok(held.warnings.includes('GUESSED_CLOCK'))
})
