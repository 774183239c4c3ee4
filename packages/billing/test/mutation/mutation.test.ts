import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type Equivalent, equivalents } from './equivalents.ts'
import { allMutants, type Mutant, sampleOf } from './mutants.ts'
import { copyOfPackages, mutated, packagesRoot } from './run.ts'

// An ordinary run tries the named changes, so that it says the same today and tomorrow. `MUTATION_SEED` adds a few of the
// others, chosen by it; `MUTANTS=all` tries every one (half an hour); the nightly run does.

const everything = process.env['MUTANTS'] === 'all'
const seed = process.env['MUTATION_SEED']
const SAMPLE = 6
const AT_ONCE = 2

const suite = [
  'folds/test/**/*.test.ts',
  'billing/test/{minutes,evaluation,forecast,audit,lock}/**/*.test.ts',
  'billing/test/rulesets/medicare.test.ts',
]

/** Tried by tests that a copy of the packages cannot reach: the page with `docs/rules.md`, the others by those of the services. */
const elsewhere = new Set([
  'billing/src/rulesets/page.ts',
  'billing/src/lock/claims.ts',
  'billing/src/minutes/beside.ts',
  'folds/src/chart-documents.ts',
])

/** Changes that a comparison's neighbour does not make: UTC for local, one code's window for the other's. */
const named: readonly (readonly [file: string, from: string, to: string])[] = [
  [
    'billing/src/evaluation/grid.ts',
    'zoneClock(period.zone).dayAt(counted)',
    "zoneClock('UTC').dayAt(counted)",
  ],
  ['billing/src/evaluation/grid.ts', 'const zone = zoneAt(enrolment, anchor)', "const zone = 'UTC'"],
  ['billing/src/evaluation/lines/time-lines.ts', 'zone: context.enrolment.practiceZone', "zone: 'UTC'"],
  ['billing/src/evaluation/month.ts', 'zone: enrolment.practiceZone', "zone: 'UTC'"],
  ['billing/src/evaluation/month.ts', 'zoneClock(practiceZone)', "zoneClock('UTC')"],
  ['billing/src/evaluation/lines/device-lines.ts', "['UTC', context.enrolment.practiceZone]", "['UTC']"],
  ['billing/src/rulesets/medicare.ts', 'deviceHighDays: 16', 'deviceHighDays: 15'],
  ['billing/src/rulesets/medicare.ts', 'timeBaseS: 1200', 'timeBaseS: 1199'],
  ['billing/src/rulesets/medicare.ts', 'setupMinDays: 16', 'setupMinDays: 15'],
  ['billing/src/rulesets/medicare.ts', "{ code: '99454', cents: 4302 }", "{ code: '99454', cents: 5211 }"],
  ['billing/src/rulesets/medicare.ts', "{ code: '99470', cents: 2605 }", "{ code: '99470', cents: 5177 }"],
  ['billing/src/evaluation/lines/time-lines.ts', 'Math.min(stepCap, steps)', 'Math.max(stepCap, steps)'],
  ['folds/src/minutes/proofs.ts', 'Math.min(until,', 'Math.max(until,'],
  ['billing/src/evaluation/lines/set-up-line.ts', 'zoneAt(enrolment, begun)', 'enrolment.practiceZone'],
  ['folds/src/days/fold.ts', 'vendorReceivedAt ?? reading.gatewayReceivedAt', 'gatewayReceivedAt'],
]

function namedMutants(): readonly Mutant[] {
  return named.map(([file, from, to]) => {
    const text = readFileSync(new URL(file, packagesRoot), 'utf8')
    const at = text.indexOf(from)
    assert.ok(at >= 0, `${file} no longer says ${from}`)
    return { file, at, from, to, line: text.slice(0, at).split('\n').length }
  })
}

const lineOf = ({ file, line }: Mutant): string =>
  readFileSync(new URL(file, packagesRoot), 'utf8').split('\n')[line - 1]?.trim() ?? ''

const isSame = (mutant: Mutant, { file, line, from, to }: Equivalent): boolean =>
  mutant.file === file && lineOf(mutant) === line && mutant.from.trim() === from && mutant.to.trim() === to

const mutants = allMutants(packagesRoot, mutated).filter(({ file }) => !elsewhere.has(file))

test('a change that no test can notice is one that can be made', () => {
  const gone = equivalents.filter((equivalent) => !mutants.some((mutant) => isSame(mutant, equivalent)))
  assert.deepEqual(gone, [])
})

describe('the tests', () => {
  const all = mutants.filter((mutant) => !equivalents.some((equivalent) => isSame(mutant, equivalent)))
  const sample = seed === undefined ? [] : sampleOf(all, { size: SAMPLE, seed: Number(seed) })
  const some = everything ? all : sample
  const queue = [...namedMutants(), ...some]
  const which = everything
    ? 'all'
    : `the named ones${seed === undefined ? '' : ` and those of MUTATION_SEED=${seed}`}`

  test(`turn red for each of ${queue.length} changes of a comparison, a figure or a zone (${which})`, {
    timeout: (everything ? 4 : 1) * 3_600_000,
  }, async () => {
    const survivors: string[] = []
    const work = async (): Promise<void> => {
      using copy = copyOfPackages(suite)
      assert.equal(await copy.run(undefined), 'green', 'the unchanged copy is red')
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const { file, line, from, to } = mutant
        if ((await copy.run(mutant)) === 'green')
          survivors.push(`${file}:${line} ${from.trim()} → ${to.trim()}: ${lineOf(mutant)}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    assert.deepEqual(survivors, [])
  })
})
