import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** Runs a test file of these lines from a process of its own, as node:test runs none from within another. @returns what was said of it. */
function run(lines: readonly string[]): Promise<string> {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-run-files-'))
  const [file, program] = [join(folder.path, 'one.test.mjs'), join(folder.path, 'program.mjs')]
  writeFileSync(file, lines.join('\n'))
  writeFileSync(
    program,
    `import { runFiles } from '${import.meta.resolve('../../testing/run-files.ts')}'
    const lanes = [[[${JSON.stringify(file)}].values()]]
    await runFiles(lanes, { withinMs: 120_000, graceMs: 200, say: (line) => console.log(line) })`,
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [program], { env }, (error, out) =>
      error ? reject(error) : resolve(out),
    )
    child.once('close', () => folder.remove())
  })
}

const imports = ["import { createServer } from 'node:net'", "import { after, test } from 'node:test'"]
// It takes longer than a process may live on after its tests, and comes before that time begins.
const slowEnd = 'after(() => new Promise((resolve) => setTimeout(resolve, 400)))'

test('A file whose tests leave something open fails soon after they passed, and says what it was', async () => {
  const said = await run([
    ...imports,
    slowEnd,
    "test('it', () => void createServer().listen(0, '127.0.0.1'))",
  ])
  assert.match(said, /one\.test\.mjs: 1 passed, 1 failed, /)
  assert.match(said, /one\.test\.mjs printed:\n +0\.2 s after its last test .*TCPServerWrap/)
})

test('A file that leaves nothing open may take its time to end', async () => {
  const said = await run([...imports, slowEnd, "test('it', () => undefined)"])
  assert.match(said, /✔ .*one\.test\.mjs: 1 passed, /)
})

test('The line of a file has the CPU that it used, with the processes that it started', {
  skip: process.platform !== 'linux',
}, async () => {
  const busy = 'while (process.cpuUsage().user < 500_000);'
  const said = await run([
    ...imports,
    "import { spawnSync } from 'node:child_process'",
    `test('it', () => void spawnSync(process.execPath, ['-e', '${busy}']))`,
  ])
  const [, cpu] = /one\.test\.mjs: 1 passed, [\d.]+ s, ([\d.]+) s of CPU/.exec(said) ?? []
  assert.ok(Number(cpu) >= 0.5, said)
})
