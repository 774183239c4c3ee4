import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createShares } from '../../src/shares/shares.ts'

const MB = 1_048_576
const limits = {
  readingsPerSecond: 20,
  burstReadings: 2_000,
  factsPerDay: 5_000,
  maxBytes: 64 * MB,
  maxPacketBytes: 262_144,
}

function bench() {
  const clock = { now: 0 }
  return { clock, shares: createShares({ limits, now: () => clock.now }) }
}

test('devices that send all they can fill the bound never, and a quiet one is always read', () => {
  const { shares } = bench()
  const chunk = 65_536
  for (let round = 0; round < 100; round += 1) {
    for (let device = 0; device < 150; device += 1) {
      const share = shares.of(`flood-${device}`)
      if (shares.mayBeRead(share)) shares.hold(share, chunk)
    }
  }
  assert.ok(shares.bytes < limits.maxBytes, `${shares.bytes} bytes`)
  assert.ok(shares.of('flood-0').bytes >= limits.maxPacketBytes, 'a packet fits, however many there are')
  assert.equal(shares.mayBeRead(shares.of('quiet')), true)
})

test('one device alone has no more than a sixty-fourth of the bound, and is read again when it is answered', () => {
  const { shares } = bench()
  const share = shares.of('flood')
  while (shares.mayBeRead(share)) shares.hold(share, 65_536)
  assert.ok(share.bytes <= MB + 65_536)
  shares.hold(share, -share.bytes)
  assert.equal(shares.mayBeRead(share), true)
  assert.equal(shares.bytes, 0)
})

test('a flood of empty packets, or of connections, stops the reading of its device for a time', () => {
  const { shares, clock } = bench()
  const pings = shares.of('pings')
  for (let n = 0; n < 32_768; n += 1) shares.packetRead(pings, 0)
  assert.equal(shares.mayBeRead(pings), false)
  const knocks = shares.of('knocks')
  for (let n = 0; n < 1_500; n += 1) shares.connected(knocks)
  assert.equal(shares.mayNotConnect(knocks), 'DEVICE_OVER_RATE')
  clock.now += 101_000
  assert.equal(shares.mayBeRead(pings), true)
  assert.equal(shares.mayNotConnect(knocks), undefined)
})

test('three of the largest batches one after the other stop no reading: PINGREQ is still answered', () => {
  const { shares, clock } = bench()
  const share = shares.of('cuff')
  for (let n = 0; n < 3; n += 1) share.rate.take(1_000, clock.now)
  assert.equal(shares.mayBeRead(share), true)
})

test('a device at its full rate all day adds a day’s share and what it was given at once; copies do not count', () => {
  const { shares, clock } = bench()
  const share = shares.of('cuff')
  let added = 0
  for (; clock.now < 86_400_000; clock.now += 50) {
    if (shares.overShare(share) !== undefined) continue
    shares.messageTaken(share, 1, 1)
    added += 1
  }
  assert.ok(added >= 9_999 && added <= 10_001, `${added} facts`)
  shares.messageTaken(share, 1, 1)
  assert.equal(shares.mayBeRead(share), false)
  assert.equal(shares.mayNotConnect(share), 'DEVICE_OVER_DAY')
  const repeats = shares.of('repeats')
  for (let n = 0; n < 20_000; n += 1, clock.now += 50) shares.messageTaken(repeats, 1, 0)
  assert.equal(repeats.day.level(clock.now), limits.factsPerDay)
})

test('a device that is at rest is forgotten, one in debt is not', () => {
  const { shares, clock } = bench()
  const share = shares.of('cuff')
  shares.connected(share)
  shares.disconnected(share)
  shares.sweep()
  assert.equal(shares.of('cuff'), share)
  clock.now += 60_000
  shares.sweep()
  assert.notEqual(shares.of('cuff'), share)
})
