import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import { foldMinutes, type MinutesDocument, monthOfMinutes } from '@cufflink/folds'
import { partitionOf } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { openSqliteViews, type Views } from '@cufflink/views'
import fc from 'fast-check'
import { closeOrphans } from '../../src/timers/orphans.ts'
import { usualLimits } from '../../src/timers/timer.ts'
import { createTimers, type Timers } from '../../src/timers/timers.ts'
import { at, SECOND_MS } from '../charts-fixture.ts'
import { AT_ONCE, creditedSeconds, newOwner, practice, sign, type TestOwner, work } from './timers-fixture.ts'

const NOON = at('2026-03-17')
const PARTITIONS = 2
const HEARTBEAT_S = 4
const logger = createLogger({ service: 'test', level: 'silent' })
const shardOf = (name: string) => ({ topic: 'activity', partition: partitionOf(name, PARTITIONS) }) as const

let views: Views
let folder: string
before(async () => {
  mock.timers.enable({ apis: ['Date'], now: NOON })
  // The time of the leases' engine is the machine's stopwatch.
  mock.method(process.hrtime, 'bigint', () => BigInt(Date.now()) * 1_000_000n)
  folder = await mkdtemp(join(tmpdir(), 'cufflink-interleavings-'))
  views = await openSqliteViews({ path: join(folder, 'views.db') })
})
after(async () => {
  await views.close()
  await rm(folder, { recursive: true })
  mock.reset()
})

const tab = fc.integer({ min: 0, max: 1 })
const server = fc.integer({ min: 0, max: 1 })
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rest' as const), seconds: fc.integer({ min: 1, max: 140 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      tab,
      server,
      patient: fc.constantFrom('p-1', 'p-2', 'p-3'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resume' as const), tab, server }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), server }) },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

type Tab = { owner: TestOwner; server: number; connected: boolean; session: string | undefined }
type Span = { readonly start: number; readonly end: number }

/** The length of a union of spans. */
function lengthOf(spans: readonly Span[]): number {
  let [total, reached] = [0, 0]
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return total
}

let runs = 0

/** One clinician with two tabs and two servers, through some steps. */
async function play(steps: readonly Step[]) {
  runs += 1
  const clinician = `nurse-${runs}`
  const facts: Fact[] = []
  let worked = 0
  let active = true
  let lastMoved = NOON
  const now = (): number => NOON + worked
  mock.timers.setTime(NOON)
  /** Of each session when it began, and how far presence was truly shown to a server, and was taken by it. */
  const shown = new Map<string, { start: number; moved: number; proven: number }>()

  const shared = {
    ledger: {
      append: async (fact: Fact) => {
        facts.push(fact)
        return { topic: 'activity', partition: 0, offset: facts.length - 1 } as const
      },
    },
    leases: views.leases,
    clock: { now },
    stopwatch: () => worked,
    logger,
  }
  const documents = {
    activityShards: Array.from(
      { length: PARTITIONS },
      (_, partition) => ({ topic: 'activity', partition }) as const,
    ),
    activity: async () => ({ file: [], records: [], claims: [], minutes: folded(facts) }),
  }
  let started = 0
  const startServer = (): Timers & { holder: string } => {
    started += 1
    const holder = `server-${runs}-${started}`
    return Object.defineProperties(
      { holder },
      Object.getOwnPropertyDescriptors(createTimers({ ...shared, shardOf, holder, limits: usualLimits })),
    ) as never
  }
  const servers = [startServer(), startServer()]
  const tabs: Tab[] = [0, 1].map(() => ({
    owner: newOwner(clinician),
    server: 0,
    connected: false,
    session: undefined,
  }))

  const believes = ({ owner, session }: Tab): boolean =>
    session !== undefined && owner.told.findLast((one) => one.told !== 'warned')?.told === 'running'

  /** What a tab tells its server is true: the person moved last at `lastMoved`. */
  function tell(one: Tab): void {
    const known = one.session === undefined ? undefined : shown.get(one.session)
    if (known !== undefined) known.moved = Math.max(known.moved, lastMoved)
  }
  /** What was taken of it, and said to its lease, by the server that has the lease; another one only believes that it has. */
  async function look(): Promise<void> {
    const name = `${practice}/${clinician}`
    for (const each of servers) {
      const timer = each.find(practice, clinician)
      const known = timer && shown.get(timer.session)
      if (timer === undefined || known === undefined || timer.startedAt + timer.provenMs <= known.proven)
        continue
      const lease = await views.leases.find(shardOf(name), name)
      if (lease?.epoch !== timer.epoch) continue
      known.proven = timer.startedAt + timer.provenMs
      const late = timer.lastHeartbeatMs - timer.provenMs
      assert.ok(late <= now() - lastMoved, `${late} ms of presence were told and not proven`)
    }
  }

  async function second(): Promise<void> {
    worked += SECOND_MS
    mock.timers.setTime(now())
    if (active) lastMoved = now()
    if ((worked / SECOND_MS) % HEARTBEAT_S === 0)
      for (const one of tabs) {
        if (!one.connected || !believes(one)) continue
        tell(one)
        servers[one.server]!.presence(one.owner, sign(now() - lastMoved))
      }
    for (const each of servers) await each.tick()
    await look()
    if ((worked / SECOND_MS) % 2 === 0)
      for (const { holder } of servers) await closeOrphans({ ...shared, documents, holder })
    await new Promise(setImmediate)
  }

  /** A tab that connects again has another connection, and its old one is gone. */
  function connect(one: Tab, to: number): void {
    if (one.connected) servers[one.server]!.leave(one.owner)
    one.owner = newOwner(clinician)
    one.server = to
    one.connected = true
  }

  async function act(given: Step): Promise<void> {
    switch (given.do) {
      case 'pass':
      case 'rest':
        active = given.do === 'pass'
        for (let count = 0; count < given.seconds; count += 1) await second()
        return
      case 'start': {
        const one = tabs[given.tab]!
        if (!one.connected || one.server !== given.server) connect(one, given.server)
        lastMoved = now()
        await servers[given.server]!.start(one.owner, work(given.patient))
        one.session = one.owner.session
        shown.getOrInsertComputed(one.session, () => ({ start: now(), moved: now(), proven: now() }))
        return tell(one)
      }
      case 'resume': {
        const one = tabs[given.tab]!
        if (one.session === undefined) return
        connect(one, given.server)
        try {
          await servers[given.server]!.resume(one.owner, one.session, sign(now() - lastMoved))
          tell(one)
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'TIMER_LOST')
        }
        return
      }
      case 'drop': {
        const one = tabs[given.tab]!
        if (one.connected) servers[one.server]!.leave(one.owner)
        one.connected = false
        return
      }
      case 'stop': {
        const one = tabs[given.tab]!
        if (!one.connected) return
        lastMoved = now()
        const mine = believes(one)
        await servers[one.server]!.stop(one.owner, 'stopped', AT_ONCE)
        if (mine) tell(one)
        return
      }
      case 'kill':
        for (const one of tabs) if (one.server === given.server) one.connected = false
        servers[given.server] = startServer()
        return
    }
  }

  for (const given of steps) await act(given)
  for (const one of tabs) one.connected = false
  active = false
  for (let count = 0; count < 60; count += 1) await second()
  const running = servers.filter((each) => each.running > 0).length
  return { clinician, facts, shown: [...shown.values()], running }
}

