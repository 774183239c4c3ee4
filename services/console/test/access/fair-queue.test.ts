import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { networksOf } from '@cufflink/runtime'
import { createFairQueue, type Lane } from '../../src/access/fair-queue.ts'

const MINUTE_MS = 60_000

const at = (address: string): Lane => ({ groups: networksOf(address), known: false })

/** A queue that does one thing at a time, from when it is let. Whatever it does was wrong, unless it is `right`. */
function queueOf(perTier: number) {
  const time = { now: 5_000 }
  const queue = createFairQueue({ atOnce: 1, perTier, stopwatch: () => time.now })
  const done: string[] = []
  const refused: string[] = []
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
  const all: Promise<unknown>[] = [queue.run(at('198.51.100.1'), () => gate)]
  return {
    time,
    done,
    refused,
    ask(lane: Lane, what: string, { right = false } = {}) {
      const act = async () => {
        done.push(what)
        if (!right) queue.setBack(lane)
      }
      all.push(queue.run(lane, act).catch(() => refused.push(what)))
    },
    setBack(lane: Lane, times: number) {
      for (let n = 0; n < times; n += 1) queue.setBack(lane)
    },
    async finish() {
      letGo()
      await Promise.all(all)
    },
  }
}

describe('A fair queue', () => {
  test('goes by turns between networks first, then between the addresses of each', async () => {
    const queue = queueOf(20)
    for (let n = 1; n <= 4; n += 1) queue.ask(at('203.0.113.1'), `flood ${n}`)
    queue.ask(at('203.0.113.2'), 'beside it')
    queue.ask(at('192.0.2.1'), 'ada')
    queue.ask(at('192.0.2.2'), 'ben')
    await queue.finish()
    assert.deepEqual(queue.done, ['flood 1', 'ada', 'beside it', 'ben', 'flood 2', 'flood 3', 'flood 4'])
  })

  test('takes an IPv6 site for one, however many of its networks ask', async () => {
    const queue = queueOf(20)
    for (let n = 1; n <= 3; n += 1) queue.ask(at(`2001:db8:1:${n}::1`), `flood ${n}`)
    queue.ask(at('2001:db8:2:1::1'), 'ada')
    await queue.finish()
    assert.deepEqual(queue.done, ['flood 1', 'ada', 'flood 2', 'flood 3'])
  })

  test('does what is known first', async () => {
    const queue = queueOf(20)
    queue.ask(at('192.0.2.1'), 'ada')
    queue.ask({ groups: ['nora browser-1'], known: true }, 'nora')
    await queue.finish()
    assert.deepEqual(queue.done, ['nora', 'ada'])
  })

  test('when full refuses the newest of the largest network, not a new person', async () => {
    const queue = queueOf(6)
    for (let n = 1; n <= 4; n += 1) queue.ask(at(`203.0.113.${n}`), `flood ${n}`)
    queue.ask(at('203.0.113.1'), 'flood 5')
    for (let n = 1; n <= 4; n += 1) queue.ask(at(`${n}.0.0.1`), `person ${n}`)
    await queue.finish()
    assert.deepEqual(queue.refused, ['flood 5', 'flood 4', 'flood 3'])
  })

  test('when full of one request from each network refuses those that were wrong before, and of equals the newest', async () => {
    const queue = queueOf(3)
    for (let n = 1; n <= 3; n += 1) queue.setBack(at(`10.${n}.0.1`), 1)
    for (let n = 1; n <= 3; n += 1) queue.ask(at(`10.${n}.0.1`), `flood ${n}`)
    for (let n = 1; n <= 4; n += 1) queue.ask(at(`${n}.0.0.1`), `person ${n}`)
    await queue.finish()
    assert.deepEqual(queue.refused, ['flood 3', 'flood 2', 'flood 1', 'person 4'])
  })

  test('sets nothing back that was right', async () => {
    const queue = queueOf(20)
    for (let n = 1; n <= 3; n += 1) queue.ask(at('192.0.2.1'), `clinic ${n}`, { right: true })
    queue.ask(at('203.0.113.1'), 'later')
    await queue.finish()
    assert.deepEqual(queue.done, ['clinic 1', 'clinic 2', 'clinic 3', 'later'])
  })

  test('forgives a wrong password in ten minutes, and any number of them in five hours', async () => {
    const queue = queueOf(20)
    queue.setBack(at('192.0.2.1'), 1)
    queue.setBack(at('203.0.113.1'), 1_000)
    queue.time.now += 10 * MINUTE_MS
    queue.ask(at('203.0.113.1'), 'many')
    queue.ask(at('192.0.2.1'), 'one')
    queue.ask(at('198.51.100.1'), 'none')
    await queue.finish()
    assert.deepEqual(queue.done, ['one', 'none', 'many'])

    const later = queueOf(20)
    later.setBack(at('203.0.113.1'), 1_000)
    later.time.now += 300 * MINUTE_MS
    later.ask(at('203.0.113.1'), 'many')
    later.ask(at('192.0.2.1'), 'none')
    await later.finish()
    assert.deepEqual(later.done, ['many', 'none'])
  })

  test('goes on after something failed', async () => {
    const queue = createFairQueue({ atOnce: 1, perTier: 1, stopwatch: () => 0 })
    await assert.rejects(
      queue.run(at('192.0.2.1'), () => Promise.reject(new Error('broken'))),
      /broken/,
    )
    assert.equal(await queue.run(at('192.0.2.1'), async () => 7), 7)
  })
})
