import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Lease, resolveStretches, type Stretch } from '@cufflink/folds'
import { monthEnd, monthStart, runs } from '@cufflink/folds/invented/arbitrary'
import { fold } from '@cufflink/folds/invented/histories'
import { timer } from '@cufflink/folds/invented/timers'
import fc from 'fast-check'
import {
  clip,
  disjointPerClinician,
  type Piece,
  totalMs,
  unionPerPatient,
  without,
} from '../../src/minutes/algebra.ts'

const stretch = (held: Partial<Stretch> & Pick<Stretch, 'start' | 'end'>): Stretch => ({
  startedAt: held.start,
  idHash: 0,
  patient: 'p-1',
  clinician: 'ada',
  program: 'RPM',
  category: 'data-review',
  byHand: true,
  epoch: 0,
  offset: 0,
  recordedMinute: 0,
  entry: { startedAt: held.start, idHash: 0, patient: 'p-1', clinician: 'ada', proofs: [], amendments: [] },
  ...held,
})

const stretches = fc
  .array(
    fc.record({
      start: fc.nat(60),
      length: fc.integer({ min: 1, max: 30 }),
      clinician: fc.constantFrom('ada', 'bo', 'lee'),
      patient: fc.constantFrom('p-1', 'p-2'),
      program: fc.constantFrom('RPM' as const, 'CCM' as const),
      recordedMinute: fc.nat(5),
    }),
    { maxLength: 8 },
  )
  .map((drawn) =>
    drawn.map(({ length, ...held }, idHash) => stretch({ ...held, end: held.start + length, idHash })),
  )

const whole = (held: Stretch): Piece => ({ stretch: held, start: held.start, end: held.end })
const covers = ({ start, end }: { start: number; end: number }, unit: number): boolean =>
  start <= unit && unit < end
const units = Array.from({ length: 100 }, (_, unit) => unit)
const isLee = ({ clinician }: Stretch): boolean => clinician === 'lee'

