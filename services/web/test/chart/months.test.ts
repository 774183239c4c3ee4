import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MonthChoice, MonthEvent } from '../../src/chart/months.ts'
import { evolveMonth, monthOfHash, shownMonth } from '../../src/chart/months.ts'

const first: MonthChoice = { guess: '2026-11', settled: false }
const told = (month: string, current: string): MonthEvent => ({ type: 'told', month, current })
const fold = (...events: MonthEvent[]) => events.reduce(evolveMonth, first)

test('begins with this computer’s month and goes to the practice’s own', () => {
  assert.equal(shownMonth(first), '2026-11')
  const other = fold(told('2026-11', '2027-03'))
  assert.equal(shownMonth(other), '2027-03')
  assert.equal(other.settled, false)
  assert.ok(fold(told('2026-11', '2027-03'), told('2027-03', '2027-03')).settled)
})

test('is settled at once when both are the same month', () => {
  assert.ok(fold(told('2026-11', '2026-11')).settled)
})

test('goes along when the month turns, without being unsettled', () => {
  const turned = fold(told('2026-11', '2026-11'), told('2026-11', '2026-12'))
  assert.equal(shownMonth(turned), '2026-12')
  assert.ok(turned.settled)
})

test('stays at a month that was chosen, until the person returns', () => {
  const back: MonthEvent = { type: 'turned', by: -1 }
  const chosen = fold(told('2026-11', '2026-11'), back, back, told('2026-09', '2026-12'))
  assert.equal(shownMonth(chosen), '2026-09')
  assert.equal(shownMonth(evolveMonth(chosen, { type: 'returned' })), '2026-12')
})

test('who turns back to the current month goes along with it again', () => {
  const away = fold(told('2026-11', '2026-11'), { type: 'turned', by: 1 })
  assert.equal(shownMonth(away), '2026-12')
  const back = evolveMonth(away, { type: 'turned', by: -1 })
  assert.equal(shownMonth(evolveMonth(back, told('2026-11', '2026-12'))), '2026-12')
})

test('a month in the address is chosen from the start', () => {
  assert.equal(monthOfHash('#2026-02'), '2026-02')
  for (const hash of ['', '#', '#2026-13', '#codes', '#2026-02x']) assert.equal(monthOfHash(hash), undefined)
  const chosen = evolveMonth({ ...first, chosen: '2026-02' }, told('2026-02', '2027-03'))
  assert.equal(shownMonth(chosen), '2026-02')
  assert.ok(chosen.settled)
})
