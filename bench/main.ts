/**
 * `npm run bench -- <ingest|attacks|floods|sign-in|track|rules|work|pages> [--json] [--minutes <n>]`: measures on this machine, each figure beside a reference of the same run.
 * Load goes to loopback only and stops by itself.
 */
import { parseArgs } from 'node:util'
import { obtainEngines } from '@cufflink/testkit'
import { benchAttacks } from './attacks.ts'
import { benchFloods } from './floods.ts'
import { benchIngest } from './ingest.ts'
import { benchPages } from './pages.ts'
import { createReport } from './report.ts'
import { benchRules } from './rules.ts'
import { benchSignIn } from './sign-in.ts'
import { benchTrack } from './track.ts'
import { benchWork } from './work.ts'

const benches = {
  ingest: benchIngest,
  attacks: benchAttacks,
  floods: benchFloods,
  'sign-in': benchSignIn,
  track: benchTrack,
  rules: benchRules,
  work: benchWork,
  pages: benchPages,
} as const
type BenchName = keyof typeof benches
const isBench = (name: string): name is BenchName => Object.hasOwn(benches, name)

const usage = `Usage: npm run bench -- <${Object.keys(benches).join('|')}> [--json] [--minutes <n>: how long pages runs; 5]`

function stop(why: string): never {
  process.stderr.write(`${why}${usage}\n`)
  process.exit(1)
}

const options = { json: { type: 'boolean' }, minutes: { type: 'string', default: '5' } } as const

function parse() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n`)
  }
}
const { positionals, values } = parse()
if (positionals.length === 0 || !positionals.every(isBench)) stop('')
const minutes = Number(values.minutes)
if (!(Number.isInteger(minutes) && minutes > 0)) stop('--minutes must be a whole number above 0.\n')
obtainEngines((line) => process.stderr.write(`${line}\n`))
const report = createReport({ json: values.json === true, write: (text) => void process.stdout.write(text) })
for (const name of positionals.filter(isBench)) await benches[name](report, { minutes })
