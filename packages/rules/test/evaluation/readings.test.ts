import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Enrolment, type Line } from '../../src/index.ts'
import { retractionFact } from '../arbitrary.ts'
import { at, DAY, daily, datesFrom, enrolment, evaluated, line, MINUTE, reading } from '../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'
const base = daily(datesFrom(first, 3))

const exclusions = (held: Line): readonly string[] =>
  held.evidence.kind === 'device' ? held.evidence.excluded.map(({ why }) => why) : []

describe('a reading that does not count', () => {
  const fourth = '2026-03-05'
  const cases: readonly (readonly [
    string,
    { readings?: ReturnType<typeof reading>[]; file?: Partial<Enrolment> },
  ])[] = [
    ['DEVICE_UNKNOWN', { readings: [reading({ at: at(fourth), device: 'stranger' })] }],
    ['NOT_MEDICAL_DEVICE', { readings: [reading({ at: at(fourth), device: 'gadget-1' })] }],
    ['NOT_AUTOMATIC', { readings: [reading({ at: at(fourth), device: 'typed-1' })] }],
    ['NOT_ASSIGNED', { readings: [reading({ at: at(fourth), device: 'cuff-2' })] }],
    ['NO_CONSENT', { file: { consents: [{ from: 0, to: at(fourth) }] } }],
    ['NO_EPISODE', { file: { episodes: [{ episode: 'e', from: 0, to: at(fourth) }] } }],
    ['CLOCK_AHEAD', { readings: [reading({ at: at(fourth), receivedAt: at(fourth) - 11 * MINUTE })] }],
  ]
  const devices = [
    ...enrolment().devices,
    { device: 'cuff-2', model: 'cuff', assigned: [{ from: at(fourth) + 1000 }] },
    { device: 'typed-1', model: 'typed', assigned: [{ from: 0 }] },
    { device: 'gadget-1', model: 'gadget', assigned: [{ from: 0 }] },
  ]
  for (const [why, { readings = [reading({ at: at(fourth) })], file = {} }] of cases) {
    test(`is kept with its reason: ${why}`, () => {
      const held = line(
        evaluated({ readings: [...base, ...readings], on, enrolment: enrolment({ devices, ...file }) }),
        '99454',
      )
      assert.equal(held.have.days, 3)
      assert.deepEqual(exclusions(held), [why])
    })
  }

  test('is kept with its reason: RETRACTED', () => {
    const [one] = base
    assert.ok(one?.type === 'reading.recorded')
    const readings = [...base, ...daily(['2026-03-04']), retractionFact(one)]
    const held = line(
      evaluated({
        readings,
        on,
        enrolment: enrolment({ episodes: [{ episode: 'e', from: at(first, '00:00') }] }),
      }),
      '99454',
    )
    assert.equal(held.have.days, 3)
    assert.equal(held.from, '2026-03-02')
  })

  test('counts until the minute in which its retraction was written', () => {
    const [, second] = base
    assert.ok(second?.type === 'reading.recorded')
    const written = at('2026-03-08', '10:00')
    const readings = [...base, retractionFact(second, written)]
    const daysAt = (asOf: number) => line(evaluated({ readings, on: first, asOf }), '99454').have.days
    assert.deepEqual([daysAt(written - 1), daysAt(written)], [3, 2])
    const arrived = at('2026-03-02')
    assert.deepEqual([daysAt(arrived - 1), daysAt(arrived)], [1, 2])
  })

  test('becomes one that counts when the consent is entered late, without a new document', () => {
    const late = enrolment({ consents: [] })
    assert.deepEqual(evaluated({ readings: base, on, enrolment: late }).waitsFor, ['CONSENT'])
    assert.equal(line(evaluated({ readings: base, on }), '99454').have.days, 3)
  })

  test('counts from the very second of consent, assignment and episode, and up to ten minutes ahead', () => {
    const exact = at(first)
    const file = {
      consents: [{ from: exact }],
      episodes: [{ episode: 'e', from: exact }],
      devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: exact, to: exact + 2 * DAY + 1000 }] }],
    }
    const held = line(evaluated({ readings: base, on, enrolment: enrolment(file) }), '99454')
    assert.deepEqual([held.have.days, held.from], [3, first])
    const sooner = [...base, reading({ at: at('2026-03-05'), receivedAt: at('2026-03-05') - 10 * MINUTE })]
    assert.equal(line(evaluated({ readings: sooner, on }), '99454').have.days, 4)
    const ahead = (seconds: number) => {
      const late = reading({ at: at('2026-03-05') + seconds * 1000, receivedAt: at('2026-03-05') })
      return line(evaluated({ readings: [...base, late], on }), '99454').have.days
    }
    // the arrival is known to the minute: what is surely ahead of it is 600 s after its last second
    assert.deepEqual([ahead(659), ahead(660)], [4, 3])
    const edge = {
      ...file,
      devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: exact, to: exact + 2 * DAY }] }],
    }
    assert.equal(line(evaluated({ readings: base, on, enrolment: enrolment(edge) }), '99454').have.days, 2)
  })
})

