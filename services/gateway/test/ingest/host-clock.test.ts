import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLogger } from '@cufflink/runtime'
import { isHostBehind, watchHostClock } from '../../src/ingest/host-clock.ts'

const MINUTE = 60_000
const minutes = (...offsets: number[]) => offsets.map((offset) => offset * MINUTE)

describe('the clock of the host is behind', () => {
  for (const [what, offsets, behind] of [
    ['when three devices agree on it and none agrees with the host', minutes(20, 20, 21), true],
    ['not for two', minutes(20, 20), false],
    ['not for three that do not agree with one another', minutes(20, 90, 400), false],
    ['not for three that are within the ten minutes', minutes(9, 9, 10), false],
    ['not while as many agree with the host', minutes(20, 20, 20, 0, 1, -1), false],
    ['when more agree that it is later', minutes(20, 20, 20, 20, 0, 1, -1), true],
    ['whatever a few others say', minutes(20, 20, 21, 90, 400), true],
    ['not when none says anything', [], false],
  ] as const) {
    test(what, () => {
      assert.equal(isHostBehind(offsets, 0), behind)
      assert.equal(
        isHostBehind(
          offsets.map((offset) => offset + 7),
          7,
        ),
        behind,
      )
    })
  }
})

describe('a host whose clock is 20 minutes slow', () => {
  function start({ checked = false } = {}) {
    const lines: string[] = []
    const time = { wall: 1_790_000_000_000, watch: 0 }
    const hostClock = watchHostClock({
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
    return { time, hostClock, pass, tell, truth, lines }
  }

  test('acknowledges nothing once three devices tell, until its clock is set', () => {
    const { time, hostClock, tell, pass } = start()
    tell(2)
    assert.equal(hostClock.isTrusted, true)
    hostClock.requireTrusted()
    tell(3)
    assert.equal(hostClock.isTrusted, false)
    assert.throws(() => hostClock.requireTrusted(), { code: 'HOST_CLOCK_SUSPECT' })
    pass(30 * MINUTE)
    assert.equal(hostClock.isTrusted, false)
    time.wall += 20 * MINUTE
    assert.equal(hostClock.isTrusted, true)
    hostClock.requireTrusted()
  })

  test('is trusted again when nothing was heard for an hour', () => {
    const { hostClock, tell, pass } = start()
    tell(3)
    pass(61 * MINUTE)
    assert.equal(hostClock.isTrusted, true)
  })

  test('goes on when a person answers for it, and logs once that devices disagree', () => {
    const { time, hostClock, tell, pass, lines } = start({ checked: true })
    for (let round = 0; round < 3; round += 1) {
      tell(3)
      pass(MINUTE)
      assert.equal(hostClock.isTrusted, true)
      hostClock.requireTrusted()
    }
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).code),
      ['HOST_CLOCK_SUSPECT'],
    )
    time.wall += 20 * MINUTE
    assert.equal(hostClock.isTrusted, true)
    assert.equal(lines.length, 2, 'they agree again')
  })

  test('is not doubted for what was stored and comes late', () => {
    const { time, hostClock, truth } = start()
    for (let device = 0; device < 5; device += 1) hostClock.told(`cuff-${device}`, time.wall - 86_400_000)
    hostClock.told('cuff-9', truth())
    assert.equal(hostClock.isTrusted, true)
  })
})
