/**
 * `npm run nightly`: the rules at length. Every property of packages/rules over 100,000 drawn cases, and every mutant of its
 * sources: hours. `PROPERTY_RUNS` and `MUTANTS` say otherwise; arguments are parts of file names.
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFiles } from './testing/run-files.ts'
import { findTestFiles } from './testing/test-files.ts'

const WITHIN_MS = 6 * 3_600_000

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
process.env['PROPERTY_RUNS'] ??= '100000'
process.env['MUTANTS'] ??= 'all'
const filters = process.argv.slice(2)
const say = (line: string): void => console.log(line)

const files = findTestFiles(['packages/rules/']).together.filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
)
const { PROPERTY_RUNS, MUTANTS } = process.env
say(`${files.length} files, PROPERTY_RUNS=${PROPERTY_RUNS}, MUTANTS=${MUTANTS}`)
const { passed, failed } = await runFiles(files, { atOnce: 2, withinMs: WITHIN_MS, say })
say(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || files.length === 0 ? 1 : 0)
