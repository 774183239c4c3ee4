import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const nightly = fileURLToPath(new URL('../nightly.ts', import.meta.url))

function run(args: readonly string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
  const { NODE_TEST_CONTEXT: _context, PROPERTY_RUNS: _runs, MUTANTS: _mutants, ...rest } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, [nightly, ...args], { env: { ...rest, ...env } }, (error, stdout) =>
      resolve({ code: error === null ? 0 : 1, said: stdout }),
    )
  })
}

test('the nightly run has 100,000 cases and every mutant, unless it is told otherwise', async () => {
  const { code, said } = await run(['folds/test/time/zone'], {})
  assert.match(
    said,
    /^1 files, PROPERTY_RUNS=100000, MUTANTS=all, FUZZ_PACKETS=1000000, FUZZ_BODIES=100000, TRACKER_KILLS=200, FLEET_DEVICES=500, KILLED_TIMERS=500, MONTH_CLOSE_PATIENTS=5000\n/,
  )
  assert.match(said, /\n[1-9]\d* passed, 0 failed\n$/)
  assert.equal(code, 0)
  const few = await run(['billing/test/minutes/local-days'], { PROPERTY_RUNS: '20', MUTANTS: 'few' })
  assert.match(few.said, /^1 files, PROPERTY_RUNS=20, MUTANTS=few,/)
})

test('the nightly run of no file is a failed one', async () => {
  assert.equal((await run(['no-such-file'], {})).code, 1)
})
