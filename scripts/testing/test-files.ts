import { globSync } from 'node:fs'

const everywhere = [
  'packages/*/test/**/*.test.ts',
  'services/*/test/**/*.test.ts',
  'scripts/test/**/*.test.ts',
  'tests/**/*.test.ts',
]
/** The changes of the rules that a test must notice: minutes, so they are tried by the nightly run, or by name. */
const lengthy = /^packages\/rules\/test\/mutation\//
const faults = /^tests\/faults\//
/** Promises a time to 500 people at once, and takes the machine for it. */
const demanding = /^tests\/faults\/timers-killed/

/** Test files by how they run. */
export type TestFiles = {
  /** Two at a time. */
  readonly together: readonly string[]
  /** Two at a time, after the others: they start and kill engines of their own, and wait for these to be back. */
  readonly faults: readonly string[]
  /** One at a time, last. */
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
    together: files.filter((file) => !faults.test(file)),
    faults: files.filter((file) => faults.test(file) && !demanding.test(file)),
    alone: files.filter((file) => demanding.test(file)),
  }
}