describe('one clinician', () => {
  test('is never in two places, and loses nothing of the time in any of them', () => {
    fc.assert(
      fc.property(stretches, (held) => {
        const { kept, deducted } = disjointPerClinician(held, [])
        for (const clinician of ['ada', 'bo', 'lee']) {
          const mine = kept.filter((piece) => piece.stretch.clinician === clinician)
          const all = held.filter((one) => one.clinician === clinician)
          for (const unit of units) {
            const expected = all.some((one) => covers(one, unit)) ? 1 : 0
            assert.equal(mine.filter((piece) => covers(piece, unit)).length, expected)
          }
        }
        assert.equal(totalMs(kept) + totalMs(deducted), totalMs(held))
        assert.ok([...kept, ...deducted].every(({ start, end }) => end > start))
      }),
      runs,
    )
  })

  test('keeps the first started and trims the later', () => {
    const { kept, deducted } = disjointPerClinician(
      [
        stretch({ start: 5, end: 15, patient: 'p-2', recordedMinute: 1 }),
        stretch({ start: 0, end: 10, recordedMinute: 2 }),
        stretch({ start: 2, end: 9, patient: 'p-3', recordedMinute: 3 }),
      ],
      [],
    )
    assert.deepEqual(
      kept.map(({ stretch: { patient }, start, end }) => [patient, start, end]),
      [
        ['p-1', 0, 10],
        ['p-2', 10, 15],
      ],
    )
    assert.deepEqual(
      deducted.map(({ stretch: { patient }, why, by }) => [patient, why, by?.patient]),
      [
        ['p-3', 'STAFF_OVERLAP', 'p-1'],
        ['p-2', 'STAFF_OVERLAP', 'p-1'],
      ],
    )
  })

  test('names another patient who was there when a stretch began, and none who was there only until then', () => {
    const named = (...others: readonly Stretch[]) => {
      const late = stretch({ start: 5, end: 8, patient: 'p-1', recordedMinute: 9 })
      const { deducted } = disjointPerClinician([...others, late], [])
      return deducted.find((piece) => piece.stretch === late)?.by
    }
    const own = stretch({ start: 0, end: 20, patient: 'p-1' })
    const until = stretch({ start: 0, end: 5, patient: 'p-2', recordedMinute: 1 })
    assert.equal(named(own, until), own)
    // A shorter stretch with that patient later does not hide the longer one.
    const over = stretch({ start: 0, end: 10, patient: 'p-2', recordedMinute: 1 })
    const short = stretch({ start: 1, end: 3, patient: 'p-2', recordedMinute: 2 })
    assert.equal(named(own, over, short), over)
  })

  test('has the same time wherever its patients’ partitions begin to count', () => {
    const patients = ['p-1', 'p-2', 'p-3'] as const
    const stretches = fc.array(
      fc.record({
        patient: fc.constantFrom(...patients),
        startedAt: fc.constantFrom(monthStart, monthStart + 1),
        length: fc.integer({ min: 1, max: 9 }).map((minutes) => minutes * 60_000),
        writtenAfter: fc.integer({ min: 0, max: 3 }).map((minutes) => minutes * 60_000),
      }),
      { minLength: 2, maxLength: 6 },
    )
    const bases = fc.tuple(fc.nat(9_000), fc.nat(9_000), fc.nat(9_000))
    fc.assert(
      fc.property(stretches, bases, bases, (drawn, some, others) => {
        const creditedWith = (offsets: readonly number[]) => {
          const facts = drawn.flatMap(({ patient, startedAt, length, writtenAfter }, n) => {
            const one = timer({ session: `s-${n}`, patient, startedAt })
            const end = startedAt + length
            return [one.started(startedAt + writtenAfter), one.stopped(end, 1, end + 240_000)]
          })
          const parts = patients.flatMap((patient, partition) => {
            const own = facts.filter(({ data }) => data.patient === patient)
            return fold(own.map((fact, n) => ({ fact, offset: offsets[partition]! + n }))) ?? []
          })
          const { stretches: known, leases } = resolveStretches(parts, monthEnd)
          const { kept } = disjointPerClinician(known, leases)
          return kept.map(({ stretch: { patient, idHash }, start, end }) => [patient, idHash, start, end])
        }
        assert.deepEqual(creditedWith(some), creditedWith(others))
      }),
      runs,
    )
  })

  test('of two that began together keeps the one written first', () => {
    const { kept } = disjointPerClinician(
      [
        stretch({ start: 0, end: 9, patient: 'p-2', recordedMinute: 2 }),
        stretch({ start: 0, end: 5, recordedMinute: 1 }),
      ],
      [],
    )
    assert.deepEqual(
      kept.map(({ stretch: { patient }, start, end }) => [patient, start, end]),
      [
        ['p-1', 0, 5],
        ['p-2', 5, 9],
      ],
    )
  })

  describe('with several leases', () => {
    const split = (held: readonly Stretch[], leases: readonly Lease[]) => {
      const { kept, deducted } = disjointPerClinician(held, leases)
      assert.ok(deducted.every(({ why }) => why === 'OLD_LEASE'))
      return [kept, deducted].map((pieces) => pieces.map(({ start, end }) => [start, end]))
    }
    const lease = (epoch: number, startedAt: number, clinician = 'ada'): Lease => ({
      clinician,
      epoch,
      startedAt,
    })

    test('gains nothing from a timer of an older lease after one was started under a newer', () => {
      const held = [
        stretch({ start: 0, end: 20, epoch: 1 }),
        stretch({ start: 30, end: 40, epoch: 1 }),
        stretch({ start: 10, end: 15, epoch: 2, patient: 'p-2' }),
        stretch({ start: 50, end: 60 }),
      ]
      const leases = [lease(1, 0), lease(1, 30), lease(2, 12), lease(2, 10), lease(3, 70)]
      assert.deepEqual(split(held, leases), [
        [
          [0, 10],
          [10, 15],
          [50, 60],
        ],
        [
          [10, 20],
          [30, 40],
        ],
      ])
      assert.deepEqual(split(held.slice(0, 1), [lease(1, 0), lease(2, 10, 'bo')])[0], [[0, 20]])
    })

    test('lets a timer go on that a newer lease took over, and one that ended before untouched', () => {
      const held = [stretch({ start: 0, end: 8, epoch: 1 }), stretch({ start: 8, end: 40, epoch: 2 })]
      const leases = [lease(1, 0), lease(1, 8), lease(2, 30)]
      assert.deepEqual(split(held, leases), [
        [
          [0, 8],
          [8, 40],
        ],
        [],
      ])
    })
  })
})

