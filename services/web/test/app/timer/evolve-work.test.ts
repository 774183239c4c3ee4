import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workedMs } from '../../../src/app/timer/work.ts'
import { atWork, bench, chart, ending, hello, running } from './fake-work.ts'

const presence = (idleMs: number, atMs: number) => ({ type: 'presence', idleMs, atMs })

test('an opened chart starts its timer at once, and not twice', () => {
  const work = bench()
  work.hears(hello)
  work.opens(chart('a'))
  work.opens(chart('a'))
  assert.deepEqual(work.said(), [
    { type: 'timer.start', request: 1, patient: 'a', program: 'RPM', category: 'review' },
  ])
})

test('a chart that is opened before there is a connection starts as soon as there is one', () => {
  const work = bench()
  work.opens(chart('a'))
  assert.deepEqual(work.said(), [])
  work.hears(hello)
  assert.equal(work.said()[0]?.type, 'timer.start')
})

test('a chart in a page that is not looked at waits until it is', () => {
  const work = bench()
  work.hears(hello)
  work.step({ type: 'seen', visible: false })
  work.opens(chart('a'))
  work.pass(30_000)
  assert.deepEqual(work.said(), [])
  work.step({ type: 'seen', visible: true })
  assert.equal(work.said()[0]?.type, 'timer.start')
})

test('a delayed chart starts after its delay, and not when it was left before', () => {
  const work = bench()
  work.hears(hello)
  work.opens(chart('a', { timerStart: 'delayed' }))
  work.pass(4_999)
  assert.deepEqual(work.said(), [])
  work.pass(1)
  assert.equal(work.said()[0]?.type, 'timer.start')

  const brief = bench()
  brief.hears(hello)
  brief.opens(chart('a', { timerStart: 'delayed' }))
  brief.pass(4_000)
  brief.opens(undefined)
  brief.pass(60_000)
  assert.deepEqual(brief.said(), [])
})

test('a delayed chart at which no one is any more waits for a movement', () => {
  const work = bench()
  work.hears(hello)
  work.pass(88_000)
  work.opens(chart('a', { timerStart: 'delayed' }))
  work.pass(60_000)
  assert.deepEqual(work.said(), [])
  work.moves()
  assert.equal(work.said()[0]?.type, 'timer.start')
})

test('by hand, only the button starts it', () => {
  const work = bench()
  work.hears(hello)
  work.opens(chart('a', { timerStart: 'by-hand' }))
  work.moves()
  work.pass(60_000)
  assert.deepEqual(work.said(), [])
  work.step({ type: 'start', work: { patient: 'a', program: 'RPM', category: 'review' } })
  assert.equal(work.said()[0]?.type, 'timer.start')
})

test('presence is told each heartbeat, with how long no one moved', () => {
  const work = atWork('a')
  work.pass(3_999)
  assert.deepEqual(work.said(), [])
  work.pass(1)
  work.moves()
  work.hears(running('a', { saved: true }))
  work.pass(4_000)
  work.hears(running('a', { saved: true }))
  work.pass(4_000)
  assert.deepEqual(work.said(), [presence(4_000, 4_000), presence(4_000, 8_000), presence(8_000, 12_000)])
})

test('a movement after a long stillness is told at once, and then at most once a second', () => {
  const work = atWork('a')
  work.pass(45_000)
  work.said()
  work.pass(2_000)
  work.moves()
  assert.equal(idleOf(work.said()), 0)
  work.pass(10)
  work.moves()
  assert.deepEqual(work.said(), [])
  work.pass(3_989)
  assert.deepEqual(work.said(), [])
  work.pass(1)
  assert.equal(idleOf(work.said()), 3_990)
})

test('a movement right after a heartbeat waits for its second', () => {
  const work = atWork('a')
  work.pass(48_000)
  work.said()
  work.pass(100)
  work.moves()
  assert.deepEqual(work.said(), [])
  work.pass(900)
  assert.equal(idleOf(work.said()), 900)
})

test('a line on which nothing is heard is asked by a resumption instead', () => {
  const work = atWork('a')
  work.pass(8_000)
  const [first, second] = work.said()
  assert.equal(first?.type, 'presence')
  assert.deepEqual(second, { type: 'timer.resume', request: 2, session: 's-a', idleMs: 8_000, atMs: 8_000 })
  work.hears(running('a', { workedMs: 0 }))
  work.pass(4_000)
  assert.equal(work.said()[0]?.type, 'presence')
})

test('another program or category goes on as another session', () => {
  const work = atWork('a')
  work.opens(chart('a', { category: 'coordination' }))
  assert.deepEqual(work.said(), [
    { type: 'timer.start', request: 2, patient: 'a', program: 'RPM', category: 'coordination' },
  ])
  work.hears(ending('a', 'left', 3_000))
  assert.equal(work.shown.ended, undefined)
  work.hears(running('a', { session: 's-2', category: 'coordination' }))
  work.moves()
  assert.equal(work.shown.timer?.session, 's-2')
  assert.deepEqual(work.said(), [])
})

test('a chart that is left stops its timer, another chart starts its own', () => {
  const work = atWork('a')
  work.opens(undefined)
  assert.deepEqual(work.said(), [{ type: 'timer.stop', request: 2, reason: 'left', atMs: 0 }])
  assert.ok(!work.runs())
  work.opens(chart('b'))
  assert.equal(work.said()[0]?.type, 'timer.start')
  work.hears(ending('a', 'left', 3_000))
  work.hears(running('b'))
  assert.equal(work.shown.timer?.patient, 'b')
  work.opens(chart('c'))
  assert.deepEqual(
    work.said().map(({ type }) => type),
    ['timer.start'],
  )
})

