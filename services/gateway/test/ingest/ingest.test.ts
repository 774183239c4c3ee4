import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFact } from '@cufflink/contracts'
import { createCopyFilter } from '../../src/ingest/copies.ts'
import { createIngest, type IngestOptions } from '../../src/ingest/ingest.ts'
import type { Message } from '../../src/ingest/interpret.ts'
import { createRejectedLimit } from '../../src/ingest/rejected-limit.ts'
import { createTally } from '../../src/ingest/tally.ts'
import type { Work } from '../../src/shares/shares.ts'
import { heldLedger, registered, roomForAll, trustedClock, weight } from '../harness.ts'

const AT = 1_790_000_000_000
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const device = registered('cuff')
const path = 'devices/cuff/readings'

function bench(overrides: Partial<IngestOptions> = {}) {
  const ledger = heldLedger()
  const tally = createTally()
  let now = AT
  const ingest = createIngest({
    copies: createCopyFilter(ledger),
    rejectedLimit: createRejectedLimit({ bytesPerDay: 10_000, now: () => 0 }),
    parked: roomForAll,
    admit: (_device, work) => void work.start(),
    tally,
    hostClock: trustedClock,
    clock: { now: () => now },
    stopwatch: () => now,
    ...overrides,
  })
  return {
    ledger,
    tally,
    ingest({
      receivedAt,
      ...message
    }: Omit<Message, 'answer' | 'isKept'> & Partial<Message> & { receivedAt: number }) {
      now = receivedAt
      return ingest({ answer: { open: true }, isKept: true, ...message })
    },
  }
}

test('a reading becomes a fact of the patient who had the device when it was measured', async () => {
  const { ledger, tally, ingest } = bench()
  const assignments = [
    { patient: 'p-1', from: 0, to: AT },
    { patient: 'p-2', from: AT },
  ]
  const handedOver = { ...device, assignments }
  await ingest({ device: handedOver, path, payload: bytes(weight(AT - 1)), receivedAt: AT + 5_000 })
  await ingest({ device: handedOver, path, payload: bytes(weight(AT)), receivedAt: AT + 5_000 })
  assert.deepEqual(
    ledger.facts.map((fact) => fact.type === 'reading.recorded' && fact.data.patient),
    ['p-1', 'p-2'],
  )
  assert.equal(tally.recorded, 2)
})

test('a reading of a device that no one had is parked', async () => {
  const { ledger, tally, ingest } = bench()
  const outcome = await ingest({
    device: { ...device, assignments: [] },
    path,
    payload: bytes(weight(AT)),
    receivedAt: AT,
  })
  assert.equal(outcome, 'parked')
  assert.equal(ledger.facts[0]?.type, 'reading.parked')
  assert.equal(tally.parked, 1)
})

const unreadable = [
  { code: 'PAYLOAD_NOT_JSON', payload: '{"kind":"body-w', path },
  { code: 'PAYLOAD_UNKNOWN', payload: '{"kind":"mood","value":3}', path },
  { code: 'READING_IMPLAUSIBLE', payload: '{"kind":"body-weight","weightKg":6226}', path },
  { code: 'TOPIC_UNKNOWN', payload: weight(AT), path: 'devices/another/readings' },
]
for (const { code, payload, path: topic } of unreadable) {
  test(`what is no reading is kept whole with its reason: ${code}`, async () => {
    const { ledger, tally, ingest } = bench()
    assert.equal(await ingest({ device, path: topic, payload: bytes(payload), receivedAt: AT }), 'rejected')
    const [fact] = ledger.facts
    assert.ok(fact?.type === 'payload.rejected' && isFact(fact))
    assert.equal(fact.data.code, code)
    assert.equal(Buffer.from(fact.data.payloadBase64, 'base64').toString(), payload)
    assert.equal(tally.rejected, 1)
  })
}

test('a reading that is ahead of the clock is kept at its receipt, as a guess, and is the same when sent again', async () => {
  const { ledger, tally, ingest } = bench()
  const told = Date.parse('2026-10-14T08:00:00-05:00')
  const payload = bytes(
    JSON.stringify({ kind: 'body-weight', measuredAt: '2026-10-14T08:00:00-05:00', weightKg: 80 }),
  )
  const receivedAt = Date.parse('2026-10-14T12:00:05Z')
  await ingest({ device, path, payload, receivedAt })
  await ingest({ device, path, payload, receivedAt: receivedAt + 60_000 })
  const [first, ...others] = ledger.facts
  assert.ok(first?.type === 'reading.recorded' && first.v === 2 && isFact(first))
  const { measuredAt, clockQuality, deviceTime } = first.data.reading
  assert.deepEqual([measuredAt, clockQuality, deviceTime], [receivedAt, 'estimated', told])
  assert.deepEqual(others, [], 'what the device says again takes no further row')
  assert.deepEqual([tally.recorded, tally.duplicate], [1, 1])
})

