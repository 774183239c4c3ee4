import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { audit, type Evidence } from '../../src/recount/audit.ts'
import { openJournal, readingName, readJournal } from '../../src/recount/journal.ts'
import { at, raw, reading } from './ledger.ts'

const FIRST = '2026-10-25T16:00:00Z'
const SECOND = '2026-10-26T16:00:00Z'
const name = (instant: string): string => readingName('cuff-ada', at(instant))
const both = [name(FIRST), name(SECOND)]

/** Two readings, sent, acknowledged, on the ledger and tallied; then what a test says otherwise. */
function evidence(otherwise: Partial<Evidence> & { readings?: Evidence['dump']['readings'] } = {}): Evidence {
  const { readings = [reading({ n: 0, instant: FIRST }), reading({ n: 1, instant: SECOND })], ...rest } =
    otherwise
  return {
    journal: { sent: new Set(both), acknowledged: new Set(both) },
    dump: { readings, unassigned: [], rejected: [] },
    zones: new Map([['riverside/ada', 'America/New_York']]),
    tallies: tallied({ '2026-10-25': 1, '2026-10-26': 1 }),
    ...rest,
  }
}

const tallied = (dates: Readonly<Record<string, number>>): Evidence['tallies'] =>
  new Map([['riverside/ada', new Map(Object.entries(dates))]])
const broken = (given: Evidence): string[] =>
  audit(given).map(({ promise, subject }) => `${promise} ${subject}`)

test('nothing is found where nothing is wrong', () => {
  assert.deepEqual(audit(evidence()), [])
})

test('a reading that was acknowledged and is not on the ledger breaks P1', () => {
  const [first] = evidence().dump.readings
  const given = evidence({ readings: [first!], tallies: tallied({ '2026-10-25': 1 }) })
  assert.deepEqual(broken(given), [`P1 ${name(SECOND)}`])
})

test('a reading that was sent, not acknowledged and is not on the ledger breaks nothing', () => {
  const [first] = evidence().dump.readings
  const journal = { sent: new Set(both), acknowledged: new Set([name(FIRST)]) }
  assert.deepEqual(
    broken(evidence({ journal, readings: [first!], tallies: tallied({ '2026-10-25': 1 }) })),
    [],
  )
})

test('an acknowledged reading may lie among the parked or the refused', () => {
  const data = { reading: { device: 'cuff-ada', measuredAt: at(FIRST) } }
  const parked = raw(0, JSON.stringify({ id: 'p', type: 'reading.parked', v: 1, data }), 'cuff-ada')
  const payloadBase64 = Buffer.from(JSON.stringify({ measuredAt: at(SECOND) })).toString('base64')
  const refused = raw(0, JSON.stringify({ type: 'payload.rejected', data: { payloadBase64 } }), 'cuff-ada')
  const dump = { readings: [], unassigned: [parked], rejected: [refused, raw(1, '{')] }
  assert.deepEqual(broken(evidence({ dump, tallies: new Map() })), [])
})

test('a reading that no one sent breaks P2', () => {
  const journal = { sent: new Set([name(FIRST)]), acknowledged: new Set([name(FIRST)]) }
  assert.deepEqual(broken(evidence({ journal })), [`P2 ${name(SECOND)}`])
})

test('one reading under two ids breaks P2', () => {
  const twice = [...evidence().dump.readings, reading({ n: 2, instant: FIRST, id: 'another' })]
  const given = evidence({ readings: twice, tallies: tallied({ '2026-10-25': 2, '2026-10-26': 1 }) })
  assert.deepEqual(broken(given), [`P2 ${name(FIRST)}`])
})

test('readings in another order than they were sent in break P3; copies do not', () => {
  const [first, second] = evidence().dump.readings
  assert.deepEqual(broken(evidence({ readings: [second!, first!] })), [`P3 ${name(FIRST)}`])
  assert.deepEqual(broken(evidence({ readings: [first!, second!, { ...first!, offset: 2 }] })), [])
})

test('a tally that differs on any date, or is missing, breaks P4', () => {
  const wrong = [
    tallied({ '2026-10-25': 2, '2026-10-26': 1 }),
    tallied({ '2026-10-25': 1 }),
    tallied({ '2026-10-25': 1, '2026-10-26': 1, '2026-10-27': 1 }),
  ]
  for (const tallies of wrong) assert.deepEqual(broken(evidence({ tallies })), ['P4 riverside/ada'])
  assert.equal(audit(evidence({ tallies: new Map() })).length, 2)
})

test('a tally of someone who has no reading breaks P4', () => {
  const tallies = new Map([...evidence().tallies, ['riverside/ben', new Map([['2026-10-25', 1]])]])
  assert.deepEqual(broken(evidence({ tallies })), ['P4 riverside/ben'])
})

test('a journal is read back as it was written, but for a torn last line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-journal-'))
  try {
    const path = join(dir, 'journal')
    const journal = openJournal(path)
    journal.sent('b@2')
    journal.sent('a@1')
    journal.acknowledged('b@2')
    journal.close()
    writeFileSync(path, '{"puback":"a', { flag: 'a' })
    const { sent, acknowledged } = readJournal(path)
    assert.deepEqual([...sent], ['b@2', 'a@1'])
    assert.deepEqual([...acknowledged], ['b@2'])
  } finally {
    rmSync(dir, { recursive: true })
  }
})
