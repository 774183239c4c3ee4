import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Enrolment, onFileAt } from '../../src/index.ts'
import { enrolment } from '../patients.ts'

const at = (seconds: number): number => 1_800_000_000_000 + seconds * 1000
const held = (changes: Partial<Enrolment>, seconds = 10) => onFileAt(enrolment(changes), at(seconds))

describe('what is on file at an instant', () => {
  test('is what has begun and is not over, to the second', () => {
    const span = { from: at(10), to: at(20) }
    for (const [seconds, stands] of [
      [9, false],
      [10, true],
      [19, true],
      [20, false],
    ] as const) {
      const { consent, order } = held({ consents: [span], orders: [span] }, seconds)
      assert.deepEqual([consent === span, order === span], [stands, stands], String(seconds))
    }
  })

  test('is of several the one that began last', () => {
    const [first, second] = [{ from: at(1) }, { from: at(2) }]
    for (const both of [
      [first, second],
      [second, first],
    ])
      assert.deepEqual([held({ consents: both }).consent, held({ orders: both }).order], [second, second])
  })

  test('is an episode with its set-up, once that was done', () => {
    const episodes = [{ episode: 'e-1', from: at(1), setUpAt: at(10) }]
    const setUpAt = (seconds: number) => held({ episodes }, seconds).setUpAt
    assert.deepEqual([setUpAt(9), setUpAt(10), setUpAt(11)], [undefined, at(10), at(10)])
    assert.equal(held({ episodes }).episode?.episode, 'e-1')
    assert.equal(held({ episodes, consents: [{ from: at(0), to: at(5) }] }).episode, undefined)
    assert.equal('setUpAt' in held({ episodes: [{ episode: 'e-1', from: at(1) }] }), false)
    assert.equal(held({ episodes: [] }).episode, undefined)
  })

  test('is every device that is the patient’s then, by since when', () => {
    const devices = [
      { device: 'late', model: 'cuff', assigned: [{ from: at(9) }] },
      { device: 'early', model: 'cuff', assigned: [{ from: at(1), to: at(2) }, { from: at(5) }] },
      { device: 'gone', model: 'cuff', assigned: [{ from: at(1), to: at(10) }] },
      { device: 'to come', model: 'cuff', assigned: [{ from: at(11) }] },
    ]
    assert.deepEqual(held({ devices }).devices, [
      { device: 'early', model: 'cuff', from: at(5) },
      { device: 'late', model: 'cuff', from: at(9) },
    ])
  })
})
