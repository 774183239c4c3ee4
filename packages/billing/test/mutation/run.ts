import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutant, patched } from './mutants.ts'

export const packagesRoot = new URL('../../../', import.meta.url)
/** The packages that are changed; what the others are is taken as it stands. */
export const mutated = ['folds', 'billing']

/** Removes itself. A copy of the packages in which one file at a time can be changed and the tests be run. */
export type Copy = { run(mutant: Mutant | undefined): Promise<'red' | 'green'>; [Symbol.dispose](): void }

const WITHIN_MS = 40_000

export function copyOfPackages(files: readonly string[]): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'cufflink-rules-'))
  const root = fileURLToPath(packagesRoot)
  mkdirSync(join(folder, 'node_modules/@cufflink'), { recursive: true })
  for (const name of mutated) {
    for (const part of ['src', 'test', 'package.json'])
      cpSync(join(root, name, part), join(folder, name, part), { recursive: true })
    symlinkSync(join(folder, name), join(folder, 'node_modules/@cufflink', name))
  }
  symlinkSync(join(root, 'contracts'), join(folder, 'node_modules/@cufflink/contracts'))
  symlinkSync(join(root, '../node_modules/fast-check'), join(folder, 'node_modules/fast-check'))
  const run = async (mutant: Mutant | undefined): Promise<'red' | 'green'> => {
    if (mutant === undefined) return await outcome(folder, files)
    const path = join(folder, mutant.file)
    const original = readFileSync(path, 'utf8')
    writeFileSync(path, patched(original, mutant))
    try {
      return await outcome(folder, files)
    } finally {
      writeFileSync(path, original)
    }
  }
  return { run, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Red when a test fails, or when the tests do not come to an end. */
async function outcome(folder: string, files: readonly string[]): Promise<'red' | 'green'> {
  const { promise, resolve } = Promise.withResolvers<'red' | 'green'>()
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=dot', ...files],
    {
      cwd: folder,
      env: { ...env, PROPERTY_RUNS: '40' },
      stdio: 'ignore',
      timeout: WITHIN_MS,
      // A mutant may loop for ever, and then no other signal reaches it.
      killSignal: 'SIGKILL',
    },
  )
  child.once('exit', (code) => resolve(code === 0 ? 'green' : 'red'))
  return promise
}
