import { AsyncResource } from 'node:async_hooks'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { after, beforeEach } from 'node:test'
import { isMainThread } from 'node:worker_threads'

// Loaded by the runner before a test file. A process that has ended its tests and lives on, for a server or a timer that a test left
// behind, says what keeps it and ends: without this, no more would be known of it than that it did not end.

const told = new URL(import.meta.url).searchParams
const graceMs = Number(told.get('graceMs'))
const usage = told.get('usage')
const afterFile = AsyncResource.bind(after)
let registered = false

// Registered as the first test begins, so that it comes behind what the file itself does after its tests.
beforeEach(() => {
  if (registered) return
  registered = true
  afterFile(() => void setTimeout(end, graceMs).unref())
})

function end(): void {
  const kept = process.getActiveResourcesInfo().join(', ')
  writeSync(2, `${graceMs / 1_000} s after its last test this process is kept by what a test left: ${kept}\n`)
  process.exit(1)
}

if (isMainThread && usage !== null && process.platform === 'linux')
  process.on('exit', () => writeFileSync(usage, String(secondsOfCpu())))

/** What this process has used, and those that it started and has waited for. Only Linux tells it of both. */
function secondsOfCpu(): number {
  const TICKS_PER_SECOND = 100
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')
  // utime, stime, cutime and cstime of proc_pid_stat(5): the 14th to the 17th, of which the first two stand before the bracket.
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0)
  return ticks / TICKS_PER_SECOND
}
