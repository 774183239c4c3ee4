import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { findStretch, isRunning, type StretchEntry, versionOf } from '../../src/index.ts'
import { at, entered, foldTime, MINUTE } from '../invented/facts.ts'
import { timer } from '../invented/timers.ts'

const startedAt = at('2026-03-10', '10:00')
const one = timer({ startedAt })
const entryOf = (...facts: readonly MinutesFact[]): StretchEntry => {
  const entry = foldTime(facts)[0]?.stretches[0]
  assert.ok(entry)
  return entry
}

describe('the version of a stretch', () => {
  test('is the highest offset of its opening, amendments and void; a proof makes none', () => {
    const amended = one.amended(startedAt, startedAt + MINUTE)
    const checkpoint = one.extended(startedAt + MINUTE)
    assert.equal(versionOf(entryOf(one.started())), 0)
    assert.equal(versionOf(entryOf(one.started(), checkpoint, one.stopped(startedAt + 2 * MINUTE))), 0)
    assert.equal(versionOf(entryOf(one.started(), checkpoint, amended)), 2)
    assert.equal(versionOf(entryOf(amended, one.started())), 1)
    assert.equal(versionOf(entryOf(one.started(), amended, one.voided(startedAt + MINUTE))), 2)
    assert.equal(versionOf(entryOf(checkpoint)), -1)
  })
})

describe('a stretch', () => {
  test('is found by its id and its first written beginning, in any of the documents', () => {
    const later = timer({ startedAt: at('2026-04-02', '10:00'), session: 's-2' })
    const documents = foldTime([one.started(), later.started()])
    assert.equal(documents.length, 2)
    assert.equal(findStretch(documents, 's-2', at('2026-04-02', '10:00'))?.opening?.offset, 1)
    assert.equal(findStretch(documents, 's-1', startedAt)?.opening?.offset, 0)
    assert.equal(findStretch(documents, 's-2', startedAt), undefined)
    assert.equal(findStretch(documents, 's-1', startedAt + 1), undefined)
  })

  test('runs from its start until its end is said, or someone amends or voids it', () => {
    const stop = one.stopped(startedAt + MINUTE)
    assert.ok(isRunning(entryOf(one.started())))
    assert.ok(isRunning(entryOf(one.started(), one.extended(startedAt + MINUTE))))
    for (const fact of [stop, one.amended(startedAt, startedAt + MINUTE), one.voided(startedAt + MINUTE)])
      assert.ok(!isRunning(entryOf(one.started(), fact)), fact.type)
    assert.ok(!isRunning(entryOf(one.extended(startedAt + MINUTE))))
    assert.ok(!isRunning(entryOf(entered({ from: startedAt, until: startedAt + MINUTE }))))
  })
})
