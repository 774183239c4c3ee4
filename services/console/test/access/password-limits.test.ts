import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CufflinkError, failure } from '@cufflink/contracts'
import { type Claimant, createPasswordLimits } from '../../src/access/password-limits.ts'

function limitsAt() {
  const time = { now: 5_000 }
  const limits = createPasswordLimits(() => time.now)
  /** How a try ends: right, wrong, or the seconds to wait. */
  async function attempt(claimant: Claimant, right = false): Promise<boolean | number> {
    try {
      return await limits.guard(claimant, async () => right)
    } catch (error) {
      assert.ok(error instanceof CufflinkError)
      assert.equal(error.code, 'SIGN_IN_THROTTLED')
      return error.retryAfterS!
    }
  }
  const guess = async (claimant: Claimant, times: number): Promise<number> => {
    let looked = 0
    for (let n = 0; n < times; n += 1) if ((await attempt(claimant)) === false) looked += 1
    return looked
  }
  return { time, limits, attempt, guess }
}

const nora = { name: 'nora', address: '192.0.2.1' }

describe('Wrong passwords', () => {
  test('of one name from one address are ten at once, then one a minute; it says when', async () => {
    const { time, attempt, guess } = limitsAt()
    assert.equal(await guess(nora, 30), 10)
    assert.equal(await attempt(nora, true), 60)
    time.now += 59_001
    assert.equal(await attempt(nora, true), 1)
    time.now += 999
    assert.equal(await attempt(nora, true), true)
  })

  test('keep counting, however many other names are guessed at meanwhile', async () => {
    const { attempt, guess } = limitsAt()
    await guess(nora, 10)
    for (let n = 0; n < 20_000; n += 1)
      await attempt({ name: `made-up-${n}`, address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` })
    assert.equal(await guess(nora, 5), 0)
    assert.equal(await attempt({ name: 'ada', address: '192.0.2.7' }, true), true)
  })

  test('of one name from everywhere are sixty an hour, and lock its owner out of no browser of hers', async () => {
    const { attempt, guess } = limitsAt()
    let looked = 0
    for (let n = 0; n < 200; n += 1) looked += await guess({ name: 'nora', address: `203.0.113.${n}` }, 10)
    assert.equal(looked, 60)
    assert.equal(await attempt({ ...nora, address: '198.51.100.1' }, true), 60)
    assert.equal(await attempt({ ...nora, knownAs: 'browser-1' }, true), true)
    assert.equal(await guess({ ...nora, knownAs: 'browser-1' }, 30), 10, 'it has a limit of its own')
    assert.equal(await attempt({ ...nora, knownAs: 'browser-2' }, true), true)
  })

  test('from one address are a hundred at once for all names, and hinder no other address', async () => {
    const { attempt } = limitsAt()
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, n) => attempt({ name: `made-up-${n}`, address: '192.0.2.9' })),
    )
    assert.equal(outcomes.filter((one) => one === false).length, 100)
    assert.equal(await attempt(nora, true), true)
  })

  test('that were right, or were not looked at, do not count', async () => {
    const { attempt, limits } = limitsAt()
    for (let n = 0; n < 500; n += 1) assert.equal(await attempt(nora, true), true)
    const busy = () => limits.guard(nora, () => Promise.reject(failure('SIGN_IN_THROTTLED')))
    for (let n = 0; n < 50; n += 1) await assert.rejects(busy)
    assert.equal(await attempt(nora, true), true)
  })

  test('many at once are no way around', async () => {
    const { attempt } = limitsAt()
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => attempt(nora)))
    assert.equal(outcomes.filter((one) => one === false).length, 10)
  })
})