function folded(facts: readonly Fact[]): readonly MinutesDocument[] {
  const months = new Map<string, MinutesDocument>()
  for (const [offset, fact] of facts.entries()) {
    const time = fact as Parameters<typeof foldMinutes>[1]
    months.set(monthOfMinutes(time), foldMinutes(months.get(monthOfMinutes(time)), time, offset))
  }
  return [...months.values()]
}

describe('A clinician with two tabs and two servers, whatever happens in whatever order', () => {
  test('is credited no second without presence, and loses none that a server took and had a tick for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
        const { clinician, facts, shown, running } = await play(steps)
        const credited = creditedSeconds(facts, clinician, NOON) * SECOND_MS
        const present = lengthOf(shown.map(({ start, moved }) => ({ start, end: moved })))
        const taken = lengthOf(shown.map(({ start, proven }) => ({ start, end: proven })))
        assert.ok(credited <= present, `${credited} ms of ${present} ms`)
        // The sum is of whole seconds.
        assert.ok(credited > taken - SECOND_MS, `${credited} ms of ${taken} ms`)
        assert.equal(running, 0, 'a timer runs without anybody')
        const stopped = new Set(
          facts.flatMap((fact) => (fact.type === 'time.stopped' ? [fact.data.session] : [])),
        )
        for (const fact of facts)
          if (fact.type === 'time.started') assert.ok(stopped.has(fact.data.session), 'a session has no end')
      }),
      { numRuns: 300, seed: 20_260_317 },
    )
  })
})

describe('The timer of a server that was killed', () => {
  test('goes on elsewhere within 15 s without a second lost, and is closed within 30 s at its last proof otherwise', async () => {
    const killed: Step[] = [
      { do: 'start', tab: 0, server: 0, patient: 'p-1' },
      { do: 'pass', seconds: 40 },
      { do: 'kill', server: 0 },
    ]
    const back = (seconds: number): Step[] => [
      ...killed,
      { do: 'pass', seconds },
      { do: 'resume', tab: 0, server: 1 },
      { do: 'pass', seconds: 20 },
      { do: 'stop', tab: 0 },
    ]
    const soon = await play(back(15))
    assert.equal(creditedSeconds(soon.facts, soon.clinician, NOON), 75)
    const late = await play(back(16))
    assert.equal(creditedSeconds(late.facts, late.clinician, NOON), 40)
    const never = await play([...killed, { do: 'pass', seconds: 30 }])
    assert.equal(creditedSeconds(never.facts, never.clinician, NOON), 40)
    const stop = never.facts.find(({ type }) => type === 'time.stopped')
    assert.ok(stop !== undefined && stop.at <= NOON + 70 * SECOND_MS)
  })
})
