import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { demoPassword, demoUser, signIn, waitFor } from '@cufflink/testkit'
import { openBrowser, openPracticePage } from './harness/browser.ts'
import { startProgram, temporaryFolder } from './harness/program.ts'

const PATIENTS = 24
/** gateway, two trackers, console, Kafka, Redis, Mosquitto, the reapers of the engines and services, and the script. */
const PROCESSES = 12

const skip = existsSync('/proc/self/environ') ? false : 'processes are counted in /proc'

test('npm run fleet counts on Kafka and Redis, and SIGTERM leaves no process behind', { skip }, async () => {
  await using browser = await openBrowser()
  await using folder = await temporaryFolder()
  await using fleet = startProgram('scripts/fleet.ts', { TMPDIR: folder.path })
  const [, url] = await fleet.prints(/Open +(http:\S+)/)
  for (const line of [
    /gateway +pid \d+/,
    /trackers +pid \d+ \S+, pid \d+/,
    /Kafka +\S+:\d+/,
    /Redis +redis:/,
  ])
    assert.match(fleet.out, line)

  const person = await signIn(new URL(url!).origin, { user: demoUser, password: demoPassword })
  await using page = await openPracticePage(browser, url!, person)
  await waitFor(async () => (await page.patients()).length === PATIENTS, {
    what: '24 patients',
  })
  const days = async (): Promise<number> => {
    const all = await Promise.all((await page.patients()).map(page.dataDays))
    return all.reduce<number>((total, each) => total + (each ?? 0), 0)
  }
  const before = await days()
  await waitFor(async () => (await days()) > before, { what: 'a count to move' })
  assert.equal(processesOf(folder.path).length, PROCESSES)

  assert.deepEqual(await fleet.end('SIGTERM'), { code: 0, signal: null })
  assert.equal(fleet.err, '')
  assert.deepEqual(processesOf(folder.path), [])
  assert.deepEqual(await readdir(folder.path), [])
})

/** The processes that were started with a folder in their environment or work in it, no matter which parent they have now. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // Redis writes its title over its environment.
        const traces = readlinkSync(`/proc/${pid}/cwd`) + readFileSync(`/proc/${pid}/environ`, 'utf8')
        return traces.includes(folder)
      } catch {
        return false // it ended, or is another user's
      }
    })
}
