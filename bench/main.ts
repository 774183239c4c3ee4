/**
 * `npm run bench -- <ingest|attacks|floods|sign-in|track|rules|evaluations|work|pages|worklist|rebuild> [--json] [options]`: measures on this machine, each figure beside a reference of the same run.
 * Load goes to loopback only and stops by itself.
 */
import { parseArgs } from 'node:util'
import { obtainEngines } from '@cufflink/testkit'
import { benchAttacks } from './attacks.ts'
import { benchEvaluations } from './evaluations.ts'
import { benchFloods } from './floods.ts'
import { benchIngest } from './ingest.ts'
import { benchPages } from './pages.ts'
import { benchRebuild } from './rebuild.ts'
import { createReport } from './report.ts'
import { benchRules } from './rules.ts'
import { benchSignIn } from './sign-in.ts'
import { benchTrack } from './track.ts'
import { benchWork } from './work.ts'
import { benchWorklist } from './worklist.ts'

const benches = {
  ingest: benchIngest,
  attacks: benchAttacks,
  floods: benchFloods,
  'sign-in': benchSignIn,
  track: benchTrack,
  rules: benchRules,
  evaluations: benchEvaluations,
  work: benchWork,
  pages: benchPages,
  worklist: benchWorklist,
  rebuild: benchRebuild,
} as const
type BenchName = keyof typeof benches
const isBench = (name: string): name is BenchName => Object.hasOwn(benches, name)

const usage = `Usage: npm run bench -- <${Object.keys(benches).join('|')}> [--json]
  attacks:  --only <a part of an attack's name>
  pages:    --minutes <5>
  worklist: --patients <5000> --months <24> --clinicians <20>
  rebuild:  --readings <1000000> --only <a part of an engine's name>
`

function stop(why: string): never {
  process.stderr.write(`${why}${usage}\n`)
  process.exit(1)
}

const options = {
  json: { type: 'boolean' },
  only: { type: 'string', default: '' },
  minutes: { type: 'string', default: '5' },
  patients: { type: 'string', default: '5000' },
  months: { type: 'string', default: '24' },
  clinicians: { type: 'string', default: '20' },
  readings: { type: 'string', default: '1000000' },
} as const

function parse() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n`)
  }
}
const { positionals, values } = parse()
if (positionals.length === 0 || !positionals.every(isBench)) stop('')
const numberOf = (name: 'minutes' | 'patients' | 'months' | 'clinicians' | 'readings'): number => {
  const number = Number(values[name])
  return Number.isInteger(number) && number > 0 ? number : stop(`--${name} must be a whole number above 0.\n`)
}
const sizes = {
  only: values.only,
  minutes: numberOf('minutes'),
  patients: numberOf('patients'),
  months: numberOf('months'),
  clinicians: numberOf('clinicians'),
  readings: numberOf('readings'),
}
obtainEngines((line) => process.stderr.write(`${line}\n`))
const report = createReport({ json: values.json === true, write: (text) => void process.stdout.write(text) })
for (const name of positionals.filter(isBench)) await benches[name](report, sizes)
