import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NoteDraft, NoteEvent } from '../../src/chart/notes/note-draft.ts'
import {
  emptyNote,
  evolveNote,
  isBegun,
  isLinked,
  missingIn,
  noteBody,
  noteParts,
} from '../../src/chart/notes/note-draft.ts'
import { templateOf } from '../../src/chart/notes/note-templates.ts'
import { note, nowMs } from './fixtures.ts'

const one = { device: 'dev-1', measuredAt: nowMs, offset: 3 }
const two = { device: 'dev-1', measuredAt: nowMs + 1, offset: 4 }
const fold = (...events: NoteEvent[]): NoteDraft => events.reduce(evolveNote, emptyNote('data-review'))
const prompts = (draft: NoteDraft) => missingIn(draft).map(({ prompt }) => prompt)

test('says what is missing while it is typed; spaces are nothing', () => {
  assert.deepEqual(prompts(fold()), ['readings', 'data-reviewed', 'assessment', 'decision', 'next-step'])
  const typed = fold(
    { type: 'typed', part: 'dataReviewed', text: 'A week.' },
    { type: 'typed', part: 'assessment', text: '  \n ' },
    { type: 'reading', reading: one },
  )
  assert.deepEqual(prompts(typed), ['assessment', 'decision', 'next-step'])
  assert.deepEqual(prompts({ ...typed, ...Object.fromEntries(noteParts.map((part) => [part, 'x'])) }), [])
})

test('a reading is linked by a click and unlinked by the next', () => {
  const linked = fold({ type: 'reading', reading: one }, { type: 'reading', reading: two })
  assert.deepEqual(linked.readings, [one, two])
  const without = evolveNote(linked, { type: 'reading', reading: one })
  assert.deepEqual(without.readings, [two])
  assert.equal(isLinked(without, one), false)
})

test('no reading is linked twice, whatever is clicked, and no more than a note may hold', () => {
  const readings = fc.array(
    fc.record({ device: fc.constantFrom('a', 'b'), measuredAt: fc.nat(300), offset: fc.nat(5) }),
    { maxLength: 400 },
  )
  fc.assert(
    fc.property(readings, readings, (clicked, all) => {
      const draft = fold(...clicked.map((reading) => ({ type: 'reading', reading }) as const), {
        type: 'readings',
        readings: all,
        linked: true,
      })
      const names = draft.readings.map(
        ({ device, measuredAt, offset }) => `${device} ${measuredAt} ${offset}`,
      )
      assert.equal(new Set(names).size, names.length)
      assert.ok(names.length <= 200)
    }),
  )
})

test('a note links no more readings than the server takes', () => {
  const readings = Array.from({ length: 250 }, (_, offset) => ({ ...one, offset }))
  assert.equal(fold({ type: 'readings', readings, linked: true }).readings.length, 200)
})

test('all are linked together, and unlinked together', () => {
  const all = fold(
    { type: 'reading', reading: one },
    { type: 'readings', readings: [one, two], linked: true },
  )
  assert.deepEqual(all.readings, [one, two])
  assert.deepEqual(evolveNote(all, { type: 'readings', readings: [one, two], linked: false }).readings, [])
})

test('an amendment begins with the note as it reads, and names its version', () => {
  const draft = fold({ type: 'amend', note: note({ version: 9 }) })
  assert.deepEqual(draft.amends, { note: 'n-1', notedAt: nowMs, version: 9 })
  assert.equal(draft.assessment, 'Stable.')
  assert.equal(evolveNote(draft, { type: 'accept', version: 12 }).amends?.version, 12)
  assert.equal(evolveNote(draft, { type: 'clear' }).amends, undefined)
})

test('only what was begun is kept', () => {
  assert.equal(isBegun(fold()), false)
  assert.equal(isBegun(fold({ type: 'category', category: 'education' })), false)
  assert.ok(isBegun(fold({ type: 'typed', part: 'decision', text: 'x' })))
})

test('sends what the note holds, without the reason of an amendment', () => {
  const body = noteBody(fold({ type: 'reading', reading: one }))
  assert.deepEqual(Object.keys(body).sort(), [
    'assessment',
    'category',
    'dataReviewed',
    'decision',
    'nextStep',
    'readings',
  ])
})

test('every category has a template for every part; one of its own where it says more', () => {
  for (const category of ['data-review', 'conversation', 'no-such-category']) {
    const template = templateOf(category)
    for (const part of noteParts) assert.ok(template[part].length > 20)
  }
  assert.notEqual(templateOf('conversation').decision, templateOf('data-review').decision)
})
