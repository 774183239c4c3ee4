import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadingFact } from '@cufflink/contracts'
import { readingFact, retractionFact } from '@cufflink/folds/invented/arbitrary'
import { at, DAY, daily, datesFrom, MINUTE, reading } from '@cufflink/folds/invented/facts'
import type { Enrolment, Line } from '../../src/index.ts'
import { enrolment, evaluated, line } from '../patients.ts'

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

  test('is known that was written later than the instant asked about, where all that is written is', () => {
    const late = readingFact({ at: at('2026-03-05'), recordedAt: at('2027-03-05') })
    const days = (more: { knownAt?: number }) =>
      line(evaluated({ readings: [...base, late], on, asOf: at(on), ...more }), '99454').have.days
    assert.deepEqual([days({}), days({ knownAt: Number.POSITIVE_INFINITY })], [3, 4])
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

describe('a reading that is ahead of its arrival', () => {
  const arrived = at('2026-03-05', '23:30')
  const counted = (aheadMs: number, file: Partial<Parameters<typeof enrolment>[0]> = {}) => {
    const ahead = reading({ at: arrived + aheadMs, receivedAt: arrived })
    const held = line(evaluated({ readings: [...base, ahead], on, enrolment: enrolment(file) }), '99454')
    assert.ok(held.evidence.kind === 'device')
    return [held.evidence.dates.at(-1)?.date, held.warnings.includes('GUESSED_CLOCK'), exclusions(held)]
  }

  test('counts for the date of its arrival, as a guess, once it is surely more than ten minutes ahead', () => {
    // the arrival is known to the minute: what is surely ahead of it is 600 s after its last second
    assert.deepEqual(counted(659_000), ['2026-03-05', false, []])
    assert.deepEqual(counted(660_000), ['2026-03-05', true, []])
    assert.deepEqual(counted(400 * DAY), ['2026-03-05', true, []])
  })

  test('must pass at its arrival alone', () => {
    assert.deepEqual(counted(DAY, { consents: [{ from: 0, to: arrived + 3_600_000 }] })[0], '2026-03-05')
    assert.deepEqual(counted(DAY, { consents: [{ from: 0, to: arrived - 60_000 }] })[2], ['NO_CONSENT'])
  })
})

describe('a reading that is sent again under its record id', () => {
  const sent = (date: string, offset?: { recordId?: string; weightKg?: number }) => {
    const fact = reading({ at: at(date), receivedAt: at(date) + MINUTE })
    const { recordId = '000417', weightKg = 80 } = offset ?? {}
    return {
      ...fact,
      id: `id-of-${recordId}`,
      v: 2,
      data: {
        ...fact.data,
        reading: { ...fact.data.reading, recordId, measurement: { kind: 'body-weight', weightKg } },
      },
    } as const
  }
  const datesOf = (readings: readonly ReadingFact[], asOn = on) => {
    const held = line(evaluated({ readings: [...readings], on: asOn }), '99454')
    assert.ok(held.evidence.kind === 'device')
    return { dates: held.evidence.dates.map(({ date }) => date), excluded: exclusions(held) }
  }

  test('with another time is one reading: the first on the ledger counts, the other is kept and flagged', () => {
    const corrected = datesOf([...base, sent('2026-03-05'), sent('2026-03-06')])
    assert.deepEqual(corrected, {
      dates: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-05'],
      excluded: ['SENT_AGAIN'],
    })
    const other = datesOf([...base, sent('2026-03-06'), sent('2026-03-05')])
    assert.deepEqual(other.dates.at(-1), '2026-03-06')
  })

  test('is one where its clock was not believed at first, over months, and is taken back with its copy', () => {
    const [before, after] = [at('2026-03-31', '23:55'), at('2026-04-01', '00:06')]
    const one = { id: 'the-reading', at: after, receivedAt: after }
    const guessed = readingFact({
      ...one,
      at: before,
      receivedAt: before,
      clockQuality: 'estimated',
      deviceTime: after,
    })
    const believed = readingFact(one)
    const start = daily(datesFrom('2026-03-20', 3))
    const of = (...facts: readonly ReadingFact[]) => datesOf([...start, ...facts], '2026-04-10')
    assert.deepEqual(of(guessed, believed).dates.slice(3), ['2026-03-31'])
    assert.deepEqual(of(believed, guessed).dates.slice(3), ['2026-04-01'])
    assert.deepEqual(of(guessed, believed).excluded, ['SENT_AGAIN'])
    // no matter which of the two a retraction names
    for (const named of [guessed, believed])
      assert.deepEqual(of(guessed, believed, retractionFact(named)).excluded, ['RETRACTED', 'RETRACTED'])
    const another = readingFact({ ...one, id: 'another' })
    assert.deepEqual(of(guessed, another).dates.length, 5)
  })

  test('is one across the documents of two months', () => {
    const start = daily(datesFrom('2026-03-20', 3))
    assert.deepEqual(
      datesOf([...start, sent('2026-03-31'), sent('2026-04-01')], '2026-04-10').dates.at(-1),
      '2026-03-31',
    )
    const back = datesOf([...start, sent('2026-04-01'), sent('2026-03-31')], '2026-04-10')
    assert.deepEqual([back.dates.at(-1), back.excluded], ['2026-04-01', ['SENT_AGAIN']])
  })

  test('under another record id is another reading', () => {
    assert.equal(
      datesOf([...base, sent('2026-03-05'), sent('2026-03-06', { recordId: '418' })]).dates.length,
      5,
    )
  })

  test('does not count by its copy once it was retracted', () => {
    const first = sent('2026-03-05')
    const facts = [...base, first, sent('2026-03-06'), retractionFact(first)]
    assert.deepEqual(datesOf(facts).excluded, ['RETRACTED', 'RETRACTED'])
  })
})

describe('a retracted reading', () => {
  const one = reading({ at: at('2026-03-05') })
  const word = (kind: 'retracted' | 'restored', hour: number) =>
    ({
      ...retractionFact(one, at('2026-03-06', '00:00') + hour * 3_600_000),
      id: `${kind}-${hour}`,
      type: `reading.${kind}`,
    }) as ReadingFact
  const days = (words: readonly ReadingFact[], asOf?: number) =>
    line(evaluated({ readings: [...base, one, ...words], on, ...(asOf !== undefined && { asOf }) }), '99454')
      .have.days

  test('counts again when it is restored: the last word on the ledger holds, and each held in its time', () => {
    const words = [word('retracted', 1), word('restored', 2), word('retracted', 3)]
    assert.deepEqual([days([]), days(words.slice(0, 1)), days(words.slice(0, 2)), days(words)], [4, 3, 4, 3])
    const asOf = (hour: number) => at('2026-03-06', '00:00') + hour * 3_600_000
    assert.deepEqual(
      [0, 1, 2, 3].map((hour) => days(words, asOf(hour))),
      [4, 3, 4, 3],
    )
    assert.equal(days([...words.slice(0, 2), word('retracted', 1)]), 4)
  })
})

describe('a device with user slots', () => {
  const weighed = (day: number, userSlot?: number, device = 'cuff-1') => {
    const date = datesFrom(first, 20)[day] ?? first
    const fact = reading({ at: at(date), device })
    return userSlot === undefined ? fact : slotted(fact, userSlot)
  }
  const slotted = (fact: ReturnType<typeof reading>, userSlot: number) => ({
    ...fact,
    data: { ...fact.data, reading: { ...fact.data.reading, userSlot } },
  })
  const blocked = (readings: readonly ReadingFact[], day = on, changes: Partial<Enrolment> = {}) => {
    const evaluation = evaluated({ readings, on: day, enrolment: enrolment({ devices, ...changes }) })
    return ['99454', '99453'].map((code) => line(evaluation, code).blocks.includes('SEVERAL_USERS'))
  }
  const devices = [...enrolment().devices, { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0 }] }]

  test('blocks its lines while two are in use, for some of the days may be another person’s', () => {
    const days = Array.from({ length: 16 }, (_, day) => weighed(day, day % 2))
    assert.deepEqual(blocked(days), [true, true])
    assert.deepEqual(blocked(days.filter((_, day) => day % 2 === 0)), [false, false])
  })

  test('blocks every line of an episode in which two are in use, also when each had a period of its own', () => {
    const later = (userSlot: number, device = 'cuff-1') =>
      datesFrom('2026-03-31', 16).map((date) => slotted(reading({ at: at(date), device }), userSlot))
    const own = Array.from({ length: 16 }, (_, day) => weighed(day, 1))
    const inApril = '2026-04-10'
    for (const day of [on, inApril]) {
      assert.deepEqual(blocked([...own, ...later(2)], day), [true, true])
      assert.deepEqual(blocked([...own, ...later(1)], day), [false, false])
      assert.deepEqual(blocked([...own, ...later(2, 'cuff-2')], day), [false, false])
    }
    const episodes = [
      { episode: 'e', from: 0, to: at('2026-03-31', '00:00'), setUpAt: 0 },
      { episode: 'f', from: at('2026-03-31', '00:00'), setUpAt: 0 },
    ]
    assert.deepEqual(blocked([...own, ...later(2)], inApril, { episodes }), [false, false])
    const visitor = weighed(3, 2)
    const takenBack = retractionFact(visitor, at('2026-04-01'))
    assert.deepEqual(blocked([...own, visitor, takenBack], on), [false, false])
  })

  test('does not for slots of two devices, nor for readings without a slot or of a user it does not know', () => {
    assert.deepEqual(blocked([weighed(0, 1), weighed(1, 2, 'cuff-2')]), [false, false])
    assert.deepEqual(blocked([weighed(0, 1), weighed(1), weighed(2, 255)]), [false, false])
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
