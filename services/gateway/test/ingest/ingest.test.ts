import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFact } from '@cufflink/contracts'
import { createIngest } from '../../src/ingest/ingest.ts'
import { createTally } from '../../src/ingest/tally.ts'
import { heldLedger, registered, weight } from '../harness.ts'

const AT = 1_790_000_000_000
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const device = registered('cuff')
const path = 'devices/cuff/readings'

function bench() {
  const ledger = heldLedger()
  const tally = createTally()
  return { ledger, tally, ingest: createIngest({ ledger, tally }) }
}

test('a reading becomes a fact of whoever had the device when it was measured', async () => {
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

test('a reading of a device that nobody had is parked', async () => {
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
  { code: 'CLOCK_AHEAD', payload: weight(AT + 86_400_000), path },
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

test('the same reading sent again is the same fact; another value, time or device is another', async () => {
  const { ledger, ingest } = bench()
  const send = (payload: string, from = device, receivedAt = AT + 60_000) =>
    ingest({ device: from, path: `devices/${from.device}/readings`, payload: bytes(payload), receivedAt })
  await send(weight(AT))
  await send(weight(AT), device, AT + 7 * 86_400_000)
  await send(weight(AT, 81))
  await send(weight(AT + 1_000))
  await send(weight(AT), registered('other'))
  const [first, again, ...others] = ledger.facts.map(({ id }) => id)
  assert.equal(again, first)
  assert.equal(new Set([first, ...others]).size, 4)
})

test('every message is received, and then recorded, parked, rejected, failed or in flight', async () => {
  const { ledger, tally, ingest } = bench()
  const total = () => tally.recorded + tally.parked + tally.rejected + tally.failed + tally.inFlight
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
