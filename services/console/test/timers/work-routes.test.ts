import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TimerRunning, TimerStopped, WorkMessage } from '@cufflink/contracts'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { admit, at, chartOf, handClock, MINUTE_MS, SECOND_MS } from '../charts-fixture.ts'
import {
  type Engines,
  enrol,
  openEngines,
  type RunningConsole,
  refused,
  startConsoleOn,
} from '../console-fixture.ts'
import { type LiveReader, openReader } from '../live/live-reader.ts'
import { AT_ONCE } from './timers-fixture.ts'

const NOW = at('2026-03-17')
const month = '2026-03'
const practice = 'riverside'
const time = handClock(NOW)

let engines: Engines
let console: RunningConsole
let other: RunningConsole
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines, { time })
  other = await startConsoleOn(engines, { time })
  await enrol(console, practice)
  for (const patient of ['p-1', 'p-2']) await admit({ console, practice, patient, since: at('2025-12-01') })
})
after(async () => {
  await other[Symbol.asyncDispose]()
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

type Work = LiveReader<WorkMessage>
const isSaved = (message: WorkMessage): message is TimerRunning => message.type === 'timer' && message.saved
const isStopped = (message: WorkMessage): message is TimerStopped => message.type === 'timer.stopped'
const isRefused = (message: WorkMessage) => message.type === 'refused'
type Day = Extract<WorkMessage, { type: 'day' }>
const dayOf =
  (seconds: number) =>
  (message: WorkMessage): message is Day =>
    message.type === 'day' && message.seconds === seconds

let requests = 0
const start = (work: Work, patient = 'p-1', changes: object = {}): void => {
  requests += 1
  const request = { type: 'timer.start', request: requests, patient, program: 'RPM', category: 'data-review' }
  work.say({ ...request, ...changes })
}
/** Waits until the server has dealt with what was said before. */
async function afterHeartbeat(work: Work): Promise<void> {
  const before = work.messages.filter(isRefused).length
  start(work, 'nobody')
  await work.until((messages) => messages.filter(isRefused).length > before, 'an answer')
}
const stopOf = async (work: Work): Promise<TimerStopped> => work.finds(isStopped, 'the end of the timer')

async function resumed(work: Work, session: string, workedMs: number): Promise<void> {
  await work.opened()
  work.say({ type: 'timer.resume', request: 1, session, idleMs: 0, atMs: AT_ONCE })
  const timer = await work.finds((message): message is TimerRunning => message.type === 'timer', 'the timer')
  assert.equal(timer.session, session)
  assert.ok(timer.workedMs >= workedMs && timer.workedMs < workedMs + 2_000, `${timer.workedMs}`)
}
const leaseOf = async (user: string): Promise<string> => {
  const name = `${practice}/${user}`
  const shard = { topic: 'activity', partition: engines.ledger.partitionOf(name) } as const
  return (await engines.views.leases.find(shard, name))?.note ?? ''
}

let people = 0
async function open(): Promise<{ person: SignedInPerson; work: Work }> {
  people += 1
  const person = await console.person(practice, `nurse-${people}`, 'clinician', 'administrator')
  const work = openReader(person, 'liveWork', { practice })
  await work.finds(dayOf(0), 'the day so far')
  return { person, work }
}

describe('The websocket of one’s own timer', () => {
  test('says its limits and the day so far, then what becomes of the timer; the chart shows who works', async () => {
    const { person, work } = await open()
    assert.deepEqual(work.messages[0], {
      type: 'hello',
      now: time.clock.now(),
      clockRate: 1,
      heartbeatMs: 4_000,
      warnMs: 90_000,
      idleMs: 120_000,
      longCallMs: 3_600_000,
    })
    start(work)
    const { patientName, here, workedMs } = await work.finds(isSaved, 'the timer to be saved')
    assert.deepEqual([patientName, here, workedMs], ['Patient p-1', true, 0])
    await chartOf(person, { practice, patient: 'p-1', month }, ({ row }) => row.working.includes(person.user))
    time.pass(70 * SECOND_MS)
    // Silence for over a minute: the connection counts as lost, and what comes late proves nothing.
    work.say({ type: 'presence', idleMs: 0, atMs: AT_ONCE })
    assert.deepEqual([(await stopOf(work)).reason, (await stopOf(work)).workedMs], ['lost', 0])
    await chartOf(
      person,
      { practice, patient: 'p-1', month },
      ({ row }) => !row.working.includes(person.user),
    )
  })

  test('counts what is proven, to the second, in the person’s day and the patient’s month', async () => {
    const { person, work } = await open()
    const { tally } = await chartOf(person, { practice, patient: 'p-1', month })
    start(work)
    await work.finds(isSaved, 'the timer')
    for (let beat = 0; beat < 10; beat += 1) {
      time.pass(4 * SECOND_MS)
      work.say({ type: 'presence', idleMs: 0, atMs: AT_ONCE })
      await afterHeartbeat(work)
    }
    time.pass(3 * SECOND_MS)
    work.say({ type: 'timer.stop', request: 0, reason: 'left', atMs: AT_ONCE })
    const { workedMs, reason } = await stopOf(work)
    assert.deepEqual([workedMs, reason], [43_000, 'left'])
    await work.finds(dayOf(43), 'the day')
    await chartOf(
      person,
      { practice, patient: 'p-1', month },
      (chart) => chart.tally.seconds === tally.seconds + 43,
    )
    const { days } = await person.call('clinicianDays', { params: { practice, user: person.user, month } })
    assert.deepEqual(days, [{ date: '2026-03-17', seconds: 43, patients: 1 }])
  })

  test('goes on in the same session after it was closed, here or at another console', async () => {
    const { person, work } = await open()
    start(work)
    const { session } = await work.finds(isSaved, 'the timer')
    work.socket.close()
    await work.closed()
    time.pass(4 * SECOND_MS)
    const here = openReader(person, 'liveWork', { practice })
    await resumed(here, session, 4_000)
    here.socket.close()
    await here.closed()
    await waitFor(async () => (await leaseOf(person.user)).includes('"provenMs":4000'), {
      what: 'the lease to say so',
    })
    const elsewhere = await other.person(practice, person.user, 'clinician', 'administrator')
    const there = openReader(elsewhere, 'liveWork', { practice })
    await resumed(there, session, 4_000)
    there.say({ type: 'timer.stop', request: 2, reason: 'stopped', atMs: AT_ONCE })
    // The engine's clock, not the one by hand, says how long the other server did not speak.
    const { workedMs } = await stopOf(there)
    assert.ok(workedMs >= 4_000 && workedMs < 6_000, `${workedMs}`)
  })

  test('is refused what its person may not have, with the reason and the request it answers', async () => {
    const { work } = await open()
    const cases = [
      ['nobody', {}, 'PATIENT_UNKNOWN'],
      ['p-1', { program: 'CCM' }, 'PROGRAM_NOT_ENROLLED'],
      ['p-1', { category: 'coffee' }, 'CATEGORY_UNKNOWN'],
    ] as const
    for (const [patient, changes, code] of cases) {
      start(work, patient, changes)
      const number = requests
      await work.until(
        (messages) =>
          messages.some((one) => one.type === 'refused' && one.request === number && one.code === code),
        code,
      )
    }
    work.say({ type: 'timer.resume', request: 77, session: 't-other', idleMs: 0, atMs: AT_ONCE })
    await work.until(
      (messages) =>
        messages.some((one) => one.type === 'refused' && one.request === 77 && one.code === 'TIMER_LOST'),
      'TIMER_LOST',
    )
  })

  test('that says anything else, or asks for more than a page ever does, is closed', async () => {
    const { person, work } = await open()
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"type":"timer.start"}',
      '{"type":"presence","idleMs":-1,"atMs":0}',
      '{"type":"presence","idleMs":0}',
    ]) {
      const work = openReader(person, 'liveWork', { practice })
      await work.opened()
      work.socket.send(text)
      const { code, reason } = await work.closed()
      assert.deepEqual([code, reason], [1008, 'REQUEST_INVALID'], text)
    }
    for (let count = 0; count < 200; count += 1) start(work, count % 2 === 0 ? 'p-1' : 'p-2')
    assert.equal((await work.closed()).reason, 'REQUEST_INVALID')
  })

  test('that closes leaves its timer to be closed at the last proof', async () => {
    const { person, work } = await open()
    start(work, 'p-2')
    await work.finds(isSaved, 'the timer')
    time.pass(9 * SECOND_MS)
    work.say({ type: 'presence', idleMs: 2_000, atMs: AT_ONCE })
    await afterHeartbeat(work)
    work.socket.close()
    await work.closed()
    time.pass(16 * SECOND_MS)
    const stop = await waitFor(
      async () =>
        (await console.facts('activity', `${practice}/p-2`)).find(
          (fact) => fact.type === 'time.stopped' && fact.data.clinician === person.user,
        ),
      { what: 'the end of the timer' },
    )
    assert.equal(stop.type === 'time.stopped' && stop.data.until - stop.data.startedAt, 7_000)
    assert.equal(stop.type === 'time.stopped' && stop.data.reason, 'lost')
  })

  test('refuses time by hand over the timer’s own, and the timer trims nothing of it', async () => {
    const { person, work } = await open()
    start(work, 'p-2')
    await work.finds(isSaved, 'the timer')
    for (let beat = 0; beat < 8; beat += 1) {
      time.pass(4 * SECOND_MS)
      work.say({ type: 'presence', idleMs: 0, atMs: AT_ONCE })
      await afterHeartbeat(work)
    }
    await waitFor(
      async () =>
        (await console.facts('activity', `${practice}/p-2`)).some(
          (fact) => fact.type === 'time.extended' && fact.data.clinician === person.user,
        ),
      { what: 'a checkpoint' },
    )
    const from = time.clock.now() - 2 * MINUTE_MS
    const body = {
      program: 'RPM',
      category: 'data-review',
      from,
      until: from + 100_000,
      reason: 'x',
    } as const
    await refused(person.call('enterTime', { params: { practice, patient: 'p-1' }, body }), 'TIME_OVERLAPS')
    work.say({ type: 'timer.stop', request: 0, reason: 'stopped', atMs: AT_ONCE })
    await stopOf(work)
  })
})