describe('a reading with a guessed clock', () => {
  const measured = at('2026-03-05')
  const receivedAt = at('2026-03-08')
  const guessed = reading({ at: measured, receivedAt, clockQuality: 'estimated' })
  const counted = (file: Partial<Parameters<typeof enrolment>[0]>) =>
    line(evaluated({ readings: [...base, guessed], on, enrolment: enrolment(file) }), '99454').have.days
  const until = (to: number) => [{ from: 0, to }]

  test('must pass at the instant it says and at the instant whose date counts', () => {
    const between = at('2026-03-06')
    assert.equal(counted({}), 4)
    assert.equal(counted({ consents: until(between) }), 3)
    assert.equal(counted({ episodes: [{ episode: 'e', from: 0, to: between }] }), 3)
    assert.equal(counted({ devices: [{ device: 'cuff-1', model: 'cuff', assigned: until(between) }] }), 3)
    assert.equal(counted({ consents: until(at('2026-03-09')) }), 4)
    const again = [
      { episode: 'e-1', from: 0, to: between },
      { episode: 'e-2', from: between },
    ]
    assert.equal(counted({ episodes: again }), 3)
  })
})

describe('a reading without a clock', () => {
  test('counts when it arrives in the very minute in which the device was assigned and the episode opened', () => {
    const assignedAt = at('2026-03-05', '12:00') + 20_000
    const sameMinute = (clockQuality: 'receipt' | 'estimated') => {
      const arrived = reading({ at: assignedAt + 9000, receivedAt: assignedAt + 9000, clockQuality })
      const file = {
        consents: [{ from: assignedAt }],
        orders: [{ from: assignedAt }],
        episodes: [{ episode: 'e', from: assignedAt }],
        devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: assignedAt }] }],
      }
      return line(evaluated({ readings: [arrived], on, enrolment: enrolment(file) }), '99454')
    }
    for (const quality of ['receipt', 'estimated'] as const) {
      assert.deepEqual([quality, sameMinute(quality).have.days], [quality, 1])
      assert.ok(sameMinute(quality).warnings.includes('GUESSED_CLOCK'))
    }
  })

  test('does not count when it arrived a second before the device was assigned', () => {
    const assignedAt = at('2026-03-05', '12:00') + 20_000
    const early = reading({ at: assignedAt - 1000, receivedAt: assignedAt - 1000, clockQuality: 'receipt' })
    const devices = [
      { device: 'cuff-1', model: 'cuff', assigned: [{ from: assignedAt }] },
      { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0 }] },
    ]
    const others = datesFrom(first, 3).map((date) => reading({ at: at(date), device: 'cuff-2' }))
    const held = line(
      evaluated({ readings: [...others, early], on, enrolment: enrolment({ devices }) }),
      '99454',
    )
    assert.deepEqual([held.have.days, exclusions(held)], [3, ['NOT_ASSIGNED']])
  })
})

describe('the set-up line', () => {
  const setUpAt = at('2026-03-02')
  const of = (readings: readonly ReturnType<typeof reading>[], setUp = setUpAt) =>
    line(
      evaluated({
        readings,
        on,
        asOf: at('2026-03-20'),
        enrolment: enrolment({ episodes: [{ episode: 'e', from: 0, setUpAt: setUp }] }),
      }),
      '99453',
    )

  test('counts from the very second of the set-up, and closes on the date that completes its days', () => {
    const readings = datesFrom(first, 5).map((date) => reading({ at: at(date) }))
    const held = of(readings)
    assert.deepEqual([held.from, held.to, held.units, held.have.days], ['2026-03-02', '2026-03-03', 1, 2])
    assert.deepEqual(
      [of(readings, setUpAt + 1000).from, of(readings, setUpAt + 1000).to],
      ['2026-03-02', '2026-03-04'],
    )
  })

  test('is open until the end of the period that runs, while a day is missing', () => {
    const held = of([
      reading({ at: at(first) }),
      reading({ at: at('2026-03-02') }),
      reading({ at: at('2026-03-02', '18:00') }),
    ])
    assert.deepEqual([held.to, held.units, held.missing], ['2026-03-30', 0, { days: 1 }])
    assert.ok(held.evidence.kind === 'device')
    assert.deepEqual(
      held.evidence.dates.map(({ date, readings }) => [date, readings]),
      [['2026-03-02', 2]],
    )
  })

  test('counts no reading of another family, nor one that does not count', () => {
    const devices = [
      ...enrolment().devices,
      { device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] },
      { device: 'typed-1', model: 'typed', assigned: [{ from: 0 }] },
    ]
    const readings = [
      reading({ at: at(first) }),
      reading({ at: at('2026-03-02'), device: 'spiro-1' }),
      reading({ at: at('2026-03-03'), device: 'typed-1' }),
    ]
    const held = evaluated({ readings, on, asOf: at(on), enrolment: enrolment({ devices }) })
    assert.equal(line(held, '99453').have.days, 1)
  })
})
