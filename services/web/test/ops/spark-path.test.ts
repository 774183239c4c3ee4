import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sparkPath } from '../../src/ops/spark-path.ts'

const frame = { width: 60, height: 10, endMs: 60_000, windowMs: 60_000, peak: 4 }

test('draws the newest at the right edge and the peak at the top', () => {
  const points = [
    { atMs: 58_000, value: 0 },
    { atMs: 59_000, value: 2 },
    { atMs: 60_000, value: 4 },
  ]
  assert.equal(sparkPath(points, frame), 'M58 10L59 5L60 0')
})

test('joins nothing over seconds that were not measured', () => {
  const points = [
    { atMs: 10_000, value: 4 },
    { atMs: 60_000, value: 4 },
  ]
  assert.equal(sparkPath(points, frame), 'M10 0M60 0')
})

test('a minute of nothing is a line at the bottom', () => {
  assert.equal(sparkPath([{ atMs: 60_000, value: 0 }], { ...frame, peak: 0 }), 'M60 10')
})
