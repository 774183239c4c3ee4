import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@cufflink/testkit'

export type Settings = Readonly<Record<string, string>>

const root = fileURLToPath(new URL('../../../', import.meta.url))
const ENDS_WITHIN_MS = 120_000

/** How a program ended: its exit code, or the signal that ended it. */
export type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** One of Cufflink's programs in a process of its own. Disposing it stops it. */
export type Program = AsyncDisposable & {
  readonly pid: number
  /** What it printed so far. */
  readonly out: string
  readonly err: string
  /** Waits for the end. */
  ends(): Promise<End>
  /** Waits until it has printed a text, on standard output or error. */
  prints(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<End>
}

/** Starts a script of the checkout, such as `scripts/demo.ts`, as a person would. */
export function startProgram(script: string, settings: Settings, args: readonly string[] = []): Program {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('./end-with-parent.ts'), script, ...args],
    {
      cwd: root,
      env: { ...ownEnvironment(), ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  let out = ''
  let err = ''
  let over = false
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<End>((resolve) =>
    child.once('close', (code, signal) => {
      over = true
      resolve({ code, signal })
    }),
  )
  const ends = (): Promise<End> => waitFor(() => ended, { what: `${script} to end` })
  const end = async (signal: NodeJS.Signals): Promise<End> => {
    if (!over) child.kill(signal)
    return ends()
  }
  return {
    pid: child.pid!,
    ends,
    end,
    get out() {
      return out
    },
    get err() {
      return err
    },
    prints: (pattern, withinMs) =>
      waitFor(
        () => {
          const found = pattern.exec(out) ?? pattern.exec(err)
          if (found === null && over) throw new Error(`${script} ended: ${out}${err}`)
          return found ?? undefined
        },
        { withinMs, what: `${script} to print ${pattern.source}` },
      ),
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM').catch(() => end('SIGKILL'))),
  }
}

export type Finished = { readonly code: number; readonly out: string; readonly err: string }

/** Runs any program to its end. */
export function runToEnd(
  command: string,
  args: readonly string[],
  settings: Settings = {},
): Promise<Finished> {
  const options = { cwd: root, timeout: ENDS_WITHIN_MS, env: { ...ownEnvironment(), ...settings } }
  return new Promise((resolve, reject) => {
    execFile(command, [...args], options, (error, out, err) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, out, err })
      else reject(new Error(`${command} did not run to its end: ${out}${err}`, { cause: error }))
    })
  })
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'cufflink-e2e-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

// The test runner's own variables would make a program take itself for a test.
function ownEnvironment(): NodeJS.ProcessEnv {
  const runners = new Set(['NODE_TEST_CONTEXT', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'])
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !runners.has(name)))
}
