import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MonthLine, MonthMessage } from '@cufflink/contracts'
import fc from 'fast-check'
import type { LiveEvent } from '../../src/app/live/channel.ts'
import { monthChannel } from '../../src/app/live/channels.ts'
import type { MonthState } from '../../src/month/month-state.ts'
import { evolveMonthSheet, initialMonth } from '../../src/month/month-state.ts'
import { byName } from '../../src/month/patient-order.ts'
import { monthLine, opened } from './fixtures.ts'

const received = (message: MonthMessage, atMs = 1): LiveEvent<MonthMessage> => ({
  type: 'message',
  message,
  atMs,
})
const lost: LiveEvent<MonthMessage> = { type: 'lost', loss: { cause: 'closed' }, atMs: 9 }
const fold = (...events: LiveEvent<MonthMessage>[]): MonthState =>
  events.reduce(evolveMonthSheet, initialMonth)

const linesOf = (...lines: MonthLine[]): MonthMessage => ({
  type: 'month.lines',
  patients: [...new Set(lines.map(({ patient }) => patient))],
  lines,
  failed: [],
})
const sheetOf = (state: MonthState) => {
  assert.ok(state.phase !== 'connecting')
  return state.sheet
}
const shown = (state: MonthState) =>
  sheetOf(state).order.map(({ patient, lines }) => [patient, lines.map(({ line }) => line.code).join(' ')])

test('the line is of the practice’s month', () => {
  assert.equal(
    monthChannel({ practice: 'cedar', month: '2026-03' }).path,
    '/live/practices/cedar/months/2026-03',
  )
})

test('nothing is shown before the month was named', () => {
  assert.equal(fold(received(linesOf(monthLine('a', '99454')))).phase, 'connecting')
})

test('lines come in the order of the patients’ names, and replace what was sent of a patient before', () => {
  const state = fold(
    received(opened),
    received(linesOf(monthLine('p-3', '99454', { name: 'Zoe' }), monthLine('p-1', '99454', { name: 'bea' }))),
    received(linesOf(monthLine('p-2', '99457', { name: 'Émile' }))),
    received(linesOf(monthLine('p-3', '99445', { name: 'Zoe' }), monthLine('p-3', '99457', { name: 'Zoe' }))),
  )
  assert.deepEqual(shown(state), [
    ['p-1', '99454'],
    ['p-2', '99457'],
    ['p-3', '99445 99457'],
  ])
})

test('a patient whose lines could not be worked out is known as that, until they can be', () => {
  const failed = received({ type: 'month.lines', patients: ['p-1'], lines: [], failed: ['p-1'] })
  const of = (state: MonthState) => sheetOf(state).order.map((one) => [one.name, one.failed])
  const known = received(linesOf(monthLine('p-1', '99454', { name: 'Bea' })))
  assert.deepEqual(of(fold(received(opened), known, failed)), [['Bea', true]])
  assert.deepEqual(of(fold(received(opened), failed, known)), [['Bea', false]])
})

test('a patient whose lines are all gone stays known, without lines', () => {
  const state = fold(
    received(opened),
    received(linesOf(monthLine('a', '99454', { name: 'Ann' }))),
    received({ type: 'month.lines', patients: ['a'], lines: [], failed: [] }),
  )
  assert.deepEqual(shown(state), [['a', '']])
  assert.equal(sheetOf(state).order[0]?.name, 'Ann')
})

test('a patient without news stays the same object', () => {
  const before = fold(received(opened), received(linesOf(monthLine('a', '99454'), monthLine('b', '99454'))))
  const after = evolveMonthSheet(before, received(linesOf(monthLine('b', '99457'))))
  assert.equal(sheetOf(after).order[0], sheetOf(before).order[0])
  assert.notEqual(sheetOf(after).order[1], sheetOf(before).order[1])
})

test('progress is shown until all is done; an ending takes its place', () => {
  const locking = (done: number): MonthMessage => ({ type: 'month.progress', step: 'locking', done, of: 9 })
  const going = fold(received(opened), received(locking(4)))
  assert.deepEqual(sheetOf(going).progress, { step: 'locking', done: 4, of: 9 })
  assert.equal(sheetOf(evolveMonthSheet(going, received(locking(9)))).progress, undefined)
  const ended = { type: 'month.closing-ended', closing: 'c-1', locked: 3, code: 'LINE_NOT_READY' } as const
  const over = sheetOf(evolveMonthSheet(going, received(ended)))
  assert.equal(over.progress, undefined)
  assert.deepEqual(over.ended, { closing: 'c-1', locked: 3, code: 'LINE_NOT_READY' })
})

test('a lost connection keeps the sheet, stale until the month is named again; its lines stay meanwhile', () => {
  const live = fold(received(opened), received(linesOf(monthLine('a', '99454'))))
  const stale = evolveMonthSheet(live, lost)
  assert.equal(stale.phase, 'stale')
  assert.equal(evolveMonthSheet(stale, received(linesOf(monthLine('b', '99454')))), stale)
  const again = evolveMonthSheet(stale, received({ ...opened, now: 77 }))
  assert.equal(again.phase, 'live')
  assert.equal(sheetOf(again).now, 77)
  assert.deepEqual(shown(again), [['a', '99454']])
})

test('whatever comes in whatever order, the sheet is in the order of names and holds what was said last', () => {
  const said = fc.array(
    fc.record({
      patients: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 4 }),
      name: fc.constantFrom('Ann', 'bo', 'Cy', 'Éd'),
      code: fc.constantFrom('99454', '99457'),
    }),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(said, (messages) => {
      const last = new Map<string, string>()
      const events = messages.map(({ patients, name, code }) => {
        for (const patient of patients) last.set(patient, `${name} ${code}`)
        return received(
          linesOf(...new Set(patients).values().map((patient) => monthLine(patient, code, { name }))),
        )
      })
      const { order } = sheetOf(fold(received(opened), ...events))
      assert.deepEqual(order, [...order].sort(byName))
      assert.deepEqual(
        new Map(order.map(({ patient, name, lines }) => [patient, `${name} ${lines[0]?.line.code}`])),
        new Map(
          [...last].sort(
            ([a], [b]) =>
              order.findIndex((one) => one.patient === a) - order.findIndex((one) => one.patient === b),
          ),
        ),
      )
    }),
  )
})
