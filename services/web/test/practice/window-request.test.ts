import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstView } from '../../src/practice/list-view.ts'
import { requestText, seenAtFirst, shows, wantedWindow } from '../../src/practice/window-request.ts'
import { row, window } from '../live/fixtures.ts'

test('the window that is wanted has the lines that are seen, and some above and below', () => {
  for (let from = 0; from < 3_000; from += 7) {
    const seen = { from, to: from + 43 }
    const { first, count } = wantedWindow(firstView, seen)
    assert.ok(first <= Math.max(0, from - 30) && first + count >= seen.to + 30, `${from}`)
    assert.ok(count <= 160)
  }
  assert.equal(wantedWindow(firstView, { from: 0, to: 9_000 }).count, 500)
})

test('it stays the same while somebody scrolls a little', () => {
  const texts = Array.from({ length: 200 }, (_, from) =>
    requestText(wantedWindow(firstView, { from, to: from + 20 })),
  )
  assert.ok(new Set(texts).size <= 20)
})

test('a list that nobody has touched wants what comes without a request', () => {
  assert.deepEqual(wantedWindow(firstView, seenAtFirst), { ...firstView, first: 0, count: 100 })
})

test('a window shows what is seen when it is of the view and has a line of it', () => {
  const rows = Array.from({ length: 20 }, (_, n) => row(`p-${n}`))
  const at = (first: number, matching = 1_000) => window(1, rows, { first, matching })
  assert.equal(shows(at(100), firstView, { from: 110, to: 130 }), true)
  assert.equal(shows(at(100), firstView, { from: 119, to: 130 }), true)
  assert.equal(shows(at(100), firstView, { from: 120, to: 140 }), false)
  assert.equal(shows(at(100), firstView, { from: 80, to: 100 }), false)
  assert.equal(shows(at(0, 20), firstView, { from: 500, to: 520 }), true, 'the list has become shorter')
  assert.equal(shows(at(100), { ...firstView, search: 'ng' }, { from: 110, to: 130 }), false)
  assert.equal(shows(window(1, []), firstView, seenAtFirst), true, 'none is like that')
})
