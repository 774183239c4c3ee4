import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createLifecycle, createLogger, type StopStage } from '../src/index.ts'
import { evolve, type LifecycleEvent, type LifecycleState, starting } from '../src/lifecycle-state.ts'
import { capture } from './capture.ts'

const make = (deadlinesMs: Partial<Record<StopStage, number>> = {}) => {
  const { lines, destination } = capture()
  const logger = createLogger({ service: 'gateway', destination })
  const lifecycle = createLifecycle({ logger, service: 'gateway', deadlinesMs })
  const states = () => lines.map((line) => JSON.parse(line).state).filter((state) => state !== undefined)
  return { lifecycle, lines, states }
}
const nothing = async () => {}
const stop = { reason: 'test' }

describe('a life cycle', () => {
  test('starts, runs, drains and stops, and says so', async () => {
    const { lifecycle, states } = make()
    const names: string[] = [lifecycle.state.name]
    await lifecycle.start(nothing)
    names.push(lifecycle.state.name)
    await lifecycle.stop(stop)
    names.push(lifecycle.state.name)
    assert.deepEqual(names, ['starting', 'running', 'stopped'])
    assert.equal(await lifecycle.finished, 0)
    assert.deepEqual(states(), ['running', 'draining', 'stopped'])
  })

  test('stops by stages, and within a stage what was opened last first', async () => {
    const { lifecycle } = make()
    const order: string[] = []
    const note = (name: string) => async () => {
      await new Promise(setImmediate)
      order.push(name)
    }
    await lifecycle.start(async () => {
      lifecycle.onStop('stores', 'ledger', note('ledger'))
      lifecycle.onStop('producer', 'producer', note('producer'))
      lifecycle.onStop('intake', 'mqtt', note('mqtt'))
      lifecycle.onStop('watermarks', 'tracker', note('tracker'))
      lifecycle.onStop('intake', 'http', note('http'))
      lifecycle.onStop('in-flight', 'acknowledgements', note('acknowledgements'))
    })
    await Promise.all([lifecycle.stop(stop), lifecycle.stop(stop)])
    await lifecycle.stop(stop)
    assert.deepEqual(order, ['http', 'mqtt', 'acknowledgements', 'producer', 'tracker', 'ledger'])
  })

  test('whose start fails undoes what was opened, throws the failure on, and has failed', async () => {
    const { lifecycle, states } = make()
    let closed = false
    const failed = lifecycle.start(async () => {
      lifecycle.onStop('stores', 'ledger', () => {
        closed = true
      })
      throw new Error('no port')
    })
    await assert.rejects(failed, /no port/)
    assert.ok(closed)
    assert.equal(await lifecycle.finished, 1)
    assert.deepEqual(states(), ['draining', 'failed'])
  })

  test('that is stopped while it starts lets the start end, then undoes it', async () => {
    const { lifecycle, states } = make()
    const order: string[] = []
    const started = lifecycle.start(async () => {
      await new Promise((resolve) => lifecycle.signal.addEventListener('abort', resolve))
      await new Promise(setImmediate)
      order.push('opened')
      lifecycle.onStop('stores', 'ledger', () => order.push('closed'))
    })
    await lifecycle.stop(stop)
    await started
    assert.deepEqual(order, ['opened', 'closed'])
    assert.deepEqual(states(), ['draining', 'stopped'])
  })

  test('that is stopped while it starts does not mind the start giving up', async () => {
    const { lifecycle } = make()
    const started = lifecycle.start(async () => {
      await new Promise((resolve) => lifecycle.signal.addEventListener('abort', resolve))
      lifecycle.signal.throwIfAborted()
    })
    await lifecycle.stop(stop)
    await started
    assert.equal(await lifecycle.finished, 0)
  })

  test('goes on stopping when a step fails or passes its deadline, names it, and has failed', async () => {
    const { lifecycle, lines } = make({ intake: 20 })
    let closed = false
    lifecycle.onStop('intake', 'mqtt', () => new Promise(() => {}))
    lifecycle.onStop('in-flight', 'acknowledgements', () => {
      throw new Error('broken')
    })
    lifecycle.onStop('stores', 'ledger', () => {
      closed = true
    })
    await lifecycle.start(nothing)
    await lifecycle.stop(stop)
    assert.ok(closed)
    assert.equal(await lifecycle.finished, 1)
    const steps = lines.map((line) => JSON.parse(line).step).filter((step) => step !== undefined)
    assert.deepEqual(steps, ['mqtt', 'acknowledgements'])
  })

  test('that fails drains, aborts its signal and ends as failed, even when it was stopping', async () => {
    const { lifecycle } = make()
    await lifecycle.start(nothing)
    let aborted = false
    lifecycle.onStop('intake', 'mqtt', () => {
      aborted = lifecycle.signal.aborted
    })
    const stopped = lifecycle.stop(stop)
    await Promise.all([lifecycle.fail(new Error('defect')), stopped])
    assert.ok(aborted)
    assert.equal(lifecycle.state.name, 'failed')
    await lifecycle.fail(new Error('late'))
    await lifecycle.stop(stop)
    assert.equal(await lifecycle.finished, 1)
  })
})

describe('evolve', () => {
  const events = fc.constantFrom<LifecycleEvent>(
    { type: 'started' },
    { type: 'stop requested' },
    { type: 'failure' },
    { type: 'drained' },
  )

  test('never leaves rest, never forgets a failure, and never runs after draining', () => {
    fc.assert(
      fc.property(fc.array(events), (history) => {
        let failed = false
        let drained = false
        let state: LifecycleState = starting
        for (const event of history) {
          const before = state
          try {
            state = evolve(state, event)
          } catch {
            continue
          }
          if (before.name === 'stopped' || before.name === 'failed') assert.equal(state, before)
          drained ||= before.name === 'draining'
          failed ||= event.type === 'failure' && before.name !== 'stopped'
          if (drained) assert.notEqual(state.name, 'running')
          if (failed) assert.notEqual(state.name, 'stopped')
        }
      }),
    )
  })

  test('refuses what cannot happen', () => {
    assert.throws(() => evolve({ name: 'running' }, { type: 'started' }), { code: 'INTERNAL' })
    assert.throws(() => evolve({ name: 'stopped' }, { type: 'started' }), { code: 'INTERNAL' })
    assert.throws(() => evolve({ name: 'running' }, { type: 'drained' }), { code: 'INTERNAL' })
  })
})
