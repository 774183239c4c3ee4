import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialsOf, isNearMark, needsCall, nextMark, onScale } from '../../src/practice/marks.ts'

const met = (seconds: number, dataDays = 0, conversation = false) => ({
  month: { month: '2026-03', seconds, conversation },
  dataDays,
  waitsFor: [],
})

test('a call is needed from ten minutes on, unless somebody spoke', () => {
  assert.deepEqual(
    [599, 600, 3_600].map((seconds) => needsCall(met(seconds))),
    [false, true, true],
  )
  assert.equal(needsCall(met(600, 0, true)), false)
})

test('near is within two minutes below a mark, or two days below sixteen', () => {
  const near = [0, 479, 480, 599, 600, 1_080, 2_279, 2_280, 3_599, 3_600].map((s) => isNearMark(met(s)))
  assert.deepEqual(near, [false, false, true, true, false, true, false, true, true, false])
  assert.deepEqual(
    [13, 14, 15, 16].map((days) => isNearMark(met(0, days))),
    [false, true, true, false],
  )
})

test('the next mark is the first that is not reached, and the scale ends at the last', () => {
  assert.deepEqual([0, 600, 1_199, 3_599, 3_600].map(nextMark), [600, 1_200, 1_200, 3_600, undefined])
  assert.deepEqual([0, 1_800, 9_000].map(onScale), [0, 0.5, 1])
})

test('initials are of first and last name, without titles and credentials', () => {
  assert.deepEqual(
    ['Ada Quinn, RN', 'Dr. Elena Marsh', 'Ben Osei, LPN (simulated)', 'Cher', 'Ana de la Cruz', ''].map(
      initialsOf,
    ),
    ['AQ', 'EM', 'BO', 'C', 'AC', '?'],
  )
})
