import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Chart, failure, type OpsReport } from '@cufflink/contracts'
import type { LogFields, Logger } from '@cufflink/runtime'
import { overlaid, type SignedInPerson, waitFor } from '@cufflink/testkit'
import { at, handClock } from '../charts-fixture.ts'
import { deviceOf, furnish, nurseOf } from '../closing/closing-fixture.ts'
import {
  type Engines,
  enrol,
  openEngines,
  type RunningConsole,
  refused,
  startConsoleOn,
  startTrackerOn,
} from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'
import { movedReadingsSuite } from './moved-readings-suite.ts'

const practice = 'riverside'
const month = '2026-03'
const time = handClock(at('2026-03-17', '22:00'))
const device = deviceOf(practice, 'p-1')
const dates = ['2026-03-02', '2026-03-05', '2026-03-11', '2026-03-12']
const params = { practice, device }

let engines: Engines
let console: RunningConsole
let ada: SignedInPerson
let tracker: AsyncDisposable
before(async () => {
  engines = await openEngines()
  tracker = engines.tracker
  console = await startConsoleOn(engines, { time })
  await enrol(console, practice)
  ada = await console.person(practice, nurseOf(practice))
  const file = { practice, seconds: 0, call: false, note: false }
  await furnish(engines, console, [
    { ...file, patient: 'p-1', dates },
    { ...file, patient: 'p-2', dates: [] },
    { ...file, patient: 'p-3', dates: [] },
  ])
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await tracker[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

const shows = async (patient: string, dataDays: number, standing: number): Promise<void> => {
  const reader = openReader(ada, 'livePatient', { practice, patient, month })
  const fits = ({ row, readings }: Chart): boolean =>
    row.dataDays === dataDays && readings.filter(({ retracted }) => !retracted).length === standing
  await reader.until((charts) => charts.length > 0 && fits(charts.at(-1)!), `${dataDays} days of ${patient}`)
}

test('a device that another patient has is moved only when that is said, with who has it and since when', async () => {
  const body = { patient: 'p-2', from: at('2026-03-10', '00:00') }
  await assert.rejects(ada.call('assignDevice', { params, body }), (refused: Record<string, unknown>) => {
    assert.equal(refused['code'], 'DEVICE_HELD')
    const [held, ...others] = refused['conflicts'] as readonly Record<string, unknown>[]
    assert.deepEqual([held?.['patient'], others], ['p-1', []])
    return true
  })
  await shows('p-1', 4, 4)
})

test('a device that its patient has from earlier is not given to them from later on: what came before would stay theirs', async () => {
  const from = at('2026-03-10', '00:00')
  await refused(
    ada.call('assignDevice', { params, body: { patient: 'p-1', from } }),
    'DEVICE_ASSIGNED_EARLIER',
  )
  await ada.call('assignDevice', { params, body: { patient: 'p-1' } })
})

test('its readings since then move to the new patient, and can be moved back, and again', async () => {
  const move = (patient: string) =>
    ada.call('assignDevice', { params, body: { patient, from: at('2026-03-10', '00:00'), move: true } })
  for (const [patient, days] of [
    ['p-2', [2, 2]],
    ['p-1', [4, 0]],
    ['p-2', [2, 2]],
  ] as const) {
    await move(patient)
    await shows('p-1', days[0], days[0])
    await shows('p-2', days[1], days[1])
  }
})

/** Ends the tracker that runs, and starts another one. */
async function trackOn(parts?: Parameters<typeof startTrackerOn>[1]): Promise<void> {
  await tracker[Symbol.asyncDispose]()
  tracker = await startTrackerOn(engines, parts)
}

/** A tracker on a ledger on which no reading is taken back: the other facts get through. Resolves `reached` where one would be. */
async function withoutRetractions(answer: () => Promise<never>) {
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const { ledger } = engines
  let isCut = true
  const append: typeof ledger.append = (fact) => {
    if (!isCut || fact.type !== 'reading.retracted') return ledger.append(fact)
    resolve()
    return answer()
  }
  await trackOn({ ledger: overlaid(ledger, { append }) })
  const mend = (): void => {
    isCut = false
  }
  return { reached, mend }
}
const moveTo = (patient: string) =>
  ada.call('assignDevice', { params, body: { patient, from: at('2026-03-10', '00:00'), move: true } })

test('a tracker that ends between the two facts of a move leaves none lost and none twice: the next ends the move', async () => {
  const killed = await withoutRetractions(() => new Promise(() => undefined))
  await moveTo('p-3')
  await killed.reached
  await trackOn()
  await shows('p-3', 2, 2)
  await shows('p-2', 0, 0)
  await shows('p-1', 2, 2)
})

test('a second fact that the ledger did not take is tried again by the same tracker', async () => {
  const failing = await withoutRetractions(() => Promise.reject(failure('LEDGER_UNAVAILABLE')))
  await moveTo('p-2')
  await failing.reached
  failing.mend()
  await shows('p-2', 2, 2)
  await shows('p-3', 0, 0)
  await shows('p-1', 2, 2)
})

test('what a tracker that was killed left undone is done by the next, from the index alone', async () => {
  await tracker[Symbol.asyncDispose]()
  const { ledger } = engines
  // The record of a move that no one carried out: all of it was another patient's.
  const record = {
    device,
    model: 'BPM',
    secretDigest: '0'.repeat(64),
    status: 'active',
    assignments: [
      { patient: 'p-1', from: at('2026-02-20', '00:00'), to: at('2026-02-20', '00:00') },
      { patient: 'p-2', from: at('2026-02-20', '00:00') },
    ],
  } as const
  const envelope = { v: 1, tenant: practice, at: time.clock.now(), by: 'user:ada' } as const
  await ledger.append({
    ...envelope,
    id: 'undone',
    type: 'device.registered',
    data: { ...record, assignments: [...record.assignments] },
  })
  await trackOn()
  await shows('p-2', 4, 4)
  await shows('p-1', 0, 0)
})

test('a device whose readings cannot be moved holds up no other, is said, and is tried again', async () => {
  const { ledger } = engines
  const [stuck, other] = [deviceOf(practice, 'p-4'), deviceOf(practice, 'p-5')]
  let isStuck = true
  const warnings: LogFields[] = []
  const quiet = () => undefined
  const logger: Logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (message, fields = {}) =>
      void (message === 'readings of a device were not moved' && warnings.push(fields)),
    child: () => logger,
  }
  const append: typeof ledger.append = (fact) =>
    isStuck &&
    fact.by === 'service:tracker' &&
    fact.type === 'reading.recorded' &&
    fact.data.reading.device === stuck
      ? Promise.reject(failure('INTERNAL'))
      : ledger.append(fact)
  await trackOn({ logger, ledger: overlaid(ledger, { append }) })
  ada = await console.person(practice, 'grace', 'clinician', 'ops')
  const file = { practice, seconds: 0, call: false, note: false }
  await furnish(engines, console, [
    { ...file, patient: 'p-4', dates },
    { ...file, patient: 'p-5', dates: dates.slice(0, 3) },
    { ...file, patient: 'p-6', dates: [] },
  ])
  for (const each of [stuck, other]) {
    const body = { patient: 'p-6', from: at('2026-02-20', '00:00'), move: true }
    await ada.call('assignDevice', { params: { practice, device: each }, body })
  }
  await shows('p-6', 3, 3)
  await waitFor(() => warnings.length > 0, { what: 'the failure to be said' })
  assert.deepEqual([warnings[0]?.code, warnings[0]?.attempt], ['INTERNAL', 1])
  const ops = openReader(ada, 'liveOps', { practice })
  const alarmOf = (reports: readonly OpsReport[]) =>
    reports.at(-1)?.alarms.find(({ code }) => code === 'READINGS_NOT_MOVED')
  await ops.until((reports) => alarmOf(reports) !== undefined, 'the alarm')
  assert.match(alarmOf(ops.messages)?.message ?? '', new RegExp(`It is ${stuck}\\.`))
  isStuck = false
  await shows('p-6', 4, 7)
  await shows('p-4', 0, 0)
  await ops.until((reports) => reports.at(-1)?.alarms.length === 0, 'no alarm')
})

movedReadingsSuite('Embedded', () => openEngines(), true)
