import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort, staysSilent, waitFor } from '@cufflink/testkit'

test('gives what the condition gave, as soon as it holds', async () => {
  let looks = 0
  const value = await waitFor(() => (looks++ < 3 ? undefined : 'here'), {
    withinMs: 5000,
    what: 'it',
    everyMs: 1,
  })
  assert.equal(value, 'here')
  assert.equal(looks, 4)
})

test('takes an error for not yet, and gives the last one as the cause', async () => {
  const refused = new Error('refused')
  const waiting = waitFor(() => Promise.reject(refused), { withinMs: 60, what: 'the broker to answer' })
  await assert.rejects(waiting, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'WAIT_EXPIRED')
    assert.match(error.message, /Waited 60 ms for the broker to answer\.$/)
    assert.equal(error.cause, refused)
    return true
  })
})

test('ends in time though the condition never answers', async () => {
  const never = new Promise<boolean>(() => undefined)
  await assert.rejects(
    waitFor(() => never, { withinMs: 50, what: 'silence' }),
    { code: 'WAIT_EXPIRED' },
  )
})

test('ends early with the reason of its signal', async () => {
  const reason = new Error('it ended')
  const waiting = waitFor(() => false, { withinMs: 60_000, what: 'it', signal: AbortSignal.abort(reason) })
  await assert.rejects(waiting, reason)
})

test('gives no port twice, and none that the kernel takes for outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  assert.equal(new Set(ports).size, 50)
  assert.ok(ports.every((port) => port < 32_768))
})

test('silence is what no answer ended', async () => {
  assert.equal(await staysSilent(new Promise(() => undefined), 20), true)
  assert.equal(await staysSilent(Promise.resolve(), 60_000), false)
  await assert.rejects(staysSilent(Promise.reject(new Error('it ended')), 60_000), /it ended/)
})
