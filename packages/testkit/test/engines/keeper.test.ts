import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startRedis, waitFor } from '@cufflink/testkit'
import { isAlive } from './processes.ts'

const holder = fileURLToPath(new URL('fixtures/holder.ts', import.meta.url))

for (const signal of ['SIGKILL', 'SIGINT'] as const) {
  test(`a parent ended by ${signal} leaves no process and no folder behind`, async () => {
    using parent = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface(parent.stdout), 'line')
    const held = JSON.parse(String(line)) as { pids: number[]; dirs: string[] } // written by the fixture
    assert.equal(held.pids.filter(isAlive).length, 4)
    assert.equal(held.dirs.filter((dir) => existsSync(dir)).length, 2)
    parent.kill(signal)
    await waitFor(() => !held.pids.some(isAlive), { what: 'the engines to end' })
    await waitFor(() => !held.dirs.some((dir) => existsSync(dir)), {
      what: 'the folders to go',
    })
  })
}

test('disposing an engine ends its process, even a paused one, and removes its folder', async () => {
  const engine = await startRedis()
  const { pid, dir } = engine
  engine.pause()
  await engine[Symbol.asyncDispose]()
  assert.equal(isAlive(pid), false)
  assert.equal(existsSync(dir), false)
})

test('an engine that no one disposes does not keep its program alive', async () => {
  using forgetful = spawn(process.execPath, [holder, 'forget'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [code] = await once(forgetful, 'exit')
  assert.equal(code, 0)
})
