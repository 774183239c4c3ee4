import { globSync } from 'node:fs'

const everywhere = [
  'packages/*/test/**/*.test.ts',
  'services/*/test/**/*.test.ts',
  'scripts/test/**/*.test.ts',
  'tests/**/*.test.ts',
]
/** The changes of the rules that a test must notice: minutes, so they are tried by the nightly run, or by name. */
const lengthy = /^packages\/rules\/test\/mutation\//
/** Half a minute each and most of a core, with engines, services or browsers of their own. */
const long = /^tests\/(faults|e2e)\/|^services\/tracker\/test\/re(build|count)\.test\.ts$/
/** Half a minute each, of which they use the machine for a few seconds: they wait for what is silent, gone or due later. */
const waiting = /\/(redis-views|redis-cluster-views|redis-secured|limits|moved-readings)\.test\.ts$/
/** The longest begin first, so that what is left over at the end is short. */
const longest = /^tests\/faults\/|kafka[^/]*\.test\.ts$/

/** Test files by how they run. */
export type TestFiles = {
  readonly long: readonly string[]
  readonly waiting: readonly string[]
  readonly short: readonly string[]
}

/** The test files whose path contains one of the filters; without a filter, all but those of the nightly run. */
export function findTestFiles(filters: readonly string[]): TestFiles {
  const files = globSync(everywhere)
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) =>
      filters.length === 0 ? !lengthy.test(file) : filters.some((part) => file.includes(part)),
    )
    .sort()
    .sort((a, b) => Number(longest.test(b)) - Number(longest.test(a)))
  const kinds = Object.groupBy(files, (file) =>
    long.test(file) ? 'long' : waiting.test(file) ? 'waiting' : 'short',
  )
  return { long: [], waiting: [], short: [], ...kinds }
}
