/**
 * `npm run nightly`: what is drawn at random, at length, and what is killed, in numbers. Every property of packages/folds and packages/billing over 100,000 drawn
 * cases, and every mutant of its sources; a million mutated packets against the gateway, 100,000 mutated requests against the console; on each
 * set of engines 200 kills of a tracker under 500 devices, a console killed under 500 timers and the close of a month of 5,000 patients; a Redis
 * emptied under 500 devices: hours. `PROPERTY_RUNS`, `MUTANTS`, `FUZZ_PACKETS`, `FUZZ_BODIES`, `FUZZ_SEED`, `TRACKER_KILLS`, `FLEET_DEVICES`,
 * `KILLED_TIMERS` and `MONTH_CLOSE_PATIENTS` say otherwise; arguments are parts of file names.
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failuresAgain } from './testing/outcome.ts'
import { runFiles } from './testing/run-files.ts'
import { lanesOf } from './testing/taking-turns.ts'
import { findTestFiles } from './testing/test-files.ts'

const WITHIN_MS = 6 * 3_600_000

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
const lengths = {
  PROPERTY_RUNS: '100000',
  MUTANTS: 'all',
  FUZZ_PACKETS: '1000000',
  FUZZ_BODIES: '100000',
  TRACKER_KILLS: '200',
  FLEET_DEVICES: '500',
  KILLED_TIMERS: '500',
  MONTH_CLOSE_PATIENTS: '5000',
}
for (const [name, length] of Object.entries(lengths)) process.env[name] ??= length
const filters = process.argv.slice(2)
const say = (line: string): void => console.log(line)

const found = findTestFiles([
  'packages/folds/',
  'packages/billing/',
  'mqtt/fuzz',
  'api/garbage',
  'faults/kill-nine',
  'faults/month-close',
  'faults/redis-emptied',
  'faults/timers-killed',
])
const files = Object.values(found)
  .flat()
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
const said = Object.keys(lengths).map((name) => `${name}=${process.env[name]}`)
say(`${files.length} files, ${said.join(', ')}`)
const outcome = await runFiles(lanesOf(files, 2), { withinMs: WITHIN_MS, say })
const { passed, failed } = outcome
for (const line of failuresAgain(outcome)) say(line)
say(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || files.length === 0 ? 1 : 0)
