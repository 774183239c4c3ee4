import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Outcome } from './outcome.ts'
import { nothing, sum } from './outcome.ts'
import { lanesOf, takingTurns } from './taking-turns.ts'

type Check = { readonly what: string; readonly command: string; readonly args: readonly string[] }

// The longest first. What TypeScript checks on one core is a third of the work that it does on several.
const checks: readonly Check[] = [
  { what: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { what: 'types', command: 'tsc', args: ['--singleThreaded'] },
  { what: 'types of the pages', command: 'tsc', args: ['--singleThreaded', '-p', 'services/web'] },
  { what: 'format', command: 'biome', args: ['ci', '--reporter=summary', '--colors=off', '.'] },
  { what: 'package boundaries', command: 'turbo', args: ['boundaries'] },
]

/** Runs the static checks, two at a time, and says a line for each; what a failed one printed follows it. */
export async function staticChecks(say: (line: string) => void): Promise<Outcome> {
  return sum(await takingTurns(lanesOf(checks, 2), (check) => run(check, say)))
}

async function run({ what, command, args }: Check, say: (line: string) => void): Promise<Outcome> {
  const startedAt = performance.now()
  const { failed, output } = await programOutput(join('node_modules', '.bin', command), args)
  const title = `${what} (${[command, ...args].join(' ')}), ${Math.round(performance.now() - startedAt)} ms`
  const text = failed ? `✖ ${title}\n${output.trimEnd()}` : `✔ ${title}`
  say(text)
  return failed ? { ...nothing, failed: 1, failures: [text] } : { ...nothing, passed: 1 }
}

function programOutput(path: string, args: readonly string[]): Promise<{ failed: boolean; output: string }> {
  const options = {
    maxBuffer: 64 * 1_048_576,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
  }
  return new Promise((resolve) => {
    execFile(path, [...args], options, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: `${stdout}${stderr}` || (error?.message ?? '') }),
    )
  })
}