test('a reading of a clock that began again before the device had a patient is dated by its receipt', async () => {
  const { ledger, ingest } = bench()
  const given = { ...device, assignments: [{ patient: 'p-1', from: AT }] }
  const payload = bytes('{"kind":"body-weight","measuredAt":"2021-01-01T00:07:00Z","weightKg":80}')
  await ingest({ device: given, path, payload, receivedAt: AT + 5_000 })
  const [fact] = ledger.facts
  assert.ok(fact?.type === 'reading.recorded')
  assert.deepEqual(
    [fact.data.patient, fact.data.reading.measuredAt, fact.data.reading.clockQuality],
    ['p-1', AT + 5_000, 'receipt'],
  )
})

test('of a batch the good readings are recorded, and the payload is set aside with which are not and why', async () => {
  const { ledger, tally, ingest } = bench()
  const good = Array.from({ length: 20 }, (_, day) => JSON.parse(weight(AT - day * 86_400_000)))
  const batch = good.toSpliced(7, 0, { kind: 'blood-pressure', systolicMmHg: 2047, diastolicMmHg: 80 })
  const payload = bytes(JSON.stringify(batch))
  ledger.hold()
  const outcome = ingest({ device, path, payload, receivedAt: AT })
  assert.equal(ledger.facts.length, 21)
  for (let fact = 0; fact < 20; fact += 1) ledger.releaseOne()
  assert.equal(
    await Promise.race([outcome, new Promise((resolve) => setImmediate(resolve, 'waits'))]),
    'waits',
  )
  ledger.release()
  assert.equal(await outcome, 'rejected')
  const aside = ledger.facts.at(-1)
  assert.ok(aside?.type === 'payload.rejected' && aside.v === 2 && isFact(aside))
  assert.deepEqual(aside.data.items, [{ index: 7, code: 'READING_IMPLAUSIBLE' }])
  assert.equal(tally.rejected, 1)
  await ingest({ device, path, payload, receivedAt: AT + 1000 })
  assert.equal(new Set(ledger.facts.map(({ id }) => id)).size, 21)
})

test('a reading without a clock that was held over a midnight keeps the instant at which it first came', async () => {
  const { ledger, ingest } = bench()
  const payload = bytes('{"kind":"body-weight","weightKg":80}')
  const midnight = Date.UTC(2026, 9, 12)
  const gone = { open: true }
  ledger.hold()
  const first = ingest({ device, path, payload, receivedAt: midnight - 2_000, answer: gone })
  gone.open = false
  const again = { open: true }
  const later = [midnight + 600_000, midnight + 601_000].map((receivedAt) =>
    ingest({ device, path, payload, receivedAt, answer: again }),
  )
  ledger.release()
  await Promise.all([first, ...later])
  const [one, second] = ledger.facts
  assert.equal(ledger.facts.length, 2, 'the copy takes no row')
  assert.ok(one?.type === 'reading.recorded' && second?.type === 'reading.recorded')
  assert.equal(one.data.reading.measuredAt, midnight - 2_000)
  // on one connection a device sends a reading once: this is a second weighing with the same result
  assert.equal(second.data.reading.measuredAt, midnight + 601_000)
})

