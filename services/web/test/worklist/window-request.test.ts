import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstView } from '../../src/worklist/list-view.ts'
import { answers, wantedWindow } from '../../src/worklist/window-request.ts'
import { window } from '../app/live/fixtures.ts'

const wanted = wantedWindow(firstView, 500)

test('a window is an answer when it is of the view and begins where it is wanted', () => {
  assert.ok(answers(window(1, [], wanted), wanted, false))
  assert.ok(!answers(window(1, [], { ...wanted, first: 0 }), wanted, false))
  assert.ok(!answers(window(1, [], { ...wanted, search: 'ng' }), wanted, false))
  assert.ok(!answers(window(1, [], { ...wanted, quick: ['call'] }), wanted, false))
  const order = { key: 'name', direction: 'descending' } as const
  assert.ok(!answers(window(1, [], { ...wanted, order }), wanted, true))
})

test('the short window that comes by itself is shown first, and never in the place of a longer one', () => {
  const unasked = window(1, [])
  assert.ok(answers(unasked, wantedWindow(firstView, 0), true))
  assert.ok(!answers(unasked, wantedWindow(firstView, 0), false))
})
