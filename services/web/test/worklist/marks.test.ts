import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialsOf, onScale } from '../../src/worklist/marks.ts'

test('the scale ends at the last mark', () => {
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
