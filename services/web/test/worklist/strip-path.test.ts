import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayCells } from '../../src/worklist/strip/day-cells.ts'
import { cellAt, cellLeft, cellWidth, stripPaths, stripWidth } from '../../src/worklist/strip/strip-path.ts'

test('each place over a cell is that cell, a place between two is the one before', () => {
  for (let index = 0; index < 30; index += 1) {
    const width = stripWidth(30)
    assert.equal(cellAt(30, (cellLeft(index) + 0.1) / width), index)
    assert.equal(cellAt(30, (cellLeft(index) + cellWidth) / width), index)
  }
  assert.equal(cellAt(30, 2), 29)
  assert.equal(cellAt(0, 0.5), 0)
})

test('cells of a kind share one path', () => {
  const readingsPerDate = [1, 0, 2, 1, 0]
  const period = { start: '2026-03-01', end: '2026-03-05', readingsPerDate }
  const paths = stripPaths(dayCells(period, '2026-03-04'))
  assert.deepEqual(
    paths.map(({ kind, path }) => [kind, path.split('z').length - 1]),
    [
      ['1', 2],
      ['none', 1],
      ['2', 1],
      ['future', 1],
    ],
  )
})
