import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLogger } from '@cufflink/runtime'
import { watchHostClock } from '../../src/ingest/host-clock.ts'
import { isHostAlone } from '../../src/ingest/witnesses.ts'

const MINUTE = 60_000
const minutes = (...offsets: number[]) => offsets.map((offset) => offset * MINUTE)

describe('the host is alone with its time', () => {
  for (const [what, offsets, alone] of [
    ['when three devices agree on it and none agrees with the host', minutes(20, 20, 21), true],
    ['not for two', minutes(20, 20), false],
    ['not for three that do not agree with one another', minutes(20, 90, 400), false],
    ['not for three that are within the ten minutes', minutes(9, 9, 10), false],
    ['not while as many agree with the host', minutes(20, 20, 20, 0, 1, -1), false],
    ['when more agree that it is later', minutes(20, 20, 20, 20, 0, 1, -1), true],
    ['whatever a few others say', minutes(20, 20, 21, 90, 400), true],
    ['when three agree that it is earlier', minutes(-20, -20, -21), true],
    ['not while as many agree with the host as that it is earlier', minutes(-20, -20, -20, 0, 1, -1), false],
    ['not for three of which two say earlier and one later', minutes(-20, -20, 20), false],
    ['not when none says anything', [], false],
  ] as const) {
    test(what, () => {
      assert.equal(isHostAlone(offsets, 0), alone)
      assert.equal(
        isHostAlone(
          offsets.map((offset) => offset + 7),
          7,
        ),
        alone,
      )
    })
  }
})

function start({ checked = false } = {}) {
  const lines: string[] = []
  const time = { wall: 1_790_000_000_000, watch: 0, written: 0 }
  const hostClock = watchHostClock({
    ledger: { hostIsEarly: async () => time.wall < time.written - 10 * MINUTE },
    clock: { now: () => time.wall, rate: 1 },
    stopwatch: () => time.watch,
    logger: createLogger({
      service: 'gateway',
      level: 'info',
      destination: { write: (line: string) => void lines.push(line) },
    }),
    checked,
  })
  const truth = () => 1_790_000_000_000 + 20 * MINUTE + time.watch
  const pass = (ms: number) => {
    time.watch += ms
    time.wall += ms
  }
  const tell = (count: number) => {
    for (let device = 0; device < count; device += 1) hostClock.told(`cuff-${device}`, truth())
  }
  return { time, hostClock, pass, tell, truth, lines, [Symbol.dispose]: () => hostClock.close() }
}

/** What was logged, by its codes. */
const codes = ({ lines }: { lines: readonly string[] }) => lines.map((line) => JSON.parse(line).code)

describe('a host whose clock is 20 minutes slow', () => {
  test('acknowledges nothing once three devices tell, until its clock is set', () => {
    using host = start()
    const { time, hostClock, tell, pass } = host
    tell(2)
    assert.equal(hostClock.isTrusted, true)
    tell(3)
    assert.equal(hostClock.isTrusted, false)
    pass(30 * MINUTE)
    assert.equal(hostClock.isTrusted, false)
    time.wall += 20 * MINUTE
    assert.equal(hostClock.isTrusted, true)
    assert.deepEqual(codes(host), ['HOST_CLOCK_SUSPECT', undefined])
  })

  test('stays suspect however long nothing is heard, until more devices agree with it', () => {
    using host = start()
    const { time, hostClock, tell, pass } = host
    tell(3)
    assert.equal(hostClock.isTrusted, false)
    pass(61 * MINUTE)
    assert.equal(hostClock.isTrusted, false)
    hostClock.told('cuff-3', time.wall)
    assert.equal(hostClock.isTrusted, false, 'one does not outweigh three')
    for (let device = 4; device < 6; device += 1) hostClock.told(`cuff-${device}`, time.wall)
    assert.equal(hostClock.isTrusted, true)
  })

  test('is judged by what each device told last, not by what waited and is looked into later', () => {
    using host = start()
    const { time, hostClock, tell, pass, truth } = host
    const before = { at: time.watch, told: truth() }
    tell(3)
    assert.equal(hostClock.isTrusted, false)
    pass(MINUTE)
    for (let device = 0; device < 3; device += 1) hostClock.told(`cuff-${device}`, time.wall)
    assert.equal(hostClock.isTrusted, true)
    for (let device = 0; device < 3; device += 1) hostClock.told(`cuff-${device}`, before.told, before.at)
    assert.equal(hostClock.isTrusted, true)
  })

  test('is judged by what devices told when their messages came, however long these waited', () => {
    using host = start()
    const { time, hostClock, pass, truth } = host
    const came = { at: time.watch, told: truth() }
    pass(15 * MINUTE)
    for (let device = 0; device < 3; device += 1) hostClock.told(`cuff-${device}`, came.told, came.at)
    assert.equal(hostClock.isTrusted, false)
  })

  test('does not remember for longer than an hour what one or two told, while it is trusted', () => {
    using host = start()
    const { hostClock, truth, pass } = host
    hostClock.told('cuff-1', truth())
    hostClock.told('cuff-2', truth())
    pass(61 * MINUTE)
    hostClock.told('cuff-3', truth())
    assert.equal(hostClock.isTrusted, true)
  })

  test('goes on when a person answers for it, and logs once that devices disagree', () => {
    using host = start({ checked: true })
    const { time, hostClock, tell, pass, lines } = host
    for (let round = 0; round < 3; round += 1) {
      tell(3)
      pass(MINUTE)
      assert.equal(hostClock.isTrusted, true)
    }
    assert.deepEqual(codes(host), ['HOST_CLOCK_SUSPECT'])
    time.wall += 20 * MINUTE
    assert.equal(hostClock.isTrusted, true)
    assert.equal(lines.length, 2, 'they agree again')
  })

  test('is not doubted for what was stored and comes late', () => {
    using host = start()
    const { time, hostClock, truth } = host
    for (let device = 0; device < 5; device += 1) hostClock.told(`cuff-${device}`, time.wall - 86_400_000)
    hostClock.told('cuff-9', truth())
    assert.equal(hostClock.isTrusted, true)
  })
})

