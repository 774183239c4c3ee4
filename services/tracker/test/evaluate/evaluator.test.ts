import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { settledKey } from '@cufflink/billing'
import { type Fact, type FactOf, patientKey } from '@cufflink/contracts'
import { daysKey } from '@cufflink/folds'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { waitFor } from '@cufflink/testkit'
import { openSqliteViews, type Tally, type Views } from '@cufflink/views'
import { startTracker, TrackerConfig } from '../../src/index.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 9, 20, 18)
const SINCE = NOW - 10 * DAY_MS
const PARTITIONS = 2
const envelope = { v: 1, tenant: 't', at: SINCE, by: 'user:tester' } as const
const logger = createLogger({ service: 'tracker', level: 'silent' })

/** A ledger, views and a tracker whose clock stands until it is moved. */
async function tracked() {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-evaluator-')))
  const ledger = stack.adopt(await openSqliteLedger({ dir: path, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(path, 'views.db') }), (one) => one.close())
  const config = loadConfig(TrackerConfig, { env: { STATE_DIR: path, TRACKER_HTTP_PORT: '0' } })
  let now = NOW
  const start = async () => {
    const lifecycle = createLifecycle({ logger, service: 'tracker' })
    await lifecycle.start(async () => {
      await startTracker({ config, ledger, views, logger, lifecycle, clock: { rate: 1, now: () => now } })
    })
    return { stop: () => lifecycle.stop({ reason: 'test' }) }
  }
  let running = await start()
  stack.defer(() => running.stop())
  const owned = stack.move()
  return {
    ledger,
    views,
    tally: (patient: string) => tallyOf(ledger, views, patient),
    pass: (ms: number) => (now += ms),
    stop: () => running.stop(),
    async start() {
      running = await start()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const tallyOf = async (ledger: Ledger, views: Views, patient: string): Promise<Tally> => {
  const name = patientKey('t', patient)
  const [tally = {}] = await views.evaluations.tallies(ledger.partitionOf(name), [name])
  return tally
}

const practice: Fact = {
  ...envelope,
  id: 'open',
  type: 'practice.opened',
  data: { name: 'Invented', zone: 'America/New_York' },
}

const deviceOf = (patient: string, replaces?: string): FactOf<'device.registered'> => ({
  ...envelope,
  v: 2,
  id: `cuff-${patient}${replaces ?? ''}`,
  type: 'device.registered',
  data: {
    device: 'cuff',
    model: 'BPM',
    secretDigest: hash('sha256', 'secret', 'hex'),
    status: 'active',
    assignments: [{ patient, from: SINCE }],
    ...(replaces && { replaces }),
  },
})

function enrolled(patient: string): Fact[] {
  const zone = 'America/New_York'
  const id = (what: string): string => `${what}-${patient}`
  return [
    {
      ...envelope,
      id: id('enrol'),
      type: 'patient.enrolled',
      data: { patient, name: 'A', zone, enrolledAt: SINCE },
    },
    {
      ...envelope,
      id: id('consent'),
      type: 'consent.recorded',
      data: { patient, consentedAt: SINCE, mode: 'verbal', takenBy: 'nurse' },
    },
    {
      ...envelope,
      id: id('order'),
      type: 'order.recorded',
      data: { patient, orderedAt: SINCE, practitioner: 'md' },
    },
    {
      ...envelope,
      id: id('episode'),
      type: 'episode.opened',
      data: { patient, episode: 'e-1', openedAt: SINCE },
    },
  ]
}

const reading = (n: number, patient = 'p-1'): FactOf<'reading.recorded'> => ({
  ...envelope,
  id: `reading-${n}`,
  type: 'reading.recorded',
  data: {
    patient,
    reading: {
      device: 'cuff',
      measuredAt: SINCE + n * DAY_MS + 3_600_000,
      gatewayReceivedAt: SINCE + n * DAY_MS + 3_600_000,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
})

async function append(ledger: Ledger, facts: readonly Fact[]): Promise<void> {
  for (const fact of facts) await ledger.append(fact)
}

/** Waits for fields of a tally, however busy the machine is. */
async function until(
  read: () => Promise<Readonly<Record<string, string>>>,
  wanted: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  let last: Readonly<Record<string, string>> = {}
  await waitFor(
    async () => {
      last = await read()
      return Object.entries(wanted).every(([field, value]) => last[field] === value)
    },
    { what: `the tally ${JSON.stringify(wanted)}` },
  ).catch((error: unknown) => {
    assert.deepEqual(last, wanted, String(error))
  })
  return last
}

test('a patient’s facts become a tally, and each further reading a newer one', async () => {
  await using system = await tracked()
  const { ledger } = system
  await append(ledger, [practice, deviceOf('p-1'), ...enrolled('p-1')])
  await until(() => system.tally('p-1'), { dataDays: '0', waitsFor: 'READING' })
  await append(ledger, [reading(0), reading(1), reading(3)])
  const fields = await until(() => system.tally('p-1'), { dataDays: '3', periodStart: '2026-10-10' })
  assert.equal(fields['readingsPerDate'], `1 1 0 1${' 0'.repeat(26)}`)
  assert.equal(fields['code.99445'], 'supported 1')
  assert.equal(fields['next'], '99454 13 days')
  assert.equal(fields['asOfReadings'], '3')
})

const nurse = {
  ...envelope,
  id: 'nurse',
  type: 'user.registered',
  data: {
    user: 'nurse',
    name: 'Nurse',
    roles: ['clinician'],
    credential: 'clinical-staff',
    status: 'active',
    passwordHash: `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  },
} as const satisfies FactOf<'user.registered'>

/** Time entered by hand: minutes after the practice's noon of a date. */
const worked = (patient: string, from: number, until: number): FactOf<'time.entered'> => {
  const noon = NOW - DAY_MS
  return {
    ...envelope,
    id: `time-${patient}-${from}`,
    at: NOW - 1_000,
    type: 'time.entered',
    data: {
      patient,
      clinician: 'nurse',
      session: `s-${patient}-${from}`,
      startedAt: noon + from * 60_000,
      until: noon + until * 60_000,
      program: 'RPM',
      category: 'data-review',
      reason: 'invented',
    },
  }
}
const voided = (entry: FactOf<'time.entered'>): FactOf<'time.voided'> => {
  const { patient, clinician, session, startedAt } = entry.data
  return {
    ...envelope,
    id: `void-${session}`,
    at: NOW,
    type: 'time.voided',
    data: { patient, clinician, session, startedAt, reason: 'invented' },
  }
}

/** Two patients of different partitions. */
const apart = (ledger: Ledger): readonly [string, string] => {
  const names = Array.from({ length: 20 }, (_, n) => `p-${n}`)
  const first = names[0]!
  const of = (name: string): number => ledger.partitionOf(`t/${name}`)
  return [first, names.find((name) => of(name) !== of(first))!]
}

test('time on one patient trims that on another of the same clinician, on another partition, and gives it back', async () => {
  await using system = await tracked()
  const { ledger } = system
  const [a, b] = apart(ledger)
  await append(ledger, [practice, nurse, ...enrolled(a), ...enrolled(b)])
  const [first, second] = [worked(a, 0, 10), worked(b, 5, 15)]
  await append(ledger, [second])
  await until(() => system.tally(b), { seconds: '600' })
  await append(ledger, [first])
  await until(() => system.tally(a), { seconds: '600' })
  await until(() => system.tally(b), { seconds: '300', secondsDeducted: '300' })
  await append(ledger, [voided(first)])
  await until(() => system.tally(a), { seconds: '0' })
  await until(() => system.tally(b), { seconds: '600', secondsDeducted: '0' })
})

test('a clinician’s month counts each moment once over patients of different partitions, and follows a void, a zone and a shard that is reset', async () => {
  await using system = await tracked()
  const { ledger, views } = system
  const [a, b] = apart(ledger)
  const nurses = 'clinician:t/nurse:2026-10'
  const month = async (): Promise<Tally> =>
    (await views.evaluations.tallies(ledger.partitionOf('t/nurse'), [nurses]))[0]!
  await append(ledger, [practice, nurse, ...enrolled(a), ...enrolled(b)])
  const [first, second] = [worked(a, 0, 10), worked(b, 5, 15)]
  await append(ledger, [second])
  await until(month, { seconds: '600', secondsDeducted: '0', patients: '1' })
  await append(ledger, [first])
  await until(month, {
    seconds: '900',
    secondsDeducted: '300',
    patients: '2',
    practice: 't',
    clinician: 'nurse',
  })
  await append(ledger, [voided(first)])
  await until(month, { seconds: '600', secondsDeducted: '600', patients: '1' })

  await append(ledger, [{ ...practice, id: 'moved', data: { name: 'Invented', zone: 'Asia/Tokyo' } }])
  await until(month, { seconds: '600', zone: 'Asia/Tokyo' })

  // Both parts go, one after the other, and so does the tally; the tracker fills all of it again.
  for (const patient of [a, b]) {
    const shard = { topic: 'activity', partition: ledger.partitionOf(patientKey('t', patient)) } as const
    await views.reset(shard, await views.watermark(shard))
  }
  await system.stop()
  await system.start()
  await until(month, { seconds: '600', secondsDeducted: '600', patients: '1', zone: 'Asia/Tokyo' })
  for (const partition of [0, 1])
    await until(async () => ({ marked: [...(await views.evaluations.marked(partition)).keys()].join(' ') }), {
      marked: '',
    })
})

test('what a tally stands on beside the patient’s facts marks the patients it concerns: a device, a credential, a practice’s fact', async () => {
  await using system = await tracked()
  const { ledger } = system
  const time = worked('p-1', 0, 10)
  await append(ledger, [practice, nurse, deviceOf('p-1'), ...enrolled('p-1'), reading(0), reading(1), time])
  await until(() => system.tally('p-1'), { dataDays: '2', seconds: '600' })
  await append(ledger, [deviceOf('p-2', 'cuff-p-1')])
  await until(() => system.tally('p-1'), { dataDays: '0' })
  const { credential: _, ...without } = nurse.data
  await append(ledger, [{ ...nurse, v: 2, id: 'nurse-2', data: { ...without, replaces: 'nurse' } }])
  await until(() => system.tally('p-1'), { seconds: '0' })
  // What the practice says of a person from a date on holds over the account.
  const said = (id: string, credential: string): Fact => ({
    ...envelope,
    id,
    type: 'credential.changed',
    data: { user: 'nurse', from: SINCE, credential, reason: 'invented' },
  })
  await append(ledger, [said('first', 'clinical-staff')])
  await until(() => system.tally('p-1'), { seconds: '600' })
  await append(ledger, [said('second', 'non-clinical')])
  await until(() => system.tally('p-1'), { seconds: '0' })
})

test('what was changed while no tracker ran is evaluated by the next, and nothing else is', async () => {
  await using system = await tracked()
  const { ledger, views } = system
  await append(ledger, [practice, nurse, deviceOf('p-1'), ...enrolled('p-1'), ...enrolled('p-3'), reading(0)])
  await until(() => system.tally('p-1'), { dataDays: '1' })
  await until(() => system.tally('p-3'), { waitsFor: 'DEVICE' })
  await system.stop()
  const before = await system.tally('p-3')
  system.pass(1_000)
  await append(ledger, [deviceOf('p-2', 'cuff-p-1'), reading(1)])
  await system.start()
  await until(() => system.tally('p-1'), { dataDays: '0' })
  assert.deepEqual(await system.tally('p-3'), before)
  const left = await Promise.all([0, 1].map((partition) => views.evaluations.marked(partition)))
  assert.deepEqual(left, [new Map(), new Map()])
})

test('a period that ends and a line that becomes final need no fact', async () => {
  await using system = await tracked()
  const { ledger } = system
  await append(ledger, [practice, deviceOf('p-1'), ...enrolled('p-1'), reading(0), reading(1)])
  await until(() => system.tally('p-1'), { dataDays: '2', periodStart: '2026-10-10', month: '2026-10' })
  system.pass(31 * DAY_MS)
  await until(() => system.tally('p-1'), { dataDays: '0', periodStart: '2026-11-09', month: '2026-11' })
})

test('a patient who cannot be evaluated has a tally that says so and is counted, and the others go on', async () => {
  await using system = await tracked()
  const { ledger } = system
  const broken = enrolled('p-9').map((fact) =>
    fact.type === 'patient.enrolled' && fact.v === 1
      ? { ...fact, data: { ...fact.data, zone: 'America/Nowhere' } }
      : fact,
  )
  await append(ledger, [practice, deviceOf('p-1'), ...broken, ...enrolled('p-1'), reading(0)])
  await until(() => system.tally('p-1'), { dataDays: '1' })
  await until(() => system.tally('p-9'), { failed: 'PATIENT_NOT_EVALUATED' })
  const counted = await Promise.all(
    [0, 1].map((partition) => system.views.evaluations.counts(partition, 't')),
  )
  const total = (state: string): number => counted.reduce((sum, one) => sum + (one[state] ?? 0), 0)
  assert.deepEqual(['patients', 'failed', 'code.99454.short'].map(total), [2, 1, 1])
})

test('what the locked lines of a patient stand on is as it was until the patient can be evaluated', async () => {
  await using system = await tracked()
  const { ledger } = system
  await append(ledger, [practice, deviceOf('p-1'), ...enrolled('p-1'), reading(0)])
  const before = await until(() => system.tally('p-1'), { dataDays: '1' })
  const [first] = enrolled('p-1')
  assert.ok(before['lockedBasis'] && first?.type === 'patient.enrolled' && first.v === 1)
  await append(ledger, [{ ...first, id: 'moved', data: { ...first.data, zone: 'America/Nowhere' } }])
  const { basis } = await until(() => system.tally('p-1'), { failed: 'PATIENT_NOT_EVALUATED' })
  await append(ledger, [deviceOf('p-1', 'cuff-p-1')])
  await waitFor(async () => (await system.tally('p-1'))['basis'] !== basis, { what: 'another device' })
  assert.equal((await system.tally('p-1'))['lockedBasis'], before['lockedBasis'])
  await append(ledger, [{ ...first, id: 'back' }])
  const after = await until(() => system.tally('p-1'), { dataDays: '1' })
  assert.notEqual(after['lockedBasis'], before['lockedBasis'])
})

/** Two patients of one partition. */
const together = (ledger: Ledger): readonly [string, string] => {
  const names = Array.from({ length: 20 }, (_, n) => `p-${n}`)
  const first = names[0]!
  const of = (name: string): number => ledger.partitionOf(patientKey('t', name))
  return [first, names.slice(1).find((name) => of(name) === of(first))!]
}

/** Leaves bytes where a patient's readings of a month are that no program can decode. */
async function damage({ ledger, views }: { ledger: Ledger; views: Views }, patient: string, month: string) {
  const shard = { topic: 'readings', partition: ledger.partitionOf(patientKey('t', patient)) } as const
  const at = await views.watermark(shard)
  const documents = [{ key: daysKey('t', patient, month), bytes: Uint8Array.of(255) }]
  const outcome = await views.commit(shard, {
    expected: at,
    next: at,
    documents,
    members: [],
    changed: new Map(),
  })
  assert.equal(outcome.outcome, 'committed')
}

test('a document of another month that cannot be decoded is folded again, and everybody of the partition has a tally after', async () => {
  await using system = await tracked()
  const { ledger, views } = system
  const [a, b] = together(ledger)
  await append(ledger, [practice, nurse, deviceOf(a), ...enrolled(a), ...enrolled(b)])
  await append(ledger, [reading(0, a), reading(1, a), worked(b, 0, 10)])
  await until(() => system.tally(a), { dataDays: '2' })
  await until(() => system.tally(b), { seconds: '600' })
  await damage(system, a, '2026-10')
  await views.evaluations.mark(ledger.partitionOf(patientKey('t', a)), [patientKey('t', a)])
  await until(() => system.tally(a), { failed: 'PATIENT_NOT_EVALUATED' })
  const [healed, beside] = [{ dataDays: '2' }, { seconds: '600' }]
  assert.equal((await until(() => system.tally(a), healed))['failed'], undefined)
  await until(() => system.tally(b), beside)

  // Also where no one was evaluated meanwhile, as after a roll-back of the program.
  await system.stop()
  await damage(system, a, '2026-10')
  await views.evaluations.mark(ledger.partitionOf(patientKey('t', a)), [patientKey('t', a)])
  await system.start()
  await until(() => system.tally(b), beside)
  assert.equal((await until(() => system.tally(a), healed))['failed'], undefined)
})

test('evaluating many patients does not hold up the rest of the process', async () => {
  await using system = await tracked()
  const { ledger, views } = system
  const patients = Array.from({ length: 40 }, (_, n) => `p-${n}`)
  await append(ledger, [practice, ...patients.flatMap(enrolled)])
  for (const patient of patients) await until(() => system.tally(patient), { waitsFor: 'DEVICE' })
  const marked = async (): Promise<number> => {
    const found = await Promise.all([0, 1].map((partition) => views.evaluations.marked(partition)))
    return found.reduce((sum, { size }) => sum + size, 0)
  }
  await waitFor(async () => (await marked()) === 0, { what: 'all to be evaluated' })
  for (const [partition, some] of Map.groupBy(
    patients.map((patient) => patientKey('t', patient)),
    ledger.partitionOf,
  ))
    await views.evaluations.mark(partition, some)
  const seen = new Set<number>()
  for (let left = await marked(); left > 0; left = await marked()) {
    seen.add(left)
    await new Promise(setImmediate)
  }
  assert.ok(seen.size > 5, `others had a turn when ${[...seen].join(', ')} were left`)
})

test('a patient whose practice is not there yet keeps the mark, and is evaluated when it is', async (t) => {
  await using system = await tracked()
  const { ledger, views } = system
  const away = Array.from({ length: 20 }, (_, n) => `p-${n}`).find(
    (name) => ledger.partitionOf(patientKey('t', name)) !== ledger.partitionOf('t'),
  )!
  const partition = ledger.partitionOf(patientKey('t', away))
  await append(ledger, enrolled(away))
  await waitFor(async () => (await views.watermark({ topic: 'activity', partition })) >= 4, {
    what: 'the patient’s facts to be folded',
  })
  const { mock } = t.mock.method(views.evaluations, 'marksOf')
  const severalLooks = (): boolean => mock.callCount() > 3
  await waitFor(severalLooks, { what: 'the patient to be looked at again and again' })
  assert.deepEqual([...(await views.evaluations.marked(partition)).keys()], [patientKey('t', away)])
  await append(ledger, [practice])
  await until(() => system.tally(away), { waitsFor: 'DEVICE' })
})

/** The same facts of a patient who began so many days earlier, with a reading every second day until the usual beginning. */
function withHistory(days: number): Fact[] {
  const since = String(SINCE - days * DAY_MS)
  const file = [deviceOf('p-1'), ...enrolled('p-1')].map(
    (fact) => JSON.parse(JSON.stringify(fact).replaceAll(String(SINCE), since)) as Fact,
  )
  return [...file, ...Array.from({ length: days / 2 }, (_, n) => reading(2 * n - days))]
}

/** The months of readings that each evaluation asked for, as they come. */
function monthsRead(t: TestContext, views: Views): () => readonly number[] {
  const { mock } = t.mock.method(views, 'load')
  return () =>
    mock.calls
      .map(({ arguments: [, keys] }) => keys)
      .filter((keys) => keys.some((key) => key.startsWith('settled:')))
      .map((keys) => keys.filter((key) => key.startsWith('days:')).length)
}

test('an evaluation reads as many months of readings after 24 months as after four, and all of them when an older one changes', async (t) => {
  const read: number[][] = []
  for (const days of [120, 720]) {
    await using system = await tracked()
    const { ledger, views } = system
    await append(ledger, [practice, ...withHistory(days)])
    const count = days / 2
    // Of the period that holds since 20 September, or since 30 September: every 30 days since the first reading.
    await until(() => system.tally('p-1'), { asOfReadings: String(count) })
    const partition = ledger.partitionOf(patientKey('t', 'p-1'))
    const isSettled = async (): Promise<boolean> =>
      (await views.load({ topic: 'readings', partition }, [settledKey('t', 'p-1')]))[0] !== undefined
    await waitFor(isSettled, { what: 'the older months to be settled' })
    const before = await system.tally('p-1')
    const months = monthsRead(t, views)
    await append(ledger, [reading(0), reading(1)])
    const fields = await until(() => system.tally('p-1'), { asOfReadings: String(count + 2) })
    assert.equal(Number(fields['dataDays']), Number(before['dataDays']) + 2)
    read.push([...new Set(months())])
    // A reading of a date of the first period, which was without one.
    await append(ledger, [reading(1 - days)])
    await until(() => system.tally('p-1'), { asOfReadings: String(count + 3) })
    assert.ok(Math.max(...months()) >= days / 31, months().join(' '))
  }
  assert.deepEqual(read, [[2], [2]])
})
