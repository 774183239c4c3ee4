import { globSync } from 'node:fs'

const everywhere = [
  'packages/*/test/**/*.test.ts',
  'services/*/test/**/*.test.ts',
  'scripts/test/**/*.test.ts',
  'tests/**/*.test.ts',
]
/** The changes of the rules that a test must notice: minutes, so they are tried by the nightly run, or by name. */
const lengthy = /\/test\/mutation\//
/** Half a minute and more each, with engines, services or browsers of their own. Those of the first pattern take longest, so they begin first. */
const heavy = [
  /kafka-redis\.test|faults\/(rebuild|kill-nine|timers-killed|redis-emptied)\.|e2e\/(clinician-time|chart-work|demo|rebuild|verify-tallies)\./,
  /^tests\/(faults|e2e)\/|^services\/tracker\/test\/rebuild\/re(build|count)\.test\.ts$/,
]
/** Half a minute each, of which they use the machine for a few seconds: they wait for what is silent, gone or due later. */
const waiting = /\/(redis-views|redis-cluster-views|redis-secured|limits|moved-readings)\.test\.ts$/

/** Test files by how they run, in the order in which they begin. */
export type TestFiles = { readonly heavy: readonly string[]; readonly light: readonly string[] }

/** The test files whose path contains one of the filters; without a filter, all but those of the nightly run. */
export function findTestFiles(filters: readonly string[]): TestFiles {
  const files = globSync(everywhere)
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) =>
      filters.length === 0 ? !lengthy.test(file) : filters.some((part) => file.includes(part)),
    )
    .sort()
  const weight = (file: string): number => heavy.findIndex((pattern) => pattern.test(file))
  const [few, many] = [files.filter((file) => weight(file) >= 0), files.filter((file) => weight(file) < 0)]
  return {
    heavy: few.sort((a, b) => weight(a) - weight(b)),
    light: many.sort((a, b) => Number(waiting.test(b)) - Number(waiting.test(a))),
  }
}
