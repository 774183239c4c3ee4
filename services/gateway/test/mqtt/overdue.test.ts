import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clocked, overdue } from '../../src/mqtt/overdue.ts'
import { registered } from '../harness.ts'

const client = (silenceAllowedMs: number) => ({
  device: registered('cuff'),
  session: 'cuff',
  silenceAllowedMs,
})
const calm: Clocked = {
  client: client(90_000),
  openedAt: 0,
  lastPacketAt: 0,
  unreadSince: undefined,
  behindSince: undefined,
  overShare: undefined,
}
const at = (now: number, more: Partial<Clocked> = {}): string | undefined =>
  overdue({ ...calm, ...more }, { now, connectDeadlineMs: 10_000 })

test('before CONNECT the deadline counts from the opening, whatever comes', () => {
  const stranger = { client: undefined, lastPacketAt: 9_999 }
  assert.equal(at(10_000, stranger), undefined)
  assert.equal(at(10_001, stranger), 'CONNECT_TIMEOUT')
})

test('silence counts from the last packet', () => {
  assert.equal(at(90_000), undefined)
  assert.equal(at(90_001), 'KEEP_ALIVE_TIMEOUT')
  assert.equal(at(90_001, { lastPacketAt: 1 }), undefined)
})

test('silence is no fault of a device that the gateway does not read, for five minutes: it may be gone', () => {
  const behind = { behindSince: 1_000_000 }
  assert.equal(at(1_300_000, behind), undefined)
  assert.equal(at(1_300_001, behind), 'WAIT_EXPIRED')
  assert.equal(at(1_300_001, { ...behind, overShare: 'DEVICE_OVER_RATE' }), 'DEVICE_OVER_RATE')
})

test('who leaves its answers unread has its keep-alive, and a minute at the most', () => {
  const mute = { unreadSince: 1_000, lastPacketAt: 1e9 }
  assert.equal(at(61_000, mute), undefined)
  assert.equal(at(61_001, mute), 'WAIT_EXPIRED')
  assert.equal(at(61_001, { ...mute, client: client(5_400_000), behindSince: 60_000 }), 'WAIT_EXPIRED')
  assert.equal(at(2_501, { ...mute, client: client(1_500) }), 'WAIT_EXPIRED')
})
