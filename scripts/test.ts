import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { obtainEngines } from '@cufflink/testkit'
import { engineTable, readExercises } from './testing/engine-table.ts'
import { failuresAgain, nothing, sum } from './testing/outcome.ts'
import { runFiles } from './testing/run-files.ts'
import { startSharedEngines } from './testing/shared-engines.ts'
import { staticChecks } from './testing/static-checks.ts'
import { findTestFiles } from './testing/test-files.ts'

// What `npm test` runs: engines, static checks, every test file; then what failed once more, the table of engines and the numbers.
// Arguments are parts of file names: only those files run then, without the static checks.

/** A file that takes so long, on however busy a machine, is stuck. */
const WITHIN_MS = 600_000

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)
const filters = process.argv.slice(2)
const say = (line: string): void => console.log(line)

const files = findTestFiles(filters)
if (filters.length > 0 && Object.values(files).flat().length === 0) {
  say(`No test file's name contains ${filters.join(' or ')}.`)
  process.exit(1)
}
const engines = obtainEngines(say)
const { tested: outcome, exercises } = await testFiles()

for (const line of failuresAgain(outcome)) say(line)
for (const line of engineTable(engines, exercises)) say(line)
for (const name of outcome.notRun) say(`not run: ${name}`)
const missing = engines.some(({ outcome: came }) => came === 'missing')
const ci = !['', '0', 'false', undefined].includes(process.env.CI)
if (missing && ci) say('An engine is missing, and CI is set: this run counts as failed.')
say(`${outcome.passed} passed, ${outcome.failed} failed`)
// A test's process that could not be ended would keep this one waiting.
process.exit(outcome.failed > 0 || (missing && ci) ? 1 : 0)

async function testFiles(): Promise<{ tested: typeof nothing; exercises: ReturnType<typeof readExercises> }> {
  const isWhole = filters.length === 0
  // The engines start beside the checks; the tests begin when both are done.
  const checking = isWhole ? staticChecks(say) : nothing
  await using shared = await startSharedEngines(engines, { say, wanted: isWhole })
  const checked = await checking
  Object.assign(process.env, shared.environment)
  // A process that finds its modules compiled begins with half the work, and hundreds begin.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled')
  const [heavy, light] = [files.heavy.values(), files.light.values()]
  // A heavy one waits for its engines half of the time. With one more lane than these, calls that may take ten seconds took longer.
  const lanes = [
    [heavy, light],
    [heavy, light],
    [light, heavy],
    [light, heavy],
  ]
  const ran = await runFiles(lanes, { withinMs: WITHIN_MS, say })
  return { tested: sum([checked, shared.outcome, ran]), exercises: readExercises(shared.log) }
}
