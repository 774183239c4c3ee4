import { staticChecks } from './testing/static-checks.ts'

// What `npm run check` runs: types, lint, format and package boundaries, as `npm test` does before the tests.

const { failed } = await staticChecks((line) => void process.stdout.write(`${line}\n`))
process.exitCode = failed > 0 ? 1 : 0
