import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimerRunning, WorkMessage, WorkRequest } from '@cufflink/contracts'
import fc from 'fast-check'
import { bench, chart, ending, hello, running } from './fake-work.ts'

/** A server that takes its time over a start, in which a stop overtakes it; `says` is what it still has to say. */
const slowServer = () => {
  const starts: Extract<WorkRequest, { type: 'timer.start' }>[] = []
  const says: WorkMessage[] = []
  let timer: TimerRunning | undefined
  let sessions = 0
  let isAway = false

  const end = (reason: 'left' | 'idle') => {
    if (timer !== undefined) says.push({ ...ending(timer.patient, reason), session: timer.session })
    timer = undefined
  }
  return {
    says,
    get timer() {
      return timer
    },
    takes(request: WorkRequest) {
      if (request.type === 'timer.start') starts.push(request)
      if (request.type === 'timer.stop') end('left')
      if (request.type === 'timer.resume' && request.session !== timer?.session)
        says.push({ type: 'refused', request: request.request, code: 'TIMER_LOST', message: 'Lost.' })
      else if (request.type === 'timer.resume' && timer !== undefined) {
        isAway = false
        says.push(timer)
      }
    },
    begins() {
      const next = starts.shift()
      if (next === undefined) return
      isAway = false
      if (timer?.patient !== next.patient || timer.category !== next.category) {
        end('left')
        sessions += 1
        timer = running(next.patient, { category: next.category, session: `session-${sessions}` })
      }
      says.push(timer)
    },
    idles: () => end('idle'),
    /** Its connection closed: what it had to say is lost, and the timer waits to be resumed. */
    forgets() {
      starts.length = 0
      says.length = 0
      isAway = true
    },
    /** It waited long enough. */
    givesUp() {
      if (isAway) timer = undefined
    },
    get isDone() {
      return starts.length === 0 && says.length === 0
    },
  }
}

const acts = [
  'a',
  'b',
  'other category',
  'left',
  'moves',
  'begins',
  'says',
  'idle',
  'lost',
  'second',
] as const

test('whatever happens in any order, the timer is in the end that of the open chart, or none', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 60 }), fc.boolean(), (script, stays) => {
      const work = bench()
      const server = slowServer()
      let isConnected = true
      const deliver = () => {
        for (const request of work.said()) if (isConnected) server.takes(request)
      }
      const connect = () => {
        isConnected = true
        work.hears(hello)
      }
      const play: Record<(typeof acts)[number], () => void> = {
        a: () => work.opens(chart('a')),
        b: () => work.opens(chart('b')),
        'other category': () => work.opens(chart('a', { category: 'coordination' })),
        left: () => work.opens(undefined),
        moves: () => work.moves(),
        begins: () => server.begins(),
        says: () => {
          const message = server.says.shift()
          if (message !== undefined && isConnected) work.hears(message)
        },
        idle: () => server.idles(),
        lost: () => {
          if (!isConnected) return connect()
          isConnected = false
          server.forgets()
          work.step({ type: 'lost' })
        },
        second: () => work.pass(1_000),
      }
      connect()
      for (const act of script) {
        play[act]()
        deliver()
      }
      if (!isConnected) connect()
      work.opens(stays ? chart('b') : undefined)
      // The person is there, and everything that is under way comes through.
      for (let round = 0; round < 12; round += 1) {
        work.pass(2_000)
        work.moves()
        deliver()
        if (round === 6) server.givesUp()
        while (!server.isDone) {
          play.begins()
          play.says()
          deliver()
        }
      }
      assert.equal(server.timer?.patient, stays ? 'b' : undefined)
      assert.equal(work.shown.timer?.session, server.timer?.session)
    }),
    { numRuns: 400 },
  )
})

test('how long no one moved is never told too short, and is a whole number that the server takes', () => {
  const gap = fc.double({ min: 0, max: 30_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(gap, fc.boolean()), { maxLength: 40 }), (steps) => {
      const work = bench()
      work.hears(hello)
      work.opens(chart('a'))
      work.hears(running('a'))
      let movedAt = 0
      for (const [ms, moves] of steps) {
        work.said()
        work.pass(ms)
        for (const said of work.said()) {
          if (said.type !== 'presence' && said.type !== 'timer.resume') continue
          assert.ok(Number.isInteger(said.idleMs) && said.idleMs >= 0)
          assert.ok(said.idleMs <= work.nowMs - movedAt + 1)
        }
        if (!moves) continue
        movedAt = work.nowMs
        work.moves()
      }
    }),
  )
})
