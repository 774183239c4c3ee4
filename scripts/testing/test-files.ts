import { globSync } from 'node:fs'

const everywhere = [
  'packages/*/test/**/*.test.ts',
  'services/*/test/**/*.test.ts',
  'scripts/test/**/*.test.ts',
  'tests/**/*.test.ts',
]
/** The changes of the rules that a test must notice: minutes, so they are tried by the nightly run, or by name. */
const lengthy = /^packages\/rules\/test\/mutation\//
const demanding = /^tests\/(faults|bench)/

/** Test files by how they run. */
export type TestFiles = {
  /** Two at a time. */
  readonly together: readonly string[]
  /** One at a time, after the others: they take the machine or its engines for themselves. */
  readonly alone: readonly string[]
}

/** The test files whose path contains one of the filters; without a filter, all but those of the nightly run. */
export function findTestFiles(filters: readonly string[]): TestFiles {
  const files = globSync(everywhere)
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) =>
      filters.length === 0 ? !lengthy.test(file) : filters.some((part) => file.includes(part)),
    )
    .sort()
  return {
    together: files.filter((file) => !demanding.test(file)),
    alone: files.filter((file) => demanding.test(file)),
  }
}
