/**
 * `npm run nightly`: what is drawn at random, at length. Every property of packages/rules over 100,000 drawn cases, and every mutant
 * of its sources; a million mutated packets against the gateway, 100,000 mutated requests against the console; 200 kills of a tracker on
 * each set of engines: hours. `PROPERTY_RUNS`, `MUTANTS`, `FUZZ_PACKETS`, `FUZZ_BODIES`, `FUZZ_SEED` and `TRACKER_KILLS` say otherwise;
 * arguments are parts of file names.
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFiles } from './testing/run-files.ts'
import { findTestFiles } from './testing/test-files.ts'

const WITHIN_MS = 6 * 3_600_000

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
process.env['PROPERTY_RUNS'] ??= '100000'
process.env['MUTANTS'] ??= 'all'
process.env['FUZZ_PACKETS'] ??= '1000000'
process.env['FUZZ_BODIES'] ??= '100000'
process.env['TRACKER_KILLS'] ??= '200'
const filters = process.argv.slice(2)
const say = (line: string): void => console.log(line)

const found = findTestFiles(['packages/rules/', 'mqtt/fuzz', 'http/garbage', 'faults/kill-nine'])
const files = [...found.together, ...found.faults].filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
)
const lengths = ['PROPERTY_RUNS', 'MUTANTS', 'FUZZ_PACKETS', 'FUZZ_BODIES', 'TRACKER_KILLS'].map(
  (name) => `${name}=${process.env[name]}`,
)
say(`${files.length} files, ${lengths.join(', ')}`)
const { passed, failed } = await runFiles(files, { atOnce: 2, withinMs: WITHIN_MS, say })
say(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || files.length === 0 ? 1 : 0)
