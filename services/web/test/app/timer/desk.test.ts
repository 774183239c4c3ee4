import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { WorkMessage, WorkRequest } from '@cufflink/contracts'
import type { PageListener } from '../../../src/app/timer/desk.ts'
import { createDesk } from '../../../src/app/timer/desk.ts'
import { fakeWorld } from '../live/fake-world.ts'
import { chart, hello, running } from './fake-work.ts'

const sit = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const fake = fakeWorld()
  const person = { lastMs: 0, notice: () => {} }
  const pages: PageListener[] = []
  const desk = createDesk('cedar', {
    ...fake.world,
    stopwatchMs: () => Date.now(),
    watchActivity: (onActive) => {
      person.notice = onActive
      return { lastMs: () => person.lastMs, stop: () => {} }
    },
    watchPage: (page) => {
      pages.push(page)
      return () => void pages.pop()
    },
  })
  const close = desk.open()
  t.after(close)
  const said = () => fake.last().sent.map((text) => JSON.parse(text) as WorkRequest)
  return {
    ...fake,
    desk,
    close,
    said,
    pages,
    // In small steps, because what is set within a step begins at its end.
    pass: (ms: number, stepMs = 1) => {
      for (let passed = 0; passed < ms; passed += stepMs) t.mock.timers.tick(stepMs)
    },
    hears: (message: WorkMessage) => fake.last().received(JSON.stringify(message)),
    moves: () => {
      person.lastMs = Date.now()
      person.notice()
    },
    movesUnnoticed: () => {
      person.lastMs = Date.now()
    },
  }
}

test('one connection serves every chart, and tells presence by itself', (t) => {
  const { desk, last, hears, pass, said, sockets } = sit(t)
  assert.equal(last().path, '/live/practices/cedar/work')
  last().opened()
  hears(hello)
  desk.show(chart('a'))
  hears(running('a'))
  pass(4_000)
  desk.show(undefined)
  desk.show(chart('b'))
  assert.deepEqual(
    said().map(({ type }) => type),
    ['timer.start', 'presence', 'timer.stop', 'timer.start'],
  )
  assert.equal(sockets.length, 1)
})

test('the last movement is told to the millisecond, though not each movement is passed on', (t) => {
  const { desk, last, hears, pass, said, movesUnnoticed } = sit(t)
  last().opened()
  hears(hello)
  desk.show(chart('a'))
  hears(running('a'))
  pass(3_777)
  movesUnnoticed()
  pass(223)
  assert.deepEqual(said().at(-1), { type: 'presence', idleMs: 223, atMs: 4_000 })
})

test('a dead line is given up and the session resumed on another, before the server gives it up', (t) => {
  const { desk, last, hears, pass, said, sockets } = sit(t)
  last().opened()
  hears(hello)
  desk.show(chart('a'))
  hears(running('a'))
  pass(13_000)
  assert.equal(desk.shown().link, 'lost')
  pass(250)
  assert.equal(sockets.length, 2)
  last().opened()
  hears(hello)
  assert.deepEqual(said(), [
    { type: 'timer.resume', request: 4, session: 's-a', idleMs: 13_250, atMs: 13_250 },
  ])
})

test('a quiet line without a timer is kept', (t) => {
  const { last, hears, pass, sockets } = sit(t)
  last().opened()
  hears(hello)
  pass(3_600_000, 10_000)
  assert.equal(sockets.length, 1)
  assert.ok(!last().isClosed)
})

test('a page that goes says so before its socket is closed', (t) => {
  const { desk, last, hears, said, pages } = sit(t)
  last().opened()
  hears(hello)
  desk.show(chart('a'))
  hears(running('a'))
  pages[0]?.leave()
  assert.deepEqual(said().at(-1), { type: 'timer.stop', request: 2, reason: 'left', atMs: 0 })
})

test('a closed desk says and watches nothing any more', (t) => {
  const { desk, last, hears, pass, close, pages, watchers } = sit(t)
  last().opened()
  hears(hello)
  desk.show(chart('a'))
  hears(running('a'))
  close()
  const { length } = last().sent
  pass(60_000, 1_000)
  desk.stop('stopped')
  assert.equal(last().sent.length, length)
  assert.equal(pages.length + watchers(), 0)
})
