import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { demoPassword, demoUser, freePort, signIn, testKeys, waitFor } from '@cufflink/testkit'
import type { Browser } from 'playwright-core'
import { seenInTime } from './harness/as-busy.ts'
import { openBrowser, openOpsPage, openPracticePage } from './harness/browser.ts'
import { enrolPatient, firstReadingCounts, localInstant, openPractice } from './harness/practice.ts'
import { type Program, startProgram, temporaryFolder } from './harness/program.ts'

/** A day of the demo's patients. */
const DAY_MS = 20_000
const PATIENTS = 24

const standalone = 'services/standalone/src/main.ts'
const anyPorts = { CONSOLE_HTTP_PORT: '0', MQTT_PORT: '0', GATEWAY_HTTP_PORT: '0', TRACKER_HTTP_PORT: '0' }

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

describe('The demo', { concurrency: true }, () => {
  test('shows 24 patients whose counts move within 20 s, and leaves nothing behind after Ctrl-C', async () => {
    await using folder = await temporaryFolder()
    await using demo = startProgram('scripts/demo.ts', { ...anyPorts, TMPDIR: folder.path })
    const [, url] = await demo.prints(/Open +(http:\S+)/)
    const { origin } = new URL(url!)
    const person = await signIn(origin, { user: demoUser, password: demoPassword })
    await using page = await openPracticePage(browser, url!, person)
    await waitFor(async () => (await page.patients()).length === PATIENTS, {
      what: '24 patients',
    })
    const days = async (): Promise<number> => {
      const all = await Promise.all((await page.patients()).map(page.dataDays))
      return all.reduce<number>((total, each) => total + (each ?? 0), 0)
    }
    const before = await days()
    const healthUrls = [`${origin}/health/ready`]
    await seenInTime({ healthUrls }, async () => (await days()) > before, 'a count that moved', DAY_MS)
    assert.match(await page.page.content(), /Demo:/)
    assert.equal((await readdir(folder.path)).length, 1)

    assert.deepEqual(await demo.end('SIGINT'), { code: 0, signal: null })
    assert.equal(demo.err, '')
    assert.deepEqual(await readdir(folder.path), [])
  })

  test('leaves nothing behind when it cannot start', async () => {
    await using folder = await temporaryFolder()
    await using taken = createServer().listen({ host: '127.0.0.1', port: 0 })
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const settings = { ...anyPorts, CONSOLE_HTTP_PORT: String(port), TMPDIR: folder.path }
    await using demo = startProgram('scripts/demo.ts', settings)
    assert.deepEqual(await demo.ends(), { code: 1, signal: null })
    assert.match(demo.err, /^PORT_IN_USE: .*CONSOLE_HTTP_PORT/)
    assert.deepEqual(await readdir(folder.path), [])
  })

  test('has messages that are acknowledged, parked and refused', async () => {
    await using demo = startProgram('scripts/demo.ts', anyPorts)
    const [, url] = await demo.prints(/Open +(http:\S+)/)
    const { origin } = new URL(url!)
    const person = await signIn(origin, { user: demoUser, password: demoPassword })
    await using ops = await openOpsPage(browser, origin, person)
    for (const tile of ['acknowledged', 'parked', 'refused'] as const)
      await waitFor(async () => (await ops.tile(tile)) > 0, {
        what: `messages ${tile}`,
        everyMs: 250,
      })
  })
})

describe('npm start', () => {
  /** The program on a folder and ports of its own. */
  async function started(dir: string, ports: Record<string, string>): Promise<Program> {
    const program = startProgram(standalone, { ...anyPorts, ...testKeys, ...ports, STATE_DIR: dir })
    await program.prints(/Stop with Ctrl-C/)
    return program
  }

  test('says how to add a practice, a patient and a device, and keeps the count over a kill -9', async () => {
    await using folder = await temporaryFolder()
    const consolePort = await freePort()
    const mqttPort = await freePort()
    const ports = { CONSOLE_HTTP_PORT: String(consolePort), MQTT_PORT: String(mqttPort) }
    const consoleUrl = `http://127.0.0.1:${consolePort}`
    const mqttUrl = `mqtt://127.0.0.1:${mqttPort}`
    await using first = await started(folder.path, ports)
    for (const command of ['practice add', 'patient add', 'device add'])
      assert.match(first.out, new RegExp(`npm run cufflink -- ${command} riverside`))
    assert.ok(
      first.out.includes(consoleUrl) && first.out.includes(mqttUrl) && first.out.includes(folder.path),
    )

    await openPractice(consoleUrl, 'kept')
    const credentials = await enrolPatient(consoleUrl, { practice: 'kept', patient: 'p-1' })
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/kept`)
    await firstReadingCounts(mqttUrl, credentials, {
      measuredAt: localInstant(2),
      counts: async () => (await page.dataDays('p-1')) === 1,
    })
    await first.end('SIGKILL')

    await using _second = await started(folder.path, ports)
    await using again = await openPracticePage(browser, `${consoleUrl}/practices/kept`)
    await again.shows('p-1', 1)
    await firstReadingCounts(mqttUrl, credentials, {
      measuredAt: localInstant(1),
      counts: async () => (await again.dataDays('p-1')) === 2,
    })
  })

  test('is refused on a folder that is in use, with the reason and exit code 1', async () => {
    await using folder = await temporaryFolder()
    await using first = await started(folder.path, {})
    await using second = startProgram(standalone, { ...anyPorts, STATE_DIR: folder.path })
    assert.deepEqual(await second.ends(), { code: 1, signal: null })
    assert.match(second.err, /^STATE_IN_USE: Another Cufflink is running on this state folder\..*\n$/)
    assert.equal(second.out, '')
    assert.doesNotMatch(second.out, /Stop with Ctrl-C/)
    assert.deepEqual(await first.end('SIGTERM'), { code: 0, signal: null })
    await using _third = await started(folder.path, {})
  })
})
