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
  held: false,
}
const at = (now: number, more: Partial<Clocked> = {}, congested = false): string | undefined =>
  overdue({ ...calm, ...more }, { now, connectDeadlineMs: 10_000, congested })

test('before CONNECT the deadline counts from the opening, whatever comes and however full the gateway is', () => {
  const stranger = { client: undefined, lastPacketAt: 9_999 }
  assert.equal(at(10_000, stranger), undefined)
  assert.equal(at(10_001, stranger, true), 'CONNECT_TIMEOUT')
})

test('silence counts from the last packet', () => {
  assert.equal(at(90_000), undefined)
  assert.equal(at(90_001), 'KEEP_ALIVE_TIMEOUT')
  assert.equal(at(90_001, { lastPacketAt: 1 }), undefined)
})

test('silence is no fault of a device that the gateway does not read', () => {
  assert.equal(at(1e12, { held: true }), undefined)
  assert.equal(at(1e12, {}, true), undefined)
})

test('who leaves its answers unread has its keep-alive, and a minute at the most, however full the gateway is', () => {
  const mute = { unreadSince: 1_000, lastPacketAt: 1e9 }
  assert.equal(at(61_000, mute, true), undefined)
  assert.equal(at(61_001, mute, true), 'WAIT_EXPIRED')
  assert.equal(at(61_001, { ...mute, client: client(5_400_000), held: true }), 'WAIT_EXPIRED')
  assert.equal(at(2_501, { ...mute, client: client(1_500) }), 'WAIT_EXPIRED')
})
