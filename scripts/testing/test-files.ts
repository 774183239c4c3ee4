import { globSync } from 'node:fs'

const everywhere = [
  'packages/*/test/**/*.test.ts',
  'services/*/test/**/*.test.ts',
  'scripts/test/**/*.test.ts',
  'tests/**/*.test.ts',
]

/** Parts of the paths of test files that do not run like the others. */
export const special = {
  /** The changes of the rules that a test must notice: minutes, so they are tried by the nightly run, or by name. */
  lengthy: ['billing/test/mutation/'],
  /** Half a minute and more each, with engines, services or browsers of their own: those that take longest, then the others. */
  heavy: [
    'console/test/kafka-redis',
    'faults/kill-nine',
    'faults/rebuild',
    'e2e/clinician-time',
    'e2e/chart-work',
    'e2e/rebuild',
    'faults/timers-killed',
    'faults/redis-emptied',
    'e2e/demo',
    'e2e/verify-tallies',
    'tracker/test/rebuild/',
    'tests/faults/',
    'tests/e2e/',
  ],
  /** Half a minute each, of which they use the machine for a few seconds: they wait for what is silent, gone or due later. */
  waiting: ['/redis-views', '/redis-cluster-views', '/redis-secured', 'mqtt/limits', '/moved-readings'],
} as const

/** Test files by how they run, in the order in which they begin: what takes longest is not left over for the end. */
export type TestFiles = { readonly heavy: readonly string[]; readonly light: readonly string[] }

/** The test files whose path contains one of the filters; without a filter, all but those of the nightly run. */
export function findTestFiles(filters: readonly string[]): TestFiles {
  const has = (file: string, parts: readonly string[]): boolean => parts.some((part) => file.includes(part))
  const files = globSync(everywhere)
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => (filters.length === 0 ? !has(file, special.lengthy) : has(file, filters)))
    .sort()
  const rank = (file: string): number => special.heavy.findIndex((part) => file.includes(part))
  const [heavy, light] = [files.filter((file) => rank(file) >= 0), files.filter((file) => rank(file) < 0)]
  return {
    heavy: heavy.sort((a, b) => rank(a) - rank(b)),
    light: light.sort((a, b) => Number(has(b, special.waiting)) - Number(has(a, special.waiting))),
  }
}
