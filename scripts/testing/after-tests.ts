import { AsyncResource } from 'node:async_hooks'
import { writeSync } from 'node:fs'
import { after, beforeEach } from 'node:test'

// Loaded by the runner before a test file. A process that has ended its tests and lives on, for a server or a timer that a test left
// behind, says what keeps it and ends: without this, no more would be known of it than that it did not end.

const graceMs = Number(new URL(import.meta.url).searchParams.get('graceMs'))
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
