import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { equivalents } from './equivalents.ts'
import { allMutants, type Mutant } from './mutants.ts'
import { copyOfPackage, packageRoot } from './run.ts'

// An ordinary run tries the named changes and a few of the others; `MUTANTS=all` tries every one (some minutes).

const everything = process.env['MUTANTS'] === 'all'
const SAMPLE = 6
const AT_ONCE = 2

const suite = [
  'test/{codec,days,minutes,time,evaluation,forecast,audit,lock}/*.test.ts',
  'test/rulesets/load.test.ts',
]

/** Compared with `docs/rules.md` by its own test, which a copy of the package cannot reach. */
const elsewhere = new Set(['src/rulesets/page.ts'])

/** Changes that a comparison's neighbour does not make: UTC for local, one code's window for the other's. */
const named: readonly (readonly [file: string, from: string, to: string])[] = [
  ['src/evaluation/grid.ts', 'zoneClock(period.zone).dayAt(counted)', "zoneClock('UTC').dayAt(counted)"],
  ['src/evaluation/grid.ts', 'let zone = zoneAt(enrolment, anchor)', "let zone = 'UTC'"],
  ['src/evaluation/time-lines.ts', 'zone: context.enrolment.practiceZone', "zone: 'UTC'"],
  ['src/evaluation/month.ts', 'zoneClock(enrolment.practiceZone)', "zoneClock('UTC')"],
  ['src/evaluation/device-lines.ts', "['UTC', context.enrolment.practiceZone]", "['UTC']"],
  ['src/rulesets/medicare.ts', 'deviceHighDays: 16', 'deviceHighDays: 15'],
  ['src/rulesets/medicare.ts', 'timeBaseS: 1200', 'timeBaseS: 1199'],
  ['src/days/fold.ts', 'vendorReceivedAt ?? reading.gatewayReceivedAt', 'gatewayReceivedAt'],
]

function namedMutants(): readonly Mutant[] {
  return named.map(([file, from, to]) => {
    const text = readFileSync(new URL(file, packageRoot), 'utf8')
    const at = text.indexOf(from)
    assert.ok(at >= 0, `${file} no longer says ${from}`)
    return { file, at, from, to, line: text.slice(0, at).split('\n').length }
  })
}

const lineOf = ({ file, line }: Mutant): string =>
  readFileSync(new URL(file, packageRoot), 'utf8').split('\n')[line - 1]?.trim() ?? ''

const isEquivalent = (mutant: Mutant): boolean =>
  equivalents.some(
    ({ file, line, from, to }) =>
      mutant.file === file && lineOf(mutant) === line && mutant.from === from && mutant.to === to,
  )

describe('the tests', () => {
  const comparisons = allMutants(packageRoot).filter(
    (mutant) => !elsewhere.has(mutant.file) && !isEquivalent(mutant),
  )
  const step = Math.floor(comparisons.length / SAMPLE)
  const some = comparisons.filter((_, index) => everything || index % step === 0)
  const queue = [...namedMutants(), ...some]

  test(`turn red for each of ${queue.length} changes of a comparison, a threshold or a zone`, {
    timeout: 3_600_000,
  }, async () => {
    const survivors: string[] = []
    const work = async (): Promise<void> => {
      using copy = copyOfPackage(suite)
      assert.equal(await copy.run(undefined), 'green', 'the unchanged copy is red')
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const { file, line, from, to } = mutant
        if ((await copy.run(mutant)) === 'green')
          survivors.push(`${file}:${line} ${from} → ${to}: ${lineOf(mutant)}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    assert.deepEqual(survivors, [])
  })
})