describe('one patient', () => {
  test('is credited each moment once: never more than the sum, exactly the union', () => {
    fc.assert(
      fc.property(stretches, (drawn) => {
        const held = drawn.filter(({ patient }) => patient === 'p-1')
        const { kept, deducted } = unionPerPatient(held.map(whole), isLee)
        for (const unit of units) {
          const expected = held.some((one) => covers(one, unit)) ? 1 : 0
          assert.equal(kept.filter((piece) => covers(piece, unit)).length, expected)
        }
        assert.ok(totalMs(kept) <= totalMs(held))
        assert.equal(totalMs(kept) + totalMs(deducted), totalMs(held))
        assert.ok([...kept, ...deducted].every(({ start, end }) => end > start))
      }),
      runs,
    )
  })

  test('is credited for the program first started, and within it to the qualified first', () => {
    fc.assert(
      fc.property(stretches, (drawn) => {
        const held = drawn.filter(({ patient }) => patient === 'p-1')
        for (const { stretch: winner, start } of unionPerPatient(held.map(whole), isLee).kept) {
          const active = held
            .filter((one) => covers(one, start))
            .toSorted(
              (a, b) => a.start - b.start || a.recordedMinute - b.recordedMinute || a.idHash - b.idHash,
            )
          assert.equal(winner.program, active[0]?.program)
          if (active.some((one) => isLee(one) && one.program === winner.program))
            assert.equal(winner.clinician, 'lee')
        }
      }),
      runs,
    )
  })

  test('is credited for who was there first: who was elsewhere until then ranks by coming', () => {
    const ada = stretch({ start: 0, end: 20, program: 'CCM' })
    const bo = stretch({ start: 5, end: 20, clinician: 'bo' })
    const cut = { stretch: ada, start: 10, end: 20 }
    assert.deepEqual(
      unionPerPatient([cut, whole(bo)], isLee).kept.map((piece) => [piece.stretch.program, piece.start]),
      [['RPM', 5]],
    )
    assert.equal(unionPerPatient([{ ...cut, start: 5 }, whole(bo)], isLee).kept[0]?.stretch.program, 'CCM')
  })

  test('has each moment that was taken away named with the reason', () => {
    const ada = stretch({ start: 0, end: 10 })
    const bo = stretch({ start: 5, end: 15, clinician: 'bo', recordedMinute: 1 })
    const ccm = stretch({ start: 8, end: 20, clinician: 'lee', program: 'CCM', recordedMinute: 2 })
    const { deducted } = unionPerPatient([ada, bo, ccm].map(whole), isLee)
    assert.deepEqual(
      deducted.map(({ stretch: { clinician }, start, end, why, by }) => [
        clinician,
        start,
        end,
        why,
        by?.clinician,
      ]),
      [
        ['bo', 5, 8, 'CREDITED_TO_OTHER', 'ada'],
        ['bo', 8, 10, 'CREDITED_TO_OTHER', 'ada'],
        ['lee', 8, 10, 'OTHER_PROGRAM', 'ada'],
        ['lee', 10, 15, 'OTHER_PROGRAM', 'bo'],
      ],
    )
  })

  test('loses nothing and gains nothing when a stretch is split at a month end', () => {
    fc.assert(
      fc.property(stretches, fc.nat(90), (held, cut) => {
        const pieces = held.map(whole)
        const parts = [...clip(pieces, { start: 0, end: cut }), ...clip(pieces, { start: cut, end: 1000 })]
        assert.equal(totalMs(parts), totalMs(pieces))
        assert.ok(parts.every(({ start, end }) => end > start))
      }),
      runs,
    )
  })

  test('has no time on a date that was taken out, and all of the rest', () => {
    fc.assert(
      fc.property(stretches, fc.nat(60), fc.nat(20), fc.boolean(), (held, start, length, onlyLee) => {
        const window = { start, end: start + length }
        const applies = ({ stretch: one }: Piece): boolean => !onlyLee || isLee(one)
        const { kept, deducted } = without(held.map(whole), [window], { why: 'EM_DAY', applies })
        for (const unit of units) {
          const left = held.filter(
            (one) => covers(one, unit) && !(covers(window, unit) && applies(whole(one))),
          ).length
          assert.equal(kept.filter((piece) => covers(piece, unit)).length, left)
        }
        assert.equal(totalMs(kept) + totalMs(deducted), totalMs(held))
        assert.ok([...kept, ...deducted].every(({ start, end }) => end > start))
      }),
      runs,
    )
  })
})
