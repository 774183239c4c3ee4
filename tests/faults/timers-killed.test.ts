import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type FactOf, patientKey } from '@cufflink/contracts'
import { decodeMinutes, findStretch, isRunning, minutesKey, provenUntil, utcMonth } from '@cufflink/folds'
import { type Ledger, partitionOf } from '@cufflink/ledger'
import { clinicianFacts, type Desk, openDesk, waitFor } from '@cufflink/testkit'
import type { Views } from '@cufflink/views'
import { type ConsoleSystem, PARTITIONS, startConsoleSystem } from './console-systems.ts'

const PRACTICE = 'riverside'
/** As many as `KILLED_TIMERS` says; 500 in the nightly run. */
const TIMERS = Number(process.env['KILLED_TIMERS'] ?? 60)
const WORKS_MS = 6_000
/** A heartbeat, and the second in which the server notes it. */
const HEARTBEAT_MS = 5_000
const CLOSED_WITHIN_MS = 30_000
const LAP_MS = 200
const OPENS_AT_ONCE = 50
/** Anyone back so soon goes on. Later the server may have noted the last heartbeat 15 s ago, and it does not let them. */
const GOES_ON_WITHIN_MS = 10_000

const users = Array.from({ length: TIMERS }, (_, index) => `nurse-${index}`)
const patientOf = (user: string): string => user.replace('nurse', 'p')

/** The practice, its clinicians and a patient for each, straight on the ledger. */
async function register(ledger: Pick<Ledger, 'append'>): Promise<void> {
  const at = Date.now() - 86_400_000
  const envelope = { v: 1, tenant: PRACTICE, at, by: 'service:tests' } as const
  const opened: FactOf<'practice.opened'> = {
    ...envelope,
    id: 'open',
    type: 'practice.opened',
    data: { name: 'Riverside', zone: 'America/New_York' },
  }
  const enrolled = users.map((user): FactOf<'patient.enrolled'> => {
    const data = { patient: patientOf(user), name: 'Invented', zone: 'America/New_York', enrolledAt: at }
    return { ...envelope, id: `enrol-${user}`, type: 'patient.enrolled', data }
  })
  const facts = [opened, ...enrolled, ...clinicianFacts(PRACTICE, users, at)]
  await Promise.all(facts.map((fact) => ledger.append(fact)))
}

/** What the tallies say of a desk's session: counted ms, and whether it still runs. */
async function counted(views: Views, desk: Desk): Promise<{ ms: number; running: boolean }> {
  const { session, startedAt } = desk.timer!
  const patient = patientOf(desk.user)
  const key = patientKey(PRACTICE, patient)
  const shard = { topic: 'activity', partition: partitionOf(key, PARTITIONS) } as const
  const [bytes] = await views.load(shard, [minutesKey(PRACTICE, patient, utcMonth(startedAt))])
  const entry = bytes === undefined ? undefined : findStretch([decodeMinutes(bytes)], session, startedAt)
  if (entry === undefined) return { ms: 0, running: true }
  return { ms: provenUntil(entry) - startedAt, running: isRunning(entry) }
}

async function openDesks(consoleUrl: string): Promise<Desk[]> {
  const desks: Desk[] = []
  for (let from = 0; from < users.length; from += OPENS_AT_ONCE) {
    const part = users.slice(from, from + OPENS_AT_ONCE)
    desks.push(
      ...(await Promise.all(
        part.map(async (user) => {
          const desk = await openDesk({ consoleUrl, practice: PRACTICE, user })
          await desk.start(patientOf(user))
          return desk
        }),
      )),
    )
  }
  return desks
}

/** Resolves once each of them has proven so much more presence. */
async function work(desks: readonly Desk[], ms: number): Promise<void> {
  const until = new Map(desks.map((desk) => [desk, desk.presentMs + ms]))
  const worked = (): boolean => desks.every((desk) => desk.presentMs >= until.get(desk)!)
  await waitFor(worked, { what: 'everybody to have worked' })
}

