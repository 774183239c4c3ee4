import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkMessage } from '@cufflink/contracts'
import fc from 'fast-check'
import { readWorkMessage } from '../../../src/app/timer/read-work.ts'
import { ending, hello, running } from './fake-work.ts'

const messages: readonly WorkMessage[] = [
  hello,
  running('a'),
  ending('a', 'idle'),
  { type: 'timer.warning', session: 's-a', stopsInMs: 30_000 },
  { type: 'presence.due' },
  { type: 'refused', request: 1, code: 'TIMER_LOST', message: 'It ended.' },
  { type: 'day', date: '2026-03-04', seconds: 600 },
]

for (const message of messages) {
  test(`reads “${message.type}”, and not without one of its members`, () => {
    assert.deepEqual(readWorkMessage(JSON.stringify(message)), message)
    for (const key of Object.keys(message)) {
      assert.equal(readWorkMessage(JSON.stringify({ ...message, [key]: undefined })), undefined, key)
    }
  })
}

test('any text is read or refused, never thrown on', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readWorkMessage(text) === undefined))
})
