import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Focus } from '../../src/worklist/list-keys.ts'
import { listCommand } from '../../src/worklist/list-keys.ts'

const noModifier = { ctrlKey: false, metaKey: false, altKey: false }
const press = (key: string, focus: Focus, more = {}) =>
  listCommand({ key, ...noModifier, ...more }, focus, true)

test('letters move through the list, unless someone types', () => {
  assert.deepEqual(
    ['j', 'k', '/', '?', 'x'].map((key) => press(key, 'elsewhere')),
    ['next', 'previous', 'search', 'help', undefined],
  )
  for (const focus of ['search', 'typing'] as const) {
    assert.deepEqual(
      ['j', 'k', '/', '?'].map((key) => press(key, focus)),
      [undefined, undefined, undefined, undefined],
    )
  }
})

test('arrows move from line to line and down from the search; elsewhere they scroll', () => {
  assert.equal(press('ArrowDown', 'line'), 'next')
  assert.equal(press('ArrowUp', 'line'), 'previous')
  assert.equal(press('ArrowDown', 'search'), 'next')
  assert.equal(press('ArrowUp', 'search'), undefined)
  assert.equal(press('ArrowDown', 'elsewhere'), undefined)
})

test('what is the browser’s stays the browser’s', () => {
  assert.equal(press('k', 'line', { ctrlKey: true }), undefined)
  assert.equal(press('j', 'line', { metaKey: true }), undefined)
})

test('letters do nothing once single keys are turned off; arrows still move', () => {
  const off = (key: string, focus: Focus) => listCommand({ key, ...noModifier }, focus, false)
  assert.deepEqual(
    ['j', 'k', '/', '?'].map((key) => off(key, 'line')),
    [undefined, undefined, undefined, undefined],
  )
  assert.deepEqual([off('ArrowDown', 'search'), off('ArrowUp', 'line')], ['next', 'previous'])
})
