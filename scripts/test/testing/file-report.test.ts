import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileEvent } from '../../testing/file-report.ts'
import { fileReport } from '../../testing/file-report.ts'
import { failuresAgain, nothing, sum } from '../../testing/outcome.ts'

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
  assert.deepEqual(outcome, { passed: 1, failed: 1, failures: lines.slice(1), notRun: [] })
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
    failures: [],
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

test('what failed is said again at the end: its title, the error, and the beginning and end of what the file printed', () => {
  const printed = (n: number): FileEvent => ({ type: 'test:stdout', data: { message: `line ${n}\n` } })
  const events = [start('one'), ...Array.from({ length: 1_000 }, (_, n) => printed(n))]
  const { outcome } = fileReport(file, [...events, fail('one', failure(new Error('boom')))])
  const again = failuresAgain(sum([outcome, nothing]))
    .join('\n')
    .split('\n')
  const found = (part: string): number => again.findIndex((line) => line.includes(part))
  assert.equal(again[1], 'What failed, once more:')
  assert.ok(0 < found('one') && found('one') < found('boom') && found('boom') < found('a.test.ts printed:'))
  assert.ok(
    found('line 0') < found('lines, above in full') && found('lines, above in full') < found('line 999'),
  )
  assert.ok(again.length < 160, `${again.length} lines`)
})

test('of many failures each is named at the end, and of none nothing is said', () => {
  const failed = (n: number) => fileReport(file, [fail(`it-${n}-`, failure(new Error('boom')))]).outcome
  const again = failuresAgain(sum(Array.from({ length: 100 }, (_, n) => failed(n)))).join('\n')
  for (let n = 0; n < 100; n += 1) assert.match(again, new RegExp(`it-${n}-`))
  assert.ok(again.split('\n').length < 500)
  assert.deepEqual(failuresAgain(nothing), [])
})
