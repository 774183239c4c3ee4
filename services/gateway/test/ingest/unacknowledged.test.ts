import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '@cufflink/contracts'
import { rememberUnacknowledged } from '../../src/ingest/unacknowledged.ts'

const HOUR = 3_600_000
const AT = 1_790_000_000_000

function bench() {
  const time = { now: AT }
  const memory = rememberUnacknowledged(() => time.now)
  const reading = (more: Partial<Reading>): Reading => ({
    device: 'scale',
    measuredAt: time.now,
    gatewayReceivedAt: time.now,
    clockQuality: 'receipt',
    measurement: { kind: 'body-weight', weightKg: 80 },
    ...more,
  })
  const send = (answer: { open: boolean }, more: Partial<Reading> = {}) =>
    memory.first(reading(more), { answer, arrivedAt: time.now })
  const lapse = (answer: { open: boolean }, more: Partial<Reading> = {}) =>
    memory.lapsed(reading(more), { answer, arrivedAt: time.now })
  return { time, memory, send, lapse }
}

test('a reading sent again on a new connection keeps its first instant, however long the ledger is away', () => {
  const { time, memory, send } = bench()
  const lost = { open: true }
  send(lost)
  lost.open = false
  time.now += 30 * HOUR
  const again = { open: true }
  const copy = send(again)
  assert.deepEqual([copy.reading.measuredAt, copy.reading.gatewayReceivedAt], [AT, AT])
  copy.settle()
  assert.equal(memory.size, 0)
})

test('what was acknowledged is forgotten: an equal reading is a new one', () => {
  const { time, send } = bench()
  const path = { open: true }
  send(path).settle()
  path.open = false
  time.now += 1000
  assert.equal(send({ open: true }).reading.measuredAt, AT + 1000)
})

test('a copy of what became durable without the device being told is known for an hour, not for a day', () => {
  for (const [after, measuredAt] of [
    [HOUR, AT],
    [HOUR + 1, AT + HOUR + 1],
  ] as const) {
    const { time, send } = bench()
    const lost = { open: true }
    const first = send(lost)
    lost.open = false
    first.settle()
    time.now += after
    assert.equal(send({ open: true }).reading.measuredAt, measuredAt)
  }
})

test('equal readings are matched one for one', () => {
  const { time, send } = bench()
  const lost = { open: true }
  send(lost)
  time.now += 1000
  send(lost)
  lost.open = false
  time.now += HOUR
  const again = { open: true }
  const instants = [send(again), send(again), send(again)].map(({ reading }) => reading.measuredAt)
  assert.deepEqual(instants, [AT, AT + 1000, AT + 1000 + HOUR])
})

test('what was given up undated is dated by its first arrival once it can be, one for one, if it comes within the hour', () => {
  for (const [after, instants] of [
    [HOUR, [AT, AT + 1000]],
    [HOUR + 1, [AT + 2 * HOUR + 1, AT + 2 * HOUR + 1]],
  ] as const) {
    const { time, send, lapse } = bench()
    const paths = [{ open: false }, { open: false }, { open: true }] as const
    lapse(paths[0])
    time.now += 1000
    lapse(paths[0])
    time.now += HOUR - 1000
    lapse(paths[1])
    lapse(paths[1])
    time.now += after
    const again = [send(paths[2]), send(paths[2])]
    assert.deepEqual(
      again.map(({ reading }) => reading.measuredAt),
      instants,
    )
  }
})

test('what one device leaves behind drives out its own, and nothing of another device', () => {
  const { time, memory, send, lapse } = bench()
  const lost = { open: true }
  send(lost)
  lost.open = false
  const many = { open: true }
  for (let n = 0; n < 30_000; n += 1)
    lapse(many, { device: 'loud', measurement: { kind: 'body-weight', weightKg: 20 + n / 1_000 } })
  assert.equal(memory.size, 10_000)
  time.now += 1_000
  assert.equal(send({ open: true }).reading.measuredAt, AT)
})

test('a reading with a clock, a name or another value is none of its business', () => {
  const { time, memory, send } = bench()
  const lost = { open: true }
  send(lost, { clockQuality: 'synced' })
  send(lost, { recordId: '7' })
  assert.equal(memory.size, 0)
  send(lost)
  lost.open = false
  time.now += 1000
  const other = send({ open: true }, { measurement: { kind: 'body-weight', weightKg: 81 } })
  assert.equal(other.reading.measuredAt, AT + 1000)
})
