import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signFilter, signs } from '../../../src/app/timer/activity.ts'

/** As a browser makes it: an event of a script is not trusted. */
const event = (type: string, more: object = {}): Event => ({ type, isTrusted: true, ...more }) as Event

test('a key that is pressed is a sign, one that something lies on is not', () => {
  const isSign = signFilter()
  assert.ok(isSign(event('keydown', { repeat: false })))
  assert.ok(!isSign(event('keydown', { repeat: true })))
})

test('a pointer is a sign when it moves on the screen, not when the page moves under it', () => {
  const isSign = signFilter()
  const at = (screenX: number, screenY: number) => event('pointermove', { screenX, screenY })
  assert.deepEqual([at(1, 1), at(1, 1), at(1, 2), at(1, 2)].map(isSign), [true, false, true, false])
  assert.ok(isSign(event('pointerdown')))
})

test('what a script does is no sign', () => {
  assert.ok(!signFilter()(event('pointerdown', { isTrusted: false })))
})

test('dictation and other writing without a key is a sign', () => {
  for (const type of ['beforeinput', 'input', 'compositionend'] as const) {
    assert.ok(signs.includes(type))
    assert.ok(signFilter()(event(type)))
    assert.ok(!signFilter()(event(type, { isTrusted: false })), 'nothing that a script wrote')
  }
})
