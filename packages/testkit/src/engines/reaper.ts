import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Order, Report } from './keeper.ts'

// A program of its own, started by keeper.ts: it owns the engine's processes and its folder. When the channel to its
// parent closes, for whatever reason, a kill -9 among them, it ends the one and removes the other.

const [prefix = 'cufflink-', given] = process.argv.slice(2)
const dir = given ?? mkdtempSync(join(tmpdir(), prefix))
mkdirSync(dir, { recursive: true })
const running = new Map<string, ChildProcess>()
let leaving = false

const report = (message: Report): void => {
  if (process.connected) process.send?.(message, () => undefined) // a parent that is gone is no failure
}

const leaveWhenAlone = (): void => {
  if (!leaving || running.size > 0) return
  if (given === undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  process.exit(0)
}

function launch({ name, command, args, env }: Order): void {
  const log = openSync(join(dir, `${name}.log`), 'a')
  const child = spawn(command, args, {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.once('error', (error) => report({ kind: 'failed', name, reason: error.message }))
  child.once('spawn', () => {
    running.set(name, child)
    if (leaving) child.kill('SIGKILL')
    report({ kind: 'started', name, pid: child.pid ?? 0 })
  })
  child.once('exit', (code, signal) => {
    running.delete(name)
    report({ kind: 'ended', name, how: signal ?? `code ${code}` })
    leaveWhenAlone()
  })
}

process.on('message', (order: Order) => {
  if (!leaving) launch(order)
})
function leave(): void {
  leaving = true
  for (const child of running.values()) child.kill('SIGKILL')
  leaveWhenAlone()
}

process.once('disconnect', leave)
process.once('uncaughtException', leave)
// A terminal's Ctrl-C or a supervisor's SIGTERM may reach the reaper too: only its parent's end ends it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

report({ kind: 'ready', dir })
