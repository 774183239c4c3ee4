import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellText, dayCells, stripText } from '../../src/worklist/strip/day-cells.ts'

const readingsPerDate = [1, 0, 2, 5, ...Array.from({ length: 26 }, () => 0)]
const period = { start: '2026-02-27', end: '2026-03-28', readingsPerDate }
const cells = dayCells(period, '2026-03-02')

test('gives each date of the period its cell, over the end of the month', () => {
  assert.equal(cells.length, 30)
  assert.deepEqual(
    cells.slice(0, 5).map(({ date, when, level }) => [date, when, level]),
    [
      ['2026-02-27', 'past', 1],
      ['2026-02-28', 'past', 0],
      ['2026-03-01', 'past', 2],
      ['2026-03-02', 'today', 3],
      ['2026-03-03', 'future', 0],
    ],
  )
  assert.equal(cells.at(-1)?.date, period.end)
})

test('says date and number of each cell', () => {
  assert.deepEqual(cells.slice(0, 5).map(cellText), [
    'Fri, Feb 27: 1 reading',
    'Sat, Feb 28: no reading',
    'Sun, Mar 1: 2 readings',
    'Mon, Mar 2 (today): 5 readings',
    'Tue, Mar 3: to come',
  ])
})

test('says the strip in one sentence', () => {
  assert.equal(
    stripText(cells, period),
    'Feb 27 to Mar 28, readings on 3 of 30 days, 1 past day without, today 5 readings',
  )
})
