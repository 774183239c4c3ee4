import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import { zone } from '@cufflink/folds/invented/facts'
import { enrolmentOf, nativeModel } from '../../src/index.ts'
import { base, begin, patient, story } from './story.ts'

const file = { models: [nativeModel], staff: new Map([['nurse-ada', 'clinical-staff']]), established: true }

describe('the enrolment from the second versions of facts', () => {
  const of = (...facts: readonly Fact[]) =>
    enrolmentOf(
      facts.map((fact, offset) => ({ fact, offset })),
      { tenant: 'riverside', patient, asOf: begin, file },
    )
  const enrolled = (changes: { programs?: ['RTM']; condition?: string; payer?: string }): Fact => ({
    ...base,
    v: 2,
    id: 'enrolled-2',
    type: 'patient.enrolled',
    at: begin,
    data: {
      patient,
      name: 'A',
      zone,
      enrolledAt: begin,
      programs: ['RPM'],
      established: false,
      ...changes,
    },
  })

  test('takes programs, condition, payer and relationship from the enrolment, and from the file where it says nothing', () => {
    const { programs, condition, payer, established } = of(enrolled({ condition: 'obesity', payer: 'acme' }))
    assert.deepEqual([programs, condition, payer, established], [['RPM'], 'obesity', 'acme', false])
    const none = of(...story.slice(0, 2))
    assert.deepEqual([none.programs, none.condition, none.established], [undefined, undefined, true])
  })

  test('takes the set-up from its own fact, before what the opening says', () => {
    const opened: Fact = {
      ...base,
      id: 'o',
      type: 'episode.opened',
      at: begin,
      data: { patient, episode: 'e-1', openedAt: 5, setUpAt: 6 },
    }
    const done: Fact = {
      ...base,
      id: 'd',
      type: 'set-up.done',
      at: begin,
      data: { patient, episode: 'e-1', doneAt: 7, doneBy: 'nurse-ada' },
    }
    const setUp = ({ episodes: [episode] }: ReturnType<typeof of>) => [episode?.setUpAt, episode?.setUpOffset]
    assert.deepEqual(setUp(of(opened)), [6, 0])
    assert.deepEqual(setUp(of(opened, done)), [7, 1])
    assert.deepEqual(setUp(of(done, opened)), [7, 0])
  })

  test('leaves out a lock that was opened again, until it is locked again', () => {
    const line = { patient, code: '99454', from: '2026-03-01', to: '2026-03-30' }
    const locked = (units: number, to = line.to): Fact => ({
      ...base,
      id: `l-${units}-${to}`,
      type: 'claim.locked',
      at: begin,
      data: { ...line, to, units, amountCents: 1, ruleSet: 'medicare-2026' },
    })
    const unlocked: Fact = {
      ...base,
      id: 'u',
      type: 'claim.unlocked',
      at: begin,
      data: { ...line, reason: 'wrong dates' },
    }
    const units = (...facts: readonly Fact[]) => of(...facts).locked.map((held) => held.units)
    assert.deepEqual(units(locked(1)), [1])
    assert.deepEqual(units(locked(1), unlocked), [])
    assert.deepEqual(units(locked(1), unlocked, locked(2)), [2])
    assert.deepEqual(units(locked(1), locked(3, '2026-03-31'), unlocked), [3])
    assert.deepEqual(units(unlocked, locked(1)), [1])
  })
})
