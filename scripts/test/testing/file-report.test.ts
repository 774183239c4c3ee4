import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileEvent } from '../../testing/file-report.ts'
import { fileReport } from '../../testing/file-report.ts'

const file = 'tests/a.test.ts'
const start = (name: string, nesting = 0): FileEvent => ({ type: 'test:start', data: { name, nesting } })
const pass = (name: string, nesting = 0): FileEvent => ({ type: 'test:pass', data: { name, nesting } })
const fail = (name: string, error: unknown, nesting = 0): FileEvent => ({
  type: 'test:fail',
  data: { name, nesting, details: { error } },
})
const failure = (cause: unknown, failureType = 'testCodeFailure') => ({ cause, failureType })
const engineMissing = Object.assign(new Error('no engine'), { code: 'ENGINE_MISSING' })

test('passed and failed tests are counted, a parent of a failed one is not counted again', () => {
  const inside = [start('one', 1), pass('one', 1), start('two', 1), fail('two', failure('boom'), 1)]
  const events = [start('s'), ...inside, fail('s', failure('1 subtest failed', 'subtestsFailed'))]
  const { lines, outcome } = fileReport(file, events)
  assert.deepEqual(outcome, { passed: 1, failed: 1, notRun: [] })
  assert.equal(lines[0], '✖ tests/a.test.ts: 1 passed, 1 failed')
  assert.match(lines[1] ?? '', /tests\/a\.test\.ts › s › two\n\s+boom/)
})

test('a skipped test and one that lacks an engine are not run, and named with the reason', () => {
  const skipped: FileEvent = { type: 'test:pass', data: { name: 'one', skip: 'not on this system' } }
  const lacking = fail('two', failure(new Error('start', { cause: engineMissing })))
  const { outcome } = fileReport(file, [start('one'), skipped, start('two'), lacking])
  assert.deepEqual(outcome, {
    passed: 0,
    failed: 0,
    notRun: ['tests/a.test.ts › one (not on this system)', 'tests/a.test.ts › two (an engine is missing)'],
  })
})

test('a test cancelled by another failure than a missing engine has failed', () => {
  const events = [start('one'), fail('one', failure('cancelled', 'cancelledByParent'))]
  assert.equal(fileReport(file, events).outcome.failed, 1)
  const lacking = fail('h', failure(engineMissing, 'hookFailed'))
  assert.equal(fileReport(file, [...events, lacking]).outcome.failed, 0)
})

test('a file that breaks down has failed, unless it broke down for want of an engine', () => {
  const broken = [start(file), fail(file, failure('test failed'))]
  assert.equal(fileReport(file, broken).outcome.failed, 1)
  const printed: FileEvent = { type: 'test:stderr', data: { message: "  code: 'ENGINE_MISSING'," } }
  assert.deepEqual(fileReport(file, [printed, ...broken]).outcome.notRun, [
    'tests/a.test.ts (an engine is missing)',
  ])
})

test('a file without a test has failed', () => {
  assert.equal(fileReport(file, []).outcome.failed, 1)
})
