import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtSession, onDoubt, withoutDoubt } from '../../../src/app/session/doubt.ts'

test('a doubt is heard until no one listens any more', () => {
  let asked = 0
  const stop = onDoubt(() => (asked += 1))
  doubtSession()
  stop()
  doubtSession()
  assert.equal(asked, 1)
})

test('while the password changes nothing is doubted, and after it the session is asked once', async () => {
  let asked = 0
  const stop = onDoubt(() => (asked += 1))
  await withoutDoubt(async () => {
    doubtSession()
    doubtSession()
    await Promise.resolve()
    assert.equal(asked, 0)
  })
  assert.equal(asked, 1)
  await assert.rejects(withoutDoubt(() => Promise.reject(new Error('refused'))))
  assert.equal(asked, 2)
  stop()
})
