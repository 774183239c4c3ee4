import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PatientRow, Window, WindowRequest } from '@cufflink/contracts'
import { patched, quickFilterNames, sortKeys } from '@cufflink/contracts/list'
import fc from 'fast-check'
import { firstWindow, openListWindow } from '../../src/live/list-window.ts'
import { createPatientList } from '../../src/live/patient-list.ts'
import { rowOf } from './rows.ts'

/** The list as anybody would write it: everything is filtered and sorted each time. */
function naive(rows: readonly PatientRow[], { order, search, quick, first, count }: typeof firstWindow) {
  const needs = ({ month }: PatientRow) => month.seconds >= 600 && !month.conversation
  const unset = ({ waitsFor }: PatientRow) => waitsFor.some((gate) => gate !== 'READING')
  const near = ({ dataDays, month: { seconds } }: PatientRow) =>
    [14, 15].includes(dataDays) ||
    [600, 1_200, 2_400, 3_600].some((mark) => seconds > 0 && seconds < mark && seconds >= mark - 120)
  const holds = { call: needs, near, missing: unset, working: (row: PatientRow) => row.working.length > 0 }
  const worth = {
    days: (row: PatientRow) => row.dataDays,
    minutes: (row: PatientRow) => row.month.seconds,
    call: (row: PatientRow) => (row.month.conversation ? 0 : needs(row) ? 2 : 1),
    codes: (row: PatientRow) => row.codes.reduce((sum, { units }) => sum + units, 0) || (unset(row) ? -1 : 0),
    working: (row: PatientRow) => row.working.length,
    last: (row: PatientRow) => row.lastReadingAt ?? 0,
  }
  const people = new Intl.Collator('en-US', { sensitivity: 'base', numeric: true })
  const names = (a: PatientRow, b: PatientRow) =>
    people.compare(a.name, b.name) || people.compare(a.patient, b.patient)
  const sign = order.direction === 'ascending' ? 1 : -1
  const { key } = order
  const words = search.toLowerCase().split(' ').filter(Boolean)
  const found = rows
    .filter((row) => quick.every((name) => holds[name](row)))
    .filter((row) => words.every((word) => `${row.name} ${row.patient}`.toLowerCase().includes(word)))
    .toSorted((a, b) =>
      key === 'name' ? sign * names(a, b) : sign * (worth[key](a) - worth[key](b)) || names(a, b),
    )
  return {
    total: rows.length,
    matching: found.length,
    counts: Object.fromEntries(quickFilterNames.map((name) => [name, rows.filter(holds[name]).length])),
    rows: found.slice(first, first + count),
  }
}

const aRow = fc
  .record({
    patient: fc.integer({ min: 1, max: 40 }).map((n) => `p-${n}`),
    name: fc.constantFrom('Ada Ng', 'ada ng', 'Bea Ito', 'Cy 2', 'Cy 10', 'Zoe Ng'),
    dataDays: fc.constantFrom(0, 13, 14, 15, 16),
    seconds: fc.constantFrom(0, 100, 480, 590, 600, 1_190, 3_600, 9_000),
    conversation: fc.boolean(),
    waitsFor: fc.constantFrom<PatientRow['waitsFor']>([], ['READING'], ['ORDER']),
    units: fc.integer({ min: 0, max: 2 }),
    working: fc.constantFrom<string[]>([], ['ada'], ['ada', 'bo']),
    last: fc.constantFrom(undefined, 5, 9),
  })
  .map(({ patient, seconds, conversation, units, last, ...more }) =>
    rowOf(patient, {
      ...more,
      month: { month: '2026-03', seconds, conversation },
      codes: units === 0 ? [] : [{ code: '99454', status: 'supported', units }],
      ...(last !== undefined && { lastReadingAt: last }),
    }),
  )

const aRequest: fc.Arbitrary<WindowRequest> = fc.record({
  type: fc.constant('window.request' as const),
  order: fc.record({
    key: fc.constantFrom(...sortKeys),
    direction: fc.constantFrom('ascending' as const, 'descending' as const),
  }),
  search: fc.constantFrom('', '', 'NG', 'a 1', 'nobody'),
  quick: fc.subarray([...quickFilterNames], { maxLength: 2 }),
  first: fc.integer({ min: 0, max: 30 }),
  count: fc.constantFrom(1, 5, 500),
})

