import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import { createStopwatch } from '@cufflink/runtime'
import { waitFor } from '@cufflink/testkit'
import { extended } from '../../src/timers/time-facts.ts'
import type { Timer } from '../../src/timers/timer.ts'
import { at, handClock, SECOND_MS } from '../charts-fixture.ts'
import { type Engines, refused } from '../console-fixture.ts'
import type { EmptiableEngines } from '../emptiable.ts'
import {
  AT_ONCE,
  creditedSeconds,
  factsOf,
  newOwner,
  type Server,
  sign,
  startServer,
  type TestOwner,
  work,
} from './timers-fixture.ts'

const NOON = at('2026-03-17')
/** So short that an orphan need not be waited for. */
const SHORT_LEASE_MS = 300

let clinicians = 0
/** A clinician of one test. */
const somebody = (): string => {
  clinicians += 1
  return `nurse-${clinicians}`
}

/** The timers of clinicians, on any engines. */
export function timersSuite(title: string, open: () => Promise<EmptiableEngines>): void {
  describe(title, { concurrency: 1 }, () => {
    let engines: EmptiableEngines
    before(async () => {
      engines = await open()
    })
    after(() => engines[Symbol.asyncDispose]())

    const typesOf = async (clinician: string): Promise<readonly string[]> =>
      (await factsOf(engines, clinician)).map(({ type }) => type.slice('time.'.length))
    const stopsOf = async (clinician: string) =>
      (await factsOf(engines, clinician)).flatMap((fact) => (fact.type === 'time.stopped' ? [fact.data] : []))
    const seconds = async (clinician: string) =>
      creditedSeconds(await factsOf(engines, clinician), clinician, NOON)

    /** Time passes in which the person works, and heartbeats and ticks come as they do. */
    async function works(
      server: Server,
      owner: TestOwner,
      forSeconds: number,
      time: ReturnType<typeof handClock>,
    ) {
      for (let second = 0; second < forSeconds; second += 1) {
        time.pass(SECOND_MS)
        if (second % 4 === 3) server.presence(owner, sign())
        await server.tick()
        await settled()
      }
      server.presence(owner, sign())
      await server.tick()
      await settled()
    }

    /** Time passes by hand, while the ledger takes its own: it is given that. */
    const settled = async (): Promise<void> => {
      while (engines.ledger.queued > 0) await new Promise(setImmediate)
      await new Promise(setImmediate)
    }

    /** A server with a clinician at work on a patient. */
    async function atWork(options: { patient?: string; leaseMs?: number } = {}) {
      const { patient = 'p-1', leaseMs } = options
      const time = handClock(NOON)
      const limits = leaseMs === undefined ? {} : { leaseMs }
      const server = startServer(engines, { time, limits })
      const clinician = somebody()
      const owner = newOwner(clinician)
      await server.start(owner, work(patient))
      const run = (forSeconds: number) => works(server, owner, forSeconds, time)
      return { time, limits, server, clinician, owner, run }
    }

    /** What a server that lost a timer, and does not know it yet, says of it. */
    const extendsStale = (timer: Timer, until: number) =>
      engines.ledger.append(extended({ ...timer, provenMs: until - timer.startedAt }, until))

    test('start, are saved, are extended every half minute, and stop at the last proof', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      assert.deepEqual(
        owner.told.map((one) => one.told === 'running' && one.saved),
        [false],
      )
      await waitFor(() => owner.told.length === 2, { what: 'the timer to be saved' })
      assert.deepEqual(owner.told[1], {
        told: 'running',
        session: owner.session,
        workedMs: 0,
        atMs: 0,
        saved: true,
      })
      await run(100)
      time.pass(3 * SECOND_MS)
      await server.stop(owner, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 103)
      const facts = await factsOf(engines, clinician)
      const proofs = facts.flatMap((fact) =>
        'until' in fact.data && 'epoch' in fact.data ? [fact.data.until] : [],
      )
      for (const [index, until] of proofs.entries())
        assert.ok(
          until - (proofs[index - 1] ?? NOON) <= 30 * SECOND_MS,
          `${proofs.join(' ')} are too far apart`,
        )
      assert.equal(facts.filter(({ type }) => type === 'time.stopped').length, 1)
      assert.deepEqual(owner.reasons, ['stopped'])
      assert.equal(server.running, 0)
    })

    test('ask a page that is late, until its heartbeat comes', async () => {
      const { server, owner, run, time } = await atWork()
      await run(20)
      assert.equal(owner.lates, 0, 'who proves presence in time is not asked')
      for (let second = 0; second < 60; second += 1) {
        const before = owner.lates
        time.pass(SECOND_MS)
        await server.tick()
        await settled()
        if (owner.lates > before) server.presence(owner, sign())
      }
      assert.equal(owner.lates, 12, 'every fifth second')
      assert.equal(server.running, 1)
    })

    test('warn a person who is idle, go on when they move, and else end at the last presence', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(20)
      const idle = async (fromSecond: number, toSecond: number): Promise<void> => {
        for (let second = fromSecond; second < toSecond; second += 4) {
          time.pass(4 * SECOND_MS)
          server.presence(owner, sign((second + 4) * SECOND_MS))
          await server.tick()
        }
      }
      await idle(0, 92)
      const warnings = () => owner.told.filter((one) => one.told === 'warned')
      assert.deepEqual(warnings(), [{ told: 'warned', session: owner.session, stopsInMs: 28_000 }])
      server.presence(owner, sign())
      assert.equal(owner.told.at(-1)!.told, 'running')
      await idle(0, 120)
      await waitFor(() => owner.reasons.length === 1, { what: 'the end' })
      assert.deepEqual(owner.reasons, ['idle'])
      assert.equal(warnings().length, 2)
      assert.equal(await seconds(clinician), 20 + 92)
    })

    test('count until the person last moved, not until the heartbeat', async () => {
      const { server, clinician, owner, time } = await atWork()
      time.pass(10 * SECOND_MS)
      server.presence(owner, sign(3 * SECOND_MS))
      time.pass(4 * SECOND_MS)
      server.presence(owner, sign(7 * SECOND_MS))
      await server.signOut(clinician)
      assert.equal(await seconds(clinician), 7)
      assert.deepEqual(owner.reasons, ['signed-out'])
    })

    test('count nothing that a line which stood still was late by, and tell how far they are when it goes on', async () => {
      const { server, clinician, owner, time } = await atWork()
      await waitFor(() => owner.told.length === 2, { what: 'its beginning to be saved' })
      time.pass(14 * SECOND_MS)
      server.presence(owner, sign(0, 4 * SECOND_MS))
      const { session } = owner
      assert.deepEqual(owner.told.at(-1), {
        told: 'running',
        session,
        workedMs: 4 * SECOND_MS,
        atMs: 14 * SECOND_MS,
        saved: true,
      })
      time.pass(14 * SECOND_MS)
      await server.resume(owner, session, sign(SECOND_MS, 20 * SECOND_MS))
      time.pass(14 * SECOND_MS)
      await server.stop(owner, 'stopped', 30 * SECOND_MS)
      assert.equal(await seconds(clinician), 30)
    })

    test('lose no second when a lost connection is back within 15 s, and go on in the same session', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(30)
      server.leave(owner)
      for (let second = 0; second < 14; second += 1) {
        time.pass(SECOND_MS)
        await server.tick()
      }
      const again = newOwner(clinician)
      await server.resume(again, owner.session, sign())
      assert.equal(again.session, owner.session)
      await works(server, again, 10, time)
      await server.stop(again, 'left', AT_ONCE)
      assert.equal(await seconds(clinician), 54)
      assert.deepEqual([owner.reasons, again.reasons], [[], ['left']])
    })

    test('end at the last proof when it is not back by then', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(30)
      server.leave(owner)
      time.pass(15_001)
      await refused(server.resume(newOwner(clinician), owner.session, sign()), 'TIMER_LOST')
      await refused(server.resume(newOwner(clinician), owner.session, sign()), 'TIMER_LOST')
      assert.equal(await seconds(clinician), 30)
      const [stop, ...more] = await stopsOf(clinician)
      assert.deepEqual([stop?.reason, stop?.until, more], ['lost', NOON + 30 * SECOND_MS, []])
    })

    test('prove nothing after a silence that was too long, even if only a heartbeat came late', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(30)
      time.pass(15_001)
      server.presence(owner, sign())
      await server.tick()
      await waitFor(() => owner.reasons.length > 0, { what: 'the end' })
      assert.deepEqual(owner.reasons, ['lost'])
      assert.equal(await seconds(clinician), 30)
    })

    test('move to the tab that started last, visibly; the other tab can do nothing to them', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(10)
      const second = newOwner(clinician)
      await server.start(second, work('p-1'))
      assert.deepEqual(owner.reasons, ['moved'])
      assert.equal(second.session, owner.session)
      time.pass(5 * SECOND_MS)
      server.presence(owner, sign())
      await server.stop(owner, 'stopped', AT_ONCE)
      server.leave(owner)
      assert.equal(server.find('riverside', clinician)?.provenMs, 10_000)
      await works(server, second, 5, time)
      await server.start(owner, work('p-2'))
      assert.deepEqual(second.reasons, ['moved'])
      await works(server, owner, 7, time)
      await server.stop(owner, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 10 + 5 + 5 + 7)
    })

    test('are one for each clinician over two servers: the second takes over, and the first is told', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(10)
      const other = startServer(engines, { time })
      const there = newOwner(clinician)
      await other.start(there, work('p-2'))
      // The first still believes that it has the timer, and extends it.
      time.pass(4 * SECOND_MS)
      server.presence(owner, sign())
      await extendsStale(server.find('riverside', clinician)!, time.clock.now())
      await server.tick()
      assert.deepEqual(owner.reasons, ['moved'])
      assert.equal(server.running, 0)
      await works(other, there, 6, time)
      await other.stop(there, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 20)
    })

    test('go on at another server after a kill, in the same session', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(60)
      assert.equal(server.running, 1, 'and nothing is asked of it any more')
      const other = startServer(engines, { time })
      const there = newOwner(clinician)
      await other.resume(there, owner.session, sign())
      assert.equal(there.session, owner.session)
      await other.look()
      assert.deepEqual(await stopsOf(clinician), [])
      await extendsStale(server.find('riverside', clinician)!, NOON + 3_600 * SECOND_MS)
      assert.equal(await seconds(clinician), 60)
      await works(other, there, 10, time)
      await other.stop(there, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 70)
      const epochs = (await factsOf(engines, clinician)).map(
        (fact) => 'epoch' in fact.data && fact.data.epoch,
      )
      assert.equal(new Set(epochs).size, 2)
    })

    test('are not taken back from where their person began another meanwhile', async () => {
      const { clinician, owner, run, time } = await atWork()
      await run(20)
      const [other, third] = [startServer(engines, { time }), startServer(engines, { time })]
      const [there, elsewhere] = [newOwner(clinician), newOwner(clinician)]
      const { leases } = engines.views
      const slow = {
        ...leases,
        find: async (...asked: Parameters<typeof leases.find>) => {
          const found = await leases.find(...asked)
          await third.start(elsewhere, work('p-2'))
          return found
        },
      }
      const views = { ...engines.views, leases: slow } as Engines['views']
      const slowServer = startServer({ ...engines, views }, { time })
      await refused(slowServer.resume(there, owner.session, sign()), 'TIMER_LOST')
      assert.deepEqual([slowServer.running, there.told], [0, []])
      await works(third, elsewhere, 6, time)
      assert.deepEqual(elsewhere.reasons, ['moved'])
      // No one has one now, and nothing stands in the way of the next.
      await other.start(there, work('p-1'))
      await works(other, there, 5, time)
      await other.stop(there, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 25)
    })

    test('of a killed server are closed at their last proof, once, though two look at the same time', async () => {
      const { server, clinician, owner, run, time, limits } = await atWork({ leaseMs: SHORT_LEASE_MS })
      await run(47)
      const proven = server.find('riverside', clinician)!.provenMs
      assert.equal(proven, 47_000)
      const [one, two] = [startServer(engines, { time, limits }), startServer(engines, { time, limits })]
      time.pass(30 * SECOND_MS)
      await waitFor(
        async () => {
          await Promise.all([one.look(), two.look()])
          return (await stopsOf(clinician)).length > 0
        },
        { what: 'the orphan to be closed' },
      )
      for (const each of [one, two, one]) await each.look()
      const [stop, ...more] = await stopsOf(clinician)
      assert.deepEqual([stop?.reason, stop?.until, more], ['lost', NOON + 47 * SECOND_MS, []])
      assert.equal(await seconds(clinician), 47)
      await refused(one.resume(newOwner(clinician), owner.session, sign()), 'TIMER_LOST')
      // The server only slept: what it says now adds nothing, and it is told.
      time.pass(SECOND_MS)
      server.presence(owner, sign())
      await server.tick()
      await waitFor(() => owner.reasons.length === 1, { what: 'the sleeper to be told' })
      assert.equal(await seconds(clinician), 47)
    })

    test('of two clinicians that began in one millisecond on one patient are closed each at its own proof', async () => {
      const time = handClock(NOON)
      const limits = { leaseMs: SHORT_LEASE_MS }
      const server = startServer(engines, { time, limits })
      const names = [somebody(), somebody()]
      const seats = names.map(newOwner)
      for (const owner of seats) await server.start(owner, work('p-same'))
      for (let second = 5; second <= 30; second += 5) {
        time.pass(5 * SECOND_MS)
        server.presence(seats[0]!, sign())
        server.presence(seats[1]!, sign((second - 5) * SECOND_MS))
        await server.tick()
        await settled()
      }
      assert.ok((await factsOf(engines, names[0]!)).some(({ type }) => type === 'time.extended'))
      const other = startServer(engines, { time, limits })
      await waitFor(
        async () => {
          await other.look()
          return (await Promise.all(names.map(stopsOf))).every(({ length }) => length > 0)
        },
        { what: 'both to be closed' },
      )
      assert.equal(await seconds(names[1]!), 5)
      assert.equal(await seconds(names[0]!), 30)
    })

    test('lose nothing when the views are emptied while they run', async () => {
      const { clinician, owner, run, time } = await atWork()
      await run(33)
      await engines.emptyViews()
      await run(20)
      const other = startServer(engines, { time })
      const there = newOwner(clinician)
      await other.resume(there, owner.session, sign())
      await works(other, there, 7, time)
      await other.stop(there, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 60)
    })

    /** A ledger that takes nothing until it is opened; what was appended meanwhile then gets there in its order. */
    function heldLedger(): Pick<Ledger, 'append'> & { open(): void } {
      let held = Promise.withResolvers<void>()
      return {
        append: async (fact: Fact) => {
          await held.promise
          return engines.ledger.append(fact)
        },
        open() {
          held.resolve()
          held = Promise.withResolvers()
          held.resolve()
        },
      }
    }

    test('run while the ledger is away, say that they are not saved yet, and then that they are', async () => {
      const time = handClock(NOON)
      const ledger = heldLedger()
      const server = startServer(engines, { time, ledger })
      const clinician = somebody()
      const owner = newOwner(clinician)
      await server.start(owner, work('p-1'))
      await works(server, owner, 40, time)
      assert.ok(owner.told.every((one) => one.told !== 'running' || !one.saved))
      ledger.open()
      await waitFor(() => owner.told.some((one) => one.told === 'running' && one.saved), {
        what: 'the timer to be saved',
      })
      await works(server, owner, 10, time)
      await server.stop(owner, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), 50)
    })

    test('follow their clinician to the next patient while the ledger is away', async () => {
      const time = handClock(NOON)
      const ledger = heldLedger()
      const server = startServer(engines, { time, ledger })
      const clinician = somebody()
      const owner = newOwner(clinician)
      await server.start(owner, work('p-1'))
      await works(server, owner, 20, time)
      await server.start(owner, work('p-2'))
      assert.equal(server.find('riverside', clinician)?.patient, 'p-2')
      await works(server, owner, 30, time)
      ledger.open()
      await server.stop(owner, 'stopped', AT_ONCE)
      await waitFor(() => owner.reasons.length === 2, { what: 'both ends' })
      assert.deepEqual(
        await typesOf(clinician).then((types) => types.filter((type) => type !== 'extended').toSorted()),
        ['started', 'started', 'stopped', 'stopped'],
      )
      assert.equal(await seconds(clinician), 50)
    })

    for (const [how, stepMs] of [
      ['back', -3_600_000],
      ['forward', 3_600_000],
    ] as const)
      test(`count the same seconds when the wall clock is set ${how} meanwhile`, async () => {
        const { server, clinician, owner, run, time } = await atWork()
        await run(30)
        time.set(time.clock.now() + stepMs)
        await run(30)
        assert.equal(server.find('riverside', clinician)?.provenMs, 60_000)
        await server.stop(owner, 'stopped', AT_ONCE)
        assert.equal(await seconds(clinician), 60)
        await server.start(owner, work('p-1'))
        await run(30)
        await server.stop(owner, 'stopped', AT_ONCE)
        const whole = await seconds(clinician)
        assert.ok(how === 'forward' ? whole === 90 : whole <= 90, `${whole} s of 90`)
      })

    test('end at the last presence of the evening when the machine was suspended over night, and begin in the morning', async () => {
      const { clock, stopwatch, pass, set } = handClock(NOON)
      let sleptMs = 0
      const clocks = { wall: clock.now, monotonic: () => stopwatch() - sleptMs, sinceBoot: stopwatch }
      const time = { clock, stopwatch: createStopwatch(undefined, clocks), pass, set }
      const server = startServer(engines, { time })
      const clinician = somebody()
      const owner = newOwner(clinician)
      await server.start(owner, work('p-1'))
      await works(server, owner, 20, time)
      sleptMs = 9 * 3_600_000
      pass(sleptMs)
      server.presence(owner, sign())
      await server.tick()
      await waitFor(() => server.running === 0, { what: 'the timer to end' })
      const morning = clock.now()
      await server.start(owner, work('p-1'))
      await works(server, owner, 10, time)
      await server.stop(owner, 'stopped', AT_ONCE)
      const stretches = (await stopsOf(clinician)).map(({ startedAt, until }) => [startedAt, until])
      assert.deepEqual(stretches, [
        [NOON, NOON + 20 * SECOND_MS],
        [morning, morning + 10 * SECOND_MS],
      ])
    })

    test('that stop with their server are told to no one, and go on where their people come back to', async () => {
      const { server, clinician, owner, run, time } = await atWork()
      await run(13)
      await server.drain()
      assert.deepEqual(owner.reasons, [])
      const until = (await factsOf(engines, clinician)).flatMap((fact) =>
        fact.type === 'time.extended' ? [fact.data.until] : [],
      )
      assert.deepEqual(until, [NOON + 13 * SECOND_MS])
      const other = startServer(engines, { time })
      const there = newOwner(clinician)
      await other.resume(there, owner.session, sign())
      // What lay between is work too, and the engine's own clock says how long it was.
      const resumed = there.told.at(-1)
      assert.ok(resumed?.told === 'running' && resumed.atMs >= 13 * SECOND_MS)
      await works(other, there, 2, time)
      await other.stop(there, 'stopped', AT_ONCE)
      assert.equal(await seconds(clinician), Math.floor(resumed.atMs / SECOND_MS) + 2)
    })

    test('are refused, and none runs, while the views are away', async () => {
      const time = handClock(NOON)
      const away = { ...engines.views.leases, take: async () => Promise.reject(new Error('away')) }
      const server = startServer({ ...engines, views: { ...engines.views, leases: away } }, { time })
      const clinician = somebody()
      const owner = newOwner(clinician)
      await assert.rejects(server.start(owner, work('p-1')))
      assert.deepEqual([server.running, owner.told, await typesOf(clinician)], [0, [], []])
    })
  })
}
