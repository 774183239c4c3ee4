import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mayCorrect, standingText, stretchMarks } from '../../src/chart/time/stretch-text.ts'
import { draftOf, enteredText, lengthOf, otherEndDate, stretchOf } from '../../src/chart/time/time-draft.ts'
import { nowMs, session } from './fixtures.ts'

const zone = 'America/New_York'

test('a stretch is on the clocks of the practice', () => {
  assert.deepEqual(stretchOf({ date: '2026-03-04', from: '09:10', to: '09:31:30' }, zone), {
    from: Date.UTC(2026, 2, 4, 14, 10),
    until: Date.UTC(2026, 2, 4, 14, 31, 30),
  })
})

const order = /must end after it begins/

/** What was typed is no stretch of time, and why. */
const refuses = (stretch: ReturnType<typeof stretchOf>, why: RegExp): void => {
  assert.ok(typeof stretch === 'string')
  assert.match(stretch, why)
}

test('an end before the beginning, or at it, is a mistake and never the next day', () => {
  for (const to of ['09:50', '10:00', '10:00:00', '00:10'])
    refuses(stretchOf({ date: '2026-03-04', from: '10:00', to }, zone), order)
})

test('what was written over midnight stays so, and only that', () => {
  const start = Date.UTC(2026, 1, 1, 4, 50)
  const written = session({ start, end: start + 20 * 60_000 })
  const draft = draftOf(written, zone)
  assert.deepEqual([draft.date, draft.from, draft.to], ['2026-01-31', '23:50', '00:10'])
  const longer = stretchOf({ ...draft, to: '00:15' }, zone, written)
  assert.deepEqual(longer, { from: start, until: start + 25 * 60_000 })
  assert.equal(typeof longer === 'object' && otherEndDate(draft, longer, zone), '2026-02-01')
  refuses(stretchOf({ ...draft, date: '2026-01-30' }, zone, written), order)
})

test('a length over an hour is to be confirmed', () => {
  const of = (to: string) => {
    const stretch = stretchOf({ date: '2026-03-04', from: '09:10', to }, zone)
    return typeof stretch === 'object' ? lengthOf(stretch) : assert.fail(stretch)
  }
  assert.deepEqual(of('10:10'), { text: '1 h 00 min', isLong: false })
  assert.deepEqual(of('10:10:01'), { text: '1 h 00 min', isLong: true })
  assert.deepEqual(of('21:10'), { text: '12 h 00 min', isLong: true })
})

test('a time that the clocks skipped is refused', () => {
  for (const [from, to] of [
    ['02:15', '02:45'],
    ['02:15', '03:45'],
    ['01:15', '02:45'],
  ] as const)
    refuses(stretchOf({ date: '2026-03-08', from, to }, zone), /never showed this time/)
})

test('of a time that the clocks showed twice it is asked which', () => {
  const twice = { date: '2026-11-01', from: '01:15', to: '01:45' }
  const which = /say which/
  refuses(stretchOf(twice, zone), which)
  refuses(stretchOf({ ...twice, fromWhich: 'first' }, zone), which)
  const at = (hour: number, minute: number) => Date.UTC(2026, 10, 1, hour, minute)
  for (const [fromWhich, toWhich, from, until] of [
    ['first', 'first', at(5, 15), at(5, 45)],
    ['first', 'second', at(5, 15), at(6, 45)],
    ['second', 'second', at(6, 15), at(6, 45)],
  ] as const)
    assert.deepEqual(stretchOf({ ...twice, fromWhich, toWhich }, zone), { from, until })
  refuses(stretchOf({ ...twice, fromWhich: 'second', toWhich: 'first' }, zone), order)
})

test('the hours over a change of the clocks are as long as they were', () => {
  const length = (date: string) => {
    const stretch = stretchOf({ date, from: '01:00', to: '04:00', fromWhich: 'first' }, zone)
    return typeof stretch === 'object' ? (stretch.until - stretch.from) / 3_600_000 : stretch
  }
  assert.deepEqual([length('2026-03-08'), length('2026-03-09'), length('2026-11-01')], [2, 3, 4])
})

test('what is missing is no stretch', () => {
  for (const missing of ['date', 'from', 'to'])
    assert.equal(
      stretchOf({ date: '2026-03-04', from: '09:10', to: '09:31', [missing]: '' }, zone),
      undefined,
    )
})

test('an amendment that changes nothing names the same instants, to the millisecond, also in an hour shown twice', () => {
  const aroundTheFold = fc.integer({ min: Date.UTC(2026, 9, 31), max: Date.UTC(2026, 10, 3) })
  fc.assert(
    fc.property(aroundTheFold, fc.integer({ min: 1, max: 86_400_000 }), (start, length) => {
      const written = session({ start, end: start + length })
      const { end } = written
      assert.deepEqual(stretchOf(draftOf(written, zone), zone, written), { from: start, until: end })
    }),
  )
})

test('amending the beginning leaves the end as it was, in the second of two hours too', () => {
  const end = Date.UTC(2026, 10, 1, 6, 10)
  const written = session({ start: end - 20 * 60_000, end })
  const draft = draftOf(written, zone)
  assert.deepEqual([draft.from, draft.to], ['01:50', '01:10'])
  assert.deepEqual(stretchOf({ ...draft, from: '01:45', fromWhich: 'first' }, zone, written), {
    from: end - 25 * 60_000,
    until: end,
  })
})

test('amending the end leaves the beginning as it was', () => {
  const written = session({ start: nowMs - 90_417, end: nowMs - 1_003 })
  const draft = { ...draftOf(written, zone), to: '12:05' }
  assert.deepEqual(stretchOf(draft, zone, written), { from: nowMs - 90_417, until: nowMs + 5 * 60_000 })
})

test('only one’s own is corrected, anybody’s by an administrator; nothing that runs, is voided or has no name', () => {
  const own = { user: 'ada', may: { work: true, enrol: true, visit: true, correct: false } }
  assert.ok(mayCorrect(session(), own))
  assert.equal(mayCorrect(session({ clinician: 'ben' }), own), false)
  assert.ok(mayCorrect(session({ clinician: 'ben' }), { ...own, may: { ...own.may, correct: true } }))
  assert.equal(mayCorrect(session({ running: true }), own), false)
  assert.equal(mayCorrect(session({ voided: true }), own), false)
  const { session: _, ...unnamed } = session()
  assert.equal(mayCorrect(unnamed, own), false)
})

test('marks how a stretch came about and what became of it', () => {
  assert.deepEqual(stretchMarks(session()), ['timer'])
  assert.deepEqual(stretchMarks(session({ byHand: true, amendments: 2, voided: true })), [
    'by hand',
    'amended 2 times',
    'voided',
  ])
  assert.equal(standingText(session(), 'UTC'), '4:30 PM – 4:40 PM, RPM, data review')
})

test('says where time went that was entered, and whether it waits', () => {
  assert.equal(enteredText('counted', '2026-03', '2026-03'), 'Time entered.')
  assert.equal(
    enteredText('proposed', '2026-02', '2026-03'),
    'Time entered in February 2026. It waits for approval.',
  )
})
