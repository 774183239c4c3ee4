import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFairQueue, type Lane } from '../../src/access/fair-queue.ts'

const stranger = (name: string): Lane => ({ name, known: false })

/** A queue that does one thing at a time, each when it is let. */
function queueOf(bounds: { perLane: number; perTier: number }) {
  const queue = createFairQueue({ atOnce: 1, ...bounds })
  const done: string[] = []
  const refused: string[] = []
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
  const first = queue.run(stranger('first'), () => gate)
  const all: Promise<unknown>[] = [first]
  return {
    done,
    refused,
    ask(lane: Lane, what = lane.name) {
      all.push(queue.run(lane, async () => done.push(what)).catch(() => refused.push(what)))
    },
    async finish() {
      letGo()
      await Promise.all(all)
    },
  }
}

describe('A fair queue', () => {
  test('lets lanes take turns, however many one asks for', async () => {
    const queue = queueOf({ perLane: 10, perTier: 20 })
    for (let n = 0; n < 5; n += 1) queue.ask(stranger('flood'))
    queue.ask(stranger('ada'))
    queue.ask(stranger('ben'))
    await queue.finish()
    assert.deepEqual(queue.done.slice(0, 4), ['flood', 'ada', 'ben', 'flood'])
  })

  test('does what is known first', async () => {
    const queue = queueOf({ perLane: 10, perTier: 20 })
    queue.ask(stranger('ada'))
    queue.ask({ name: 'nora', known: true })
    await queue.finish()
    assert.deepEqual(queue.done, ['nora', 'ada'])
  })

  test('refuses what is too much of one lane, and when full what is last in the longest', async () => {
    const queue = queueOf({ perLane: 4, perTier: 6 })
    for (let n = 1; n <= 5; n += 1) queue.ask(stranger('flood'), `flood ${n}`)
    for (const name of ['ada', 'ben', 'cy', 'dee', 'eve', 'fay', 'gil']) queue.ask(stranger(name))
    await queue.finish()
    assert.deepEqual(new Set(queue.done), new Set(['flood 1', 'ada', 'ben', 'cy', 'dee', 'eve']))
    assert.deepEqual(
      new Set(queue.refused),
      new Set(['flood 2', 'flood 3', 'flood 4', 'flood 5', 'fay', 'gil']),
    )
  })

  test('goes on after something failed', async () => {
    const queue = createFairQueue({ atOnce: 1, perLane: 1, perTier: 1 })
    await assert.rejects(
      queue.run(stranger('ada'), () => Promise.reject(new Error('broken'))),
      /broken/,
    )
    assert.equal(await queue.run(stranger('ada'), async () => 7), 7)
  })
})