test('a chart that was left while its timer was being started is stopped when it has started', () => {
  const work = bench()
  work.hears(hello)
  work.opens(chart('a'))
  work.opens(undefined)
  work.said()
  work.hears(running('a'))
  assert.deepEqual(work.said(), [{ type: 'timer.stop', request: 2, reason: 'left', atMs: 0 }])
  work.hears(running('a', { saved: true }))
  assert.equal(work.shown.timer, undefined)
  assert.deepEqual(work.said(), [])
})

test('a page that goes stops its timer, and one that is brought back starts it', () => {
  const work = atWork('a')
  work.step({ type: 'leave' })
  assert.deepEqual(work.said(), [{ type: 'timer.stop', request: 2, reason: 'left', atMs: 0 }])
  work.step({ type: 'lost' })
  work.moves()
  work.step({ type: 'return' })
  work.hears(hello)
  assert.equal(work.said()[0]?.type, 'timer.start')
})

test('stopped by hand, it stays stopped until it is started by hand', () => {
  const work = atWork('a')
  work.step({ type: 'stop', reason: 'stopped' })
  assert.deepEqual(work.said(), [{ type: 'timer.stop', request: 2, reason: 'stopped', atMs: 0 }])
  work.hears(ending('a', 'stopped', 1_000))
  work.pass(1_000)
  work.moves()
  assert.deepEqual(work.said(), [])
  assert.equal(work.shown.ended?.reason, 'stopped')
})

test('a refused start is told, and asked again only when that may help', () => {
  const refused = (code: string) => {
    const work = bench()
    work.hears(hello)
    work.opens(chart('a'))
    work.said()
    work.hears({ type: 'refused', request: 1, code, message: 'No.' })
    assert.equal(work.shown.refused, 'No.')
    work.pass(60_000)
    return work.said().length
  }
  assert.equal(refused('PROGRAM_NOT_ENROLLED'), 0)
  assert.equal(refused('VIEWS_UNAVAILABLE'), 1)
})

test('a change that is refused stops what ran before it', () => {
  const work = atWork('a')
  work.opens(chart('a', { program: 'CCM' }))
  work.said()
  work.hears({ type: 'refused', request: 2, code: 'PROGRAM_NOT_ENROLLED', message: 'No.' })
  assert.deepEqual(work.said(), [{ type: 'timer.stop', request: 3, reason: 'stopped', atMs: 0 }])
})

test('what is shown counts by the stopwatch from what the server told', () => {
  const work = atWork('a')
  work.pass(6_500)
  assert.equal(workedMs(work.shown, work.nowMs), 6_500)
  work.hears(running('a', { workedMs: 0, saved: true }))
  assert.equal(workedMs(work.shown, work.nowMs), 6_500)
  assert.equal(work.shown.timer?.saved, true)
})

test('how far the session is, is known by what was told soonest after its beginning', () => {
  const work = bench()
  work.hears(hello)
  work.moves()
  work.opens(chart('a'))
  // Told 3 s late, on a line that stood still; then 5 s after the beginning, at once.
  work.pass(3_000)
  work.hears(running('a'))
  work.said()
  work.pass(2_000)
  work.hears(running('a', { atMs: 5_000, saved: true }))
  assert.equal(workedMs(work.shown, work.nowMs), 5_000)
  work.hears(running('a', { atMs: 1_000, saved: true }))
  work.pass(2_000)
  assert.deepEqual(work.said(), [presence(7_000, 7_000)])
})

const idleOf = (said: readonly unknown[]): unknown => {
  assert.equal(said.length, 1, JSON.stringify(said))
  return (said[0] as { idleMs?: number }).idleMs
}

test('a conversation is presence with hands off the mouse, until it ends', () => {
  const work = atWork('a')
  work.step({ type: 'call', goesOn: true })
  work.said()
  work.pass(128_000)
  const during = work.said()
  assert.ok(during.length >= 31)
  for (const sign of during) assert.equal('idleMs' in sign && sign.idleMs, 0)
  work.step({ type: 'call', goesOn: false })
  work.pass(30_000)
  const last = work.said().at(-1)
  assert.ok(last && 'idleMs' in last && last.idleMs > 25_000, 'after it only a movement is')
})

test('asked by the server, a page whose timers stand still proves a conversation, for as long as it is believed', () => {
  const work = atWork('a')
  work.hears({ ...hello, longCallMs: 60_000 })
  work.step({ type: 'call', goesOn: true })
  work.said()
  const idle = Array.from({ length: 14 }, () => {
    work.holds(5_000)
    work.hears({ type: 'presence.due' })
    return idleOf(work.said())
  })
  assert.deepEqual(idle, [...Array.from({ length: 12 }, () => 0), 5_000, 10_000])
})

test('a conversation of over an hour, or what the server says, without any movement is asked about', () => {
  const work = atWork('a')
  work.hears({ ...hello, longCallMs: 1_200_000 })
  work.step({ type: 'call', goesOn: true })
  work.pass(1_200_000)
  work.said()
  work.pass(60_000)
  const last = work.said().at(-1)
  assert.ok(last && 'idleMs' in last && last.idleMs >= 56_000)
})
