import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type MinutesDocument, monthName, type StretchEntry } from '@cufflink/folds'
import { runs } from '@cufflink/folds/invented/arbitrary'
import { foldReadings, foldTime } from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import { evaluate, tallyMonth } from '../../src/index.ts'
import { cases } from './cases.ts'

const of = (
  documents: readonly MinutesDocument[],
  isMeant: (entry: { readonly patient: string }) => boolean,
): readonly MinutesDocument[] =>
  documents.map(({ monthIndex, stretches, interactions }) => ({
    monthIndex,
    stretches: stretches.filter(isMeant),
    interactions: interactions.filter(isMeant),
  }))

const voided = { recordedMinute: 0, offset: 1_000_000 }

describe('the time of a patient’s clinicians', () => {
  test('comes to the same whether their parts have the patient’s stretches as they are, otherwise, or are of another moment', () => {
    let shared = 0
    fc.assert(
      fc.property(
        cases,
        fc.nat(30),
        fc.nat(4),
        ({ enrolment, ruleSets, readings, time, asOf }, later, other) => {
          // Several patients with the same clinicians.
          const all = time.map((fact, index) =>
            index % 5 === other ? ({ ...fact, data: { ...fact.data, patient: 'p-3' } } as typeof fact) : fact,
          )
          const whole = foldTime(all)
          const isMine = ({ patient }: Pick<StretchEntry, 'patient'>) => patient === enrolment.patient
          const input = {
            enrolment,
            ruleSets,
            asOf,
            knownAt: Number.POSITIVE_INFINITY,
            days: foldReadings(readings),
            minutes: of(whole, isMine),
          }
          const evaluated = (clinicians: readonly MinutesDocument[], minutes = input.minutes) => {
            const given = { ...input, clinicians, minutes }
            const months = whole.map(({ monthIndex }) => tallyMonth(given, monthName(monthIndex)))
            return { evaluation: evaluate(given), months }
          }
          // The leases are the same; what is the patient's own is found in the patient's documents.
          const others = (documents: readonly MinutesDocument[]): readonly MinutesDocument[] =>
            documents.map((document) => ({
              ...document,
              stretches: document.stretches.map((one) => (isMine(one) ? { ...one, voided } : one)),
            }))
          const first = evaluated(whole)
          assert.deepEqual(first, evaluated(others(whole)))
          // Another patient of the same parts, and this one again: what they share is made once.
          const file = { ...enrolment, patient: 'p-3' }
          const minutes = of(whole, ({ patient }) => patient === 'p-3')
          evaluate({ ...input, enrolment: file, minutes, clinicians: whole })
          assert.deepEqual(evaluated(whole), first)
          const earlier = foldTime(all.slice(0, Math.max(0, all.length - later)))
          assert.deepEqual(evaluated(earlier), evaluated(others(earlier)))
          const before = of(earlier, isMine)
          assert.deepEqual(evaluated(whole, before), evaluated(others(whole), before))
          // Parts of two partitions, and what was the second of them gone.
          const own = of(whole, isMine)
          const beside = of(whole, (one) => !isMine(one))
          assert.deepEqual(evaluated([...own, ...beside]), evaluated(others(whole)))
          assert.deepEqual(evaluated(own), evaluated(others(own)))
          if (input.minutes.some(({ stretches }) => stretches.length > 0)) shared += 1
        },
      ),
      runs,
    )
    assert.ok(shared > runs.numRuns / 4, String(shared))
  })
})