describe('A console that stops', () => {
  test('saves what is proven, and its people go on at another', async () => {
    const stopping = await startConsoleOn(engines, { time })
    const person = await stopping.person(practice, 'nurse-last', 'clinician')
    const work = openReader(person, 'liveWork', { practice })
    await work.opened()
    start(work)
    const { session } = await work.finds(isSaved, 'the timer')
    time.pass(12 * SECOND_MS)
    work.say({ type: 'presence', idleMs: 0, atMs: AT_ONCE })
    await afterHeartbeat(work)
    await stopping[Symbol.asyncDispose]()
    assert.deepEqual(work.messages.filter(isStopped), [])
    const proven = (await console.facts('activity', `${practice}/p-1`)).findLast(
      (fact) => fact.type === 'time.extended' && fact.data.session === session,
    )
    assert.equal(proven?.type === 'time.extended' && proven.data.until - proven.data.startedAt, 12_000)
    const there = openReader(await console.person(practice, 'nurse-last', 'clinician'), 'liveWork', {
      practice,
    })
    await there.opened()
    there.say({ type: 'timer.resume', request: 1, session, idleMs: 0, atMs: AT_ONCE })
    await there.finds((message): message is TimerRunning => message.type === 'timer', 'the timer')
    there.say({ type: 'timer.stop', request: 2, reason: 'stopped', atMs: AT_ONCE })
    await stopOf(there)
  })
})