describe('a host whose clock is 400 days ahead', () => {
  const AHEAD = 400 * 1_440 * MINUTE

  test('is suspect once it jumps there, by what devices told before, until it is set back', async () => {
    using host = start()
    const { time, hostClock, pass } = host
    for (let device = 0; device < 3; device += 1) hostClock.told(`cuff-${device}`, time.wall - MINUTE)
    assert.equal(hostClock.isTrusted, true)
    time.wall += AHEAD
    assert.equal(hostClock.isTrusted, false)
    pass(120 * MINUTE)
    assert.equal(hostClock.isTrusted, false)
    time.wall -= AHEAD
    await hostClock.look()
    assert.equal(hostClock.isTrusted, true, 'nothing was written meanwhile')
  })

  test('cannot be told from one that is right by devices that begin with an old date, whose clocks were never set', () => {
    using host = start()
    const { time, hostClock } = host
    const old = time.wall - AHEAD
    for (const [device, told] of [old, old + MINUTE, old - MINUTE, old].entries())
      hostClock.told(`cuff-${device}`, told)
    assert.equal(hostClock.isTrusted, true)
  })

  test('is not suspected for readings that were stored: those of weeks, nor those that ever fewer weeks follow', () => {
    using host = start()
    const { time, hostClock } = host
    for (const days of [100, 80, 20]) {
      for (let device = 0; device < (days === 100 ? 2 : 5); device += 1)
        hostClock.told(`cuff-${device}`, time.wall - days * 1_440 * MINUTE)
      assert.equal(hostClock.isTrusted, true)
    }
    for (let device = 5; device < 7; device += 1)
      hostClock.told(`cuff-${device}`, time.wall - 100 * 1_440 * MINUTE)
    assert.equal(hostClock.isTrusted, true, 'the first two have told more since')
  })
})

describe('a host whose clock is set back while it runs', () => {
  const HOUR = 60 * MINUTE

  test('is suspect at once when the ledger was written later, until it is right again or that time has come', async () => {
    for (const mend of ['set', 'wait'] as const) {
      using host = start()
      const { time, hostClock, pass } = host
      time.written = time.wall
      time.wall -= HOUR
      assert.equal(hostClock.isTrusted, false)
      await hostClock.look()
      assert.equal(hostClock.isTrusted, false)
      if (mend === 'set') time.wall += HOUR
      else pass(51 * MINUTE)
      await hostClock.look()
      assert.equal(hostClock.isTrusted, true)
      assert.deepEqual(codes(host), ['CLOCK_BEFORE_LEDGER', undefined])
    }
  })

  test('is suspect whatever a person said of devices', async () => {
    using host = start({ checked: true })
    host.time.written = host.time.wall
    host.time.wall -= HOUR
    await host.hostClock.look()
    assert.equal(host.hostClock.isTrusted, false)
  })

  test('is not when nothing was written later, nor for a few minutes', async () => {
    using host = start()
    const { time, hostClock } = host
    time.wall -= HOUR
    await hostClock.look()
    assert.equal(hostClock.isTrusted, true)
    time.written = time.wall
    time.wall -= 9 * MINUTE
    assert.equal(hostClock.isTrusted, true)
  })
})

for (const [what, wall] of [
  ['1970', 61_086],
  ['2000', 946_684_800_000],
  ['2024', 1_735_689_599_999],
  ['2100', 4_102_444_800_000],
] as const)
  test(`a host whose clock shows ${what} is suspect whatever anybody said`, () => {
    using host = start({ checked: true })
    const { time, hostClock } = host
    const right = time.wall
    time.wall = wall
    assert.equal(hostClock.isTrusted, false)
    time.wall = right
    assert.equal(hostClock.isTrusted, true)
    assert.deepEqual(codes(host), ['CLOCK_IMPOSSIBLE', undefined])
  })