/** Fails for a timer that has lost more than a heartbeat of its presence, or gained a second. */
async function assertTrue(views: Views, desks: readonly Desk[]): Promise<void> {
  const wrong = []
  for (const desk of desks) {
    const { ms } = await counted(views, desk)
    if (ms > desk.presentMs + 1_000 || ms < desk.presentMs - HEARTBEAT_MS)
      wrong.push({ user: desk.user, counted: ms, present: Math.round(desk.presentMs) })
  }
  assert.deepEqual(wrong, [])
}

/**
 * Resolves once every desk's session has ended. Counted in laps of 200 ms, or as long as a look at all that are open takes: on a busy
 * machine, the server and the looks are late alike. @returns how long that took, ms.
 */
async function closed(views: Views, desks: readonly Desk[]): Promise<number> {
  const since = performance.now()
  let open = desks
  for (let lap = 0; open.length > 0 && lap < CLOSED_WITHIN_MS / LAP_MS; lap += 1) {
    const [still] = await Promise.all([stillOpen(views, open), pause(LAP_MS)])
    open = still
  }
  assert.equal(open.length, 0, `${open.length} timers were not closed within ${CLOSED_WITHIN_MS} ms`)
  return performance.now() - since
}

async function stillOpen(views: Views, desks: readonly Desk[]): Promise<Desk[]> {
  const open: Desk[] = []
  for (const desk of desks) if ((await counted(views, desk)).running) open.push(desk)
  return open
}

/** Fails for a timer that went on being used and has lost or gained a second. */
async function assertWhole(views: Views, desks: readonly Desk[]): Promise<void> {
  const wrong = []
  for (const desk of desks) {
    const { ms } = await counted(views, desk)
    // Also present while the server was away: their own stopwatch went on.
    if (Math.abs(ms - desk.presentMs) > 1_000) wrong.push({ counted: ms, present: desk.presentMs })
  }
  assert.deepEqual(wrong, [])
}

for (const set of ['embedded', 'distributed'] as const) {
  describe(`kill -9 of the console under ${TIMERS} running timers, ${set}`, () => {
    let system: ConsoleSystem
    before(async () => {
      system = await startConsoleSystem(set, register)
    })
    after(() => system?.[Symbol.asyncDispose]())

    test('loses nothing of those who come back in time; of those who are gone at most a heartbeat, with no second gained, closed within 30 s (P10)', async (t) => {
      const { views, console, consoleUrl } = system
      const desks = await openDesks(consoleUrl)
      // Whatever comes of it: an open page would keep this process alive.
      using _ = { [Symbol.dispose]: () => desks.forEach((desk) => desk.cut()) }
      const gone = desks.filter((_, index) => index % 2 === 0)
      const back = desks.filter((_, index) => index % 2 === 1)
      await work(desks, WORKS_MS)
      const workedAt = performance.now()
      for (const desk of gone) desk.cut()
      await console.kill()
      await console.start()
      const orphansClosed = closed(views, gone)
      const comeBack = async (): Promise<{ inTime: Desk[]; late: Desk[] }> => {
        const goOn = await Promise.all(back.map((desk) => desk.resume()))
        const awayMs = performance.now() - workedAt
        const inTime = back.filter((_, index) => goOn[index])
        const late = back.filter((_, index) => !goOn[index])
        if (awayMs < GOES_ON_WITHIN_MS) assert.equal(late.length, 0, 'all were back in time')
        t.diagnostic(`${inTime.length} of ${back.length} went on after ${Math.round(awayMs)} ms`)
        await work(inTime, HEARTBEAT_MS)
        for (const desk of inTime) desk.stop()
        await closed(views, back)
        return { inTime, late }
      }
      const [ms, { inTime, late }] = await Promise.all([orphansClosed, comeBack()])
      t.diagnostic(`${gone.length} orphans closed ${Math.round(ms)} ms after the server was back`)
      await assertTrue(views, [...gone, ...late])
      await assertWhole(views, inTime)
    })
  })
}
