import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MonthLine } from '@cufflink/contracts'
import { endedText } from '../../src/month/closing-text.ts'
import { faultText, wholeText } from '../../src/month/evidence-text.ts'
import { whyOf } from '../../src/month/lines/why.ts'
import { evolveSelection, nothing, pickedOf } from '../../src/month/selection.ts'
import type { Filter } from '../../src/month/sheet.ts'
import { codesOf, grouped, lineName, namedLine, noFilter, noneText, totalOf } from '../../src/month/sheet.ts'
import { monthLine } from './fixtures.ts'

const order = [
  {
    patient: 'p-1',
    name: 'Émile Roy',
    lines: [monthLine('p-1', '99454'), monthLine('p-1', '99457')],
    failed: false,
  },
  {
    patient: 'p-2',
    name: 'Zoe Ng',
    lines: [monthLine('p-2', '99454', { standing: 'short' })],
    failed: false,
  },
]
const names = (filter: Filter) =>
  Object.fromEntries(
    [...grouped({ order }, filter)].flatMap(([standing, lines]) =>
      lines.length === 0 ? [] : [[standing, lines.map(({ patient, line }) => `${patient} ${line.code}`)]],
    ),
  )

test('groups lines by where they stand', () => {
  assert.deepEqual(names(noFilter), { ready: ['p-1 99454', 'p-1 99457'], short: ['p-2 99454'] })
})

test('finds by standing, code and words of the name, without accents and in any order', () => {
  assert.deepEqual(names({ text: '', standing: 'short' }), { short: ['p-2 99454'] })
  assert.deepEqual(names({ text: '', code: '99457' }), { ready: ['p-1 99457'] })
  assert.deepEqual(names({ text: 'roy emi' }), { ready: ['p-1 99454', 'p-1 99457'] })
  assert.deepEqual(names({ text: 'p-2', code: '99457' }), {})
  assert.deepEqual(codesOf({ order }), ['99454', '99457'])
})

test('says why no line is shown', () => {
  const told = (count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [`p-${index}`, order[0]!]))
  const none = [{ patient: 'p-1', name: 'p-1', lines: [], failed: false }]
  assert.equal(noneText({ order, of: told(2), patients: 2 }), 'No line matches.')
  assert.equal(noneText({ order: none, of: told(1), patients: 2 }), 'Reading the month…')
  assert.equal(noneText({ order: none, of: told(2), patients: 2 }), 'Nothing was done in this month.')
  const failed = [{ ...none[0]!, failed: true }]
  assert.equal(noneText({ order: failed, of: told(1), patients: 1 }), 'No line could be worked out.')
})

test('sums what stands there', () => {
  assert.deepEqual(totalOf(order.flatMap(({ lines }) => lines)), { lines: 3, cents: 15_000 })
  const { amountCents: _, ...free } = monthLine('a', '99454').line
  assert.deepEqual(totalOf([{ ...monthLine('a', '99454'), line: free }]), { lines: 1, cents: 0 })
})

test('what is held for review has another name than the line of its code and dates', () => {
  const held = monthLine('p-1', '99457', { standing: 'held', line: { status: 'held' } })
  assert.notEqual(lineName(held), lineName(monthLine('p-1', '99457')))
  assert.deepEqual(namedLine(held), { patient: 'p-1', code: '99457', from: '2026-03-01', to: '2026-03-31' })
})

test('lines are picked one by one or together; one that is no longer ready is no longer picked', () => {
  const [first, second] = [monthLine('p-1', '99454'), monthLine('p-1', '99457')]
  const one = evolveSelection(nothing, { type: 'toggled', line: first })
  const both = evolveSelection(one, { type: 'set', lines: [first, second], picked: true })
  assert.deepEqual(pickedOf([first, second], both), [first, second])
  assert.deepEqual(pickedOf([second], both), [second])
  assert.deepEqual(pickedOf([first, second], evolveSelection(both, { type: 'toggled', line: first })), [
    second,
  ])
  assert.equal(evolveSelection(both, { type: 'cleared' }), nothing)
})

test('says first what decides', () => {
  const block = { signal: 'NO_CONSENT', text: 'No consent is on record.' }
  const prompt = { prompt: 'note', text: 'Write a note.' }
  const first = (line: MonthLine) => whyOf(line)[0]
  assert.equal(first(monthLine('a', '99454', { standing: 'blocked', line: { blocks: [block] } })), block.text)
  assert.equal(first(monthLine('a', '99457', { standing: 'blocked', prompts: [prompt] })), prompt.text)
  assert.equal(first(monthLine('a', '99457', { standing: 'open' })), 'Final on Apr 6.')
  const short = monthLine('a', '99454', {
    standing: 'short',
    line: { have: { days: 3 }, missing: { days: 13 } },
  })
  assert.equal(first(short), '3 of 16 days')
  assert.deepEqual(whyOf(monthLine('a', '99454', { standing: 'locked', line: { have: {} } })), [])
})

test('says how a closing ended', () => {
  assert.equal(endedText({ closing: 'c-1', locked: 73 }), 'Done: 73 lines are locked.')
  assert.match(
    endedText({ closing: 'c-1', locked: 1, code: 'LINE_NOT_READY' }),
    /early.*LINE_NOT_READY.*1 line is locked/,
  )
  assert.match(endedText({ closing: 'c-1', locked: 0, code: 'NEW' }), /something failed \(NEW\)/)
})

test('says whether the evidence is whole, and where not', () => {
  const fault = { closing: 'c-1', sequence: 4, fault: 'changed' } as const
  assert.equal(
    wholeText({ closings: 1, lines: 9, faults: [] }),
    'The evidence is whole: 9 lines in 1 closing.',
  )
  assert.match(wholeText({ closings: 1, lines: 9, faults: [fault] }), /not whole: 1 fault/)
  assert.equal(faultText(fault), 'Closing c-1, line 4 was changed.')
  assert.equal(faultText({ ...fault, sequence: 0, fault: 'missing' }), 'Closing c-1, the seal is missing.')
})