const aStep = fc.oneof(
  { weight: 4, arbitrary: fc.array(aRow, { maxLength: 3 }).map((rows) => ({ rows })) },
  { weight: 1, arbitrary: fc.array(aRow, { minLength: 20, maxLength: 60 }).map((rows) => ({ rows })) },
  // All at once, without another name: the order by name stays, and any other may not.
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 16 }).map((moreDays) => ({ moreDays })) },
  { weight: 1, arbitrary: aRow.map(({ patient: gone }) => ({ gone })) },
  { weight: 2, arbitrary: fc.record({ reader: fc.nat(2), request: aRequest }) },
  { weight: 4, arbitrary: fc.nat(2).map((reads) => ({ reads })) },
)

const heading = () => ({
  practice: { id: 'riverside', name: 'Riverside', zone: 'America/New_York' },
  clockRate: 1,
  now: 0,
})

/** A reader who applies what is sent as the page does. */
function readerOf(list: ReturnType<typeof createPatientList>) {
  const window = openListWindow(list, heading)
  let wanted = firstWindow
  let shown: Window | undefined
  return {
    move(request: WindowRequest) {
      const { type: _type, ...rest } = request
      wanted = rest
      window.move(request)
    },
    read(all: ReadonlyMap<string, PatientRow>) {
      const message = window.news([])
      if (message?.type === 'window') shown = message
      else if (message?.type === 'patch') shown = patched(shown!, message)
      assert.equal(window.news([]), undefined, 'the same is told twice')
      assert.ok(shown, 'a patch does not fit')
      const { total, matching, counts, rows, version } = shown
      assert.equal(version, window.version)
      assert.deepEqual({ total, matching, counts, rows }, naive([...all.values()], wanted))
    },
  }
}

describe('A window of the list', () => {
  test('is, message by message, what filtering and sorting everything gives, whatever changes and however seldom it is read', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 40 }), (steps) => {
        const list = createPatientList()
        const all = new Map<string, PatientRow>()
        const readers = Array.from({ length: 3 }, () => readerOf(list))
        for (const step of steps) {
          if ('rows' in step) {
            list.update(step.rows)
            for (const row of step.rows) all.set(row.patient, row)
          } else if ('moreDays' in step) {
            const rows = Array.from(all.values(), (row, place) => ({
              ...row,
              dataDays: (row.dataDays + step.moreDays * place) % 17,
            }))
            list.update(rows)
            for (const row of rows) all.set(row.patient, row)
          } else if ('gone' in step) {
            list.remove(step.gone)
            all.delete(step.gone)
          } else if ('request' in step) readers[step.reader]!.move(step.request)
          else readers[step.reads]!.read(all)
        }
        for (const reader of readers) reader.read(all)
      }),
      { numRuns: 500 },
    )
  })

  test('says nothing of a change outside of it, and of one inside nothing but that row', () => {
    const list = createPatientList()
    const rows = Array.from({ length: 200 }, (_, n) => rowOf(`p-${1_000 + n}`))
    list.update(rows)
    const window = openListWindow(list, heading)
    assert.equal(window.news([])?.rows.length, 100)
    list.update([{ ...rows[150]!, dataDays: 3 }])
    assert.equal(window.news([]), undefined)
    list.update([{ ...rows[50]!, dataDays: 3 }])
    const patch = window.news([])
    assert.deepEqual(patch, {
      type: 'patch',
      version: 2,
      now: 0,
      rows: [{ ...rows[50]!, dataDays: 3 }],
      staff: [],
    })
  })

  test('tells a row that comes into it, and who is in it then', () => {
    const list = createPatientList()
    const rows = ['a', 'b', 'c'].map((patient) => rowOf(patient))
    list.update(rows)
    const window = openListWindow(list, heading)
    window.move({ type: 'window.request', ...firstWindow, first: 1, count: 2 })
    window.news([])
    list.update([rowOf('bb')])
    const patch = window.news([])
    assert.ok(patch?.type === 'patch')
    assert.deepEqual([patch.patients, patch.total, patch.matching], [['b', 'bb'], 4, 4])
    assert.deepEqual(
      patch.rows.map(({ patient }) => patient),
      ['bb'],
    )
  })

  test('tells the days of staff that are others', () => {
    const window = openListWindow(createPatientList(), heading)
    const day = (clinician: string, seconds: number) => ({
      clinician,
      name: clinician,
      date: '2026-03-04',
      seconds,
    })
    const [ada, bo] = [day('ada', 5), day('bo', 5)]
    assert.deepEqual(window.news([ada, bo])?.staff, [ada, bo])
    assert.deepEqual(window.news([ada, day('bo', 6)])?.staff, [day('bo', 6)])
  })
})
