import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ledgerVariables } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import { type Views, viewsEngine, viewsVariables } from '@cufflink/views'
import { Type } from 'typebox'
import { type Settings, startProgram } from '../e2e/harness/program.ts'
import { pageIsRight } from './console-page.ts'
import { auditIsClean, comeToRest, more } from './steps.ts'
import { type System, startDistributed, startEmbeddedSystem } from './system.ts'
import { watchTallies } from './watched.ts'

/** Each publishes twice a second. */
const DEVICES = 40
const PER_SECOND = 2 * DEVICES
const LOOKS_EVERY_MS = 50

/**
 * A rebuild while devices publish, killed each time that it says one of these, and then let run to its end. The tallies are watched
 * all along: none says more than was sent, none less than it said before.
 */
async function rebuiltUnderLoad(system: System, killedAt: readonly RegExp[]): Promise<void> {
  const { fleet, views, settings } = system
  const rebuild = () => startProgram('scripts/cufflink.ts', settings, ['rebuild'])
  fleet.publish(PER_SECOND)
  await more(fleet, 5 * PER_SECOND, 'acknowledged')
  {
    await using seen = await readAtOnce(settings)
    await using watch = watchTallies({ ...system, views: seen }, LOOKS_EVERY_MS)
    let live = 2
    for (const said of killedAt) {
      await using killed = rebuild()
      await killed.prints(said)
      // One that came to its end before it was killed leaves nothing to do, and the next fills another generation.
      if ((await killed.end('SIGKILL')).code === 0) live += 1
      await more(fleet, PER_SECOND, 'acknowledged')
    }
    await using last = rebuild()
    await last.prints(/is live, filled|rebuild is complete/)
    assert.equal((await last.ends()).code, 0)
    assert.equal(await views.generations.live(), live)
    await more(fleet, PER_SECOND, 'acknowledged')
    await comeToRest(system)
    assert.equal(views.generation, live)
    assert.deepEqual(watch.exceeding.slice(0, 10), [])
    assert.deepEqual(watch.falling.slice(0, 10), [])
    assert.ok(watch.looks > 10, 'the tallies were read')
  }
  await auditIsClean(system)
  await pageIsRight(system)
}

/** Reads what is live at this moment, where a console would notice half a second later: whatever is missing then shows. */
async function readAtOnce(env: Settings) {
  const owned = new AsyncDisposableStack()
  const settings = loadConfig(Type.Object({ ...ledgerVariables, ...viewsVariables }), { env })
  const engine = await viewsEngine(settings, { warn: assert.fail })
  const opened = new Map<number, Promise<Views>>()
  const open = async (generation: number): Promise<Views> =>
    owned.adopt(await engine.open(generation), (views) => views.close())
  const { generations } = await open(1)
  const tallies: Views['evaluations']['tallies'] = async (...which) => {
    const live = await generations.live()
    const { evaluations } = await opened.getOrInsertComputed(live, open)
    return evaluations.tallies(...which)
  }
  return { evaluations: { tallies }, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

test('a rebuild on Kafka and Redis, killed as it evaluates and just after its flip, miscounts at no instant', async () => {
  await using system = await startDistributed({ devices: DEVICES })
  await rebuiltUnderLoad(system, [/Evaluating/, /is live/])
})

test('an embedded rebuild, killed as it folds and as it compares, miscounts at no instant', async () => {
  await using system = await startEmbeddedSystem({ devices: DEVICES })
  await rebuiltUnderLoad(system, [/Folding/, /Comparing/])
})