test('what a suspect clock withheld is dated by when it came, once the clock is right, and so is what came again meanwhile', async () => {
  const time = { watch: 0, host: Date.UTC(2026, 9, 12) }
  const told: (readonly [string, number, number?])[] = []
  const hostClock = { isTrusted: false, told: (...word: (typeof told)[number]) => void told.push(word) }
  const waiting: Work[] = []
  const { ledger, tally, ingest } = bench({
    hostClock,
    clock: { now: () => time.host + time.watch },
    stopwatch: () => time.watch,
    admit: (_device, work) => void waiting.push(work),
  })
  const send = (payload: string, answer = { open: true }) =>
    ingest({ device, path, payload: bytes(payload), receivedAt: 0, answer })
  const gone = { open: true }
  const lost = send('{"kind":"body-weight","weightKg":80}', gone)
  gone.open = false
  assert.equal(waiting[0]?.comesAgain, true)
  waiting.shift()?.lapse()
  await assert.rejects(lost, { code: 'HOST_CLOCK_SUSPECT' })
  time.watch = 60_000
  const again = [send('{"kind":"body-weight","weightKg":80}'), send('{"kind":"body-weight","weightKg":81}')]
  const clocked = send(weight(AT))
  assert.deepEqual(told, [['cuff', AT, 60_000]], 'heard though it is not taken')
  for (const work of waiting) assert.equal(work.start(), undefined)
  time.watch = 7_200_000
  time.host = AT
  hostClock.isTrusted = true
  for (const work of waiting) assert.notEqual(work.start(), undefined)
  await Promise.all([...again, clocked])
  const dates = ledger.facts.flatMap((fact) =>
    fact.type === 'reading.recorded' ? [[fact.data.reading.measuredAt, fact.at]] : [],
  )
  assert.deepEqual(dates, [
    [AT, AT + 60_000],
    [AT + 60_000, AT + 60_000],
    [AT, AT + 60_000],
  ])
  assert.deepEqual([tally.recorded, tally.failed, tally.inFlight], [3, 1, 0])
})

test('the same reading sent again is the same fact; another value, time or device is another', async () => {
  const { ledger, ingest } = bench()
  const send = (payload: string, from = device, receivedAt = AT + 60_000) =>
    ingest({ device: from, path: `devices/${from.device}/readings`, payload: bytes(payload), receivedAt })
  await send(weight(AT))
  await send(weight(AT), device, AT + 7 * 86_400_000)
  await send(weight(AT, 81))
  await send(weight(AT + 1_000))
  await send(weight(AT), registered('other'))
  // A gateway that was started again remembers nothing: its copy has the same id.
  const { ledger: later, ingest: restarted } = bench()
  await restarted({ device, path, payload: bytes(weight(AT)), receivedAt: AT + 90_000 })
  assert.equal(later.facts[0]?.id, ledger.facts[0]?.id)
  assert.equal(ledger.facts.length, 4)
  assert.equal(new Set(ledger.facts.map(({ id }) => id)).size, 4)
})

test('every message is received, and then recorded, parked, rejected, failed or in flight', async () => {
  const { ledger, tally, ingest } = bench()
  const total = () =>
    tally.recorded + tally.parked + tally.rejected + tally.duplicate + tally.failed + tally.inFlight
  ledger.hold()
  const outcomes = [weight(AT), 'nonsense', weight(AT + 1)].map((payload) =>
    ingest({ device, path, payload: bytes(payload), receivedAt: AT + 10 }),
  )
  assert.equal(tally.received, 3)
  assert.equal(total(), 3)
  ledger.release()
  await Promise.all(outcomes)
  assert.equal(total(), 3)
  assert.equal(tally.inFlight, 0)
})

test('a reading that is sent again is acknowledged once it is durable, takes no row, and is counted', async () => {
  const { ledger, tally, ingest } = bench()
  ledger.hold()
  const send = () => ingest({ device, path, payload: bytes(weight(AT)), receivedAt: AT })
  const [first, again] = [send(), send()]
  assert.equal(tally.inFlight, 2)
  ledger.release()
  assert.deepEqual([await first, await again, await send()], ['recorded', 'duplicate', 'duplicate'])
  assert.equal(ledger.facts.length, 1)
  assert.equal(tally.duplicate, 2)
})

test('a batch of which a part is new is recorded, and the new part alone takes rows', async () => {
  const { ledger, ingest } = bench()
  const batch = (...instants: number[]) => bytes(`[${instants.map((at) => weight(at)).join(',')}]`)
  await ingest({ device, path, payload: batch(AT - 2, AT - 1), receivedAt: AT })
  assert.equal(await ingest({ device, path, payload: batch(AT - 2, AT - 1, AT), receivedAt: AT }), 'recorded')
  assert.equal(ledger.facts.length, 3)
})

test('beyond what is kept of a device its junk is acknowledged and counted, and takes no row', async () => {
  const { ledger, tally, ingest } = bench()
  const junk = (n: number) => ingest({ device, path, payload: bytes(`junk ${n}`), receivedAt: AT })
  for (let n = 0; n < 100; n += 1) assert.equal(await junk(n), 'rejected')
  assert.equal(tally.rejected, 100)
  assert.equal(ledger.facts.length + tally.notKept, 100)
  assert.ok(ledger.facts.length < 25, `${ledger.facts.length} rows`)
  assert.equal(await ingest({ device, path, payload: bytes(weight(AT)), receivedAt: AT }), 'recorded')
})
