import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDevice, type DeviceCredentials, waitFor } from '@cufflink/testkit'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { seenInTime } from './harness/as-busy.ts'
import { openBrowser, openPracticePage } from './harness/browser.ts'
import { engineSets, type System } from './harness/engine-sets.ts'
import { type LiveReader, openLiveReader } from './harness/live-reader.ts'
import {
  bloodPressure,
  type Enrolment,
  enrolPatient,
  firstReadingCounts,
  localInstant,
  openPractice,
} from './harness/practice.ts'

/** On how many days the patient measures whose readings must show in time. */
const DAYS = 20

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

/** Enrols a patient whose first reading, ten days ago, is counted on the websocket. */
async function patientWithReading(
  { consoleUrl, mqttUrl }: System,
  reader: LiveReader,
  enrolment: Enrolment,
): Promise<DeviceCredentials> {
  const credentials = await enrolPatient(consoleUrl, enrolment)
  await firstReadingCounts(mqttUrl, credentials, {
    measuredAt: localInstant(10),
    counts: async () => reader.row(enrolment.patient)?.dataDays === 1,
  })
  return credentials
}

async function openedPractice(system: System, practice: string): Promise<LiveReader> {
  await openPractice(system.consoleUrl, practice)
  return openLiveReader(system.consoleUrl, practice)
}

/** Takes a page's websocket into the test's hands, and reloads the page on it. @returns what cuts it. */
async function cuttable(
  page: Page,
  livePath: string,
): Promise<() => Promise<{ reconnect(): Promise<void> }>> {
  let socket: WebSocketRoute | undefined
  let mayDial = Promise.resolve()
  let dialed = Promise.withResolvers<void>()
  await page.routeWebSocket(
    ({ pathname }) => pathname === livePath,
    async (one) => {
      await mayDial
      socket = one
      one.connectToServer()
      dialed.resolve()
    },
  )
  await page.reload()
  return async () => {
    const allowed = Promise.withResolvers<void>()
    mayDial = allowed.promise
    dialed = Promise.withResolvers()
    await socket!.close()
    return {
      async reconnect() {
        allowed.resolve()
        await dialed.promise
      },
    }
  }
}

engineSets('The live page', (system) => {
  test('reconnects by itself to a console that was killed, says meanwhile that it is not live, and then shows the true count', async () => {
    const { consoleUrl, mqttUrl, console } = system()
    using reader = await openedPractice(system(), 'killed')
    const credentials = await patientWithReading(system(), reader, { practice: 'killed', patient: 'p-1' })
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/killed`)
    await page.shows('p-1', 1)
    assert.equal(await page.phase(), 'live')
    await page.page.evaluate('globalThis.neverReloaded = true')

    await console.kill()
    const phaseIs = (phase: string) =>
      waitFor(async () => (await page.phase()) === phase, { what: `the page to be ${phase}` })
    await phaseIs('stale')
    assert.equal(await page.dataDays('p-1'), 1)
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    const acknowledged = device.publish(bloodPressure(localInstant(9)))
    await console.start()
    await acknowledged
    await phaseIs('live')
    await page.shows('p-1', 2)
    await device.publish(bloodPressure(localInstant(8)))
    await page.shows('p-1', 3)
    assert.equal(await page.page.evaluate('globalThis.neverReloaded'), true)
  })

  test('shows each reading within 2 s of its PUBACK, and the true count within 2 s of being connected again (P14)', async () => {
    const { consoleUrl, mqttUrl } = system()
    const patient = 'p-1'
    await openPractice(consoleUrl, 'cut')
    const credentials = await enrolPatient(consoleUrl, { practice: 'cut', patient })
    // No one else looks at the practice: once the page is cut off, its list is closed, and opened again with the page.
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/cut`)
    const cut = await cuttable(page.page, '/live/practices/cut')
    const showsInTime = (dataDays: number, after: string) =>
      seenInTime(
        system(),
        async () => (await page.dataDays(patient)) === dataDays,
        `data-day ${dataDays} after ${after}`,
      )
    await firstReadingCounts(mqttUrl, credentials, {
      measuredAt: localInstant(DAYS),
      counts: async () => (await page.dataDays(patient)) === 1,
    })
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    const publishDay = (day: number) => device.publish(bloodPressure(localInstant(DAYS + 1 - day)))

    for (let day = 2; day <= DAYS - 3; day += 1) {
      await publishDay(day)
      await showsInTime(day, 'its PUBACK')
    }
    const { reconnect } = await cut()
    await waitFor(async () => (await page.phase()) === 'stale', {
      what: 'the page to be stale',
    })
    await publishDay(DAYS - 2)
    await publishDay(DAYS - 1)
    assert.equal(await page.dataDays(patient), DAYS - 3)
    await reconnect()
    await showsInTime(DAYS - 1, 'the reconnection')
    await publishDay(DAYS)
    await showsInTime(DAYS, 'its PUBACK')
  })

  test('gets a window, then patches of which none is missing, and a window again when it asks', async () => {
    const { mqttUrl } = system()
    using reader = await openedPractice(system(), 'versions')
    const credentials = await patientWithReading(system(), reader, { practice: 'versions', patient: 'p-1' })
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    for (const day of [2, 3, 4]) {
      await device.publish(bloodPressure(localInstant(11 - day)))
      await reader.reads('p-1', day)
    }
    const [first, ...patches] = reader.messages
    assert.equal(first?.type, 'window')
    assert.ok(patches.length >= 4)
    for (const [index, { type, version }] of patches.entries())
      assert.deepEqual({ type, version }, { type: 'patch', version: first.version + index + 1 })

    const before = reader.messages.length
    reader.askAgain()
    await waitFor(() => reader.messages.length > before, { what: 'a window' })
    const again = reader.messages.at(-1)!
    assert.deepEqual([again.type, again.version], ['window', patches.at(-1)!.version + 1])
    assert.deepEqual(
      again.rows.map(({ patient, dataDays }) => [patient, dataDays]),
      [['p-1', 4]],
    )
  })

  test('shows one day for ten deliveries of the same reading', async () => {
    const { consoleUrl, mqttUrl } = system()
    using reader = await openedPractice(system(), 'repeats')
    const credentials = await patientWithReading(system(), reader, { practice: 'repeats', patient: 'p-1' })
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/repeats`)
    await page.shows('p-1', 1)
    const payload = bloodPressure(localInstant(9))
    for (let delivery = 0; delivery < 5; delivery += 1) {
      await using device = connectDevice({ url: mqttUrl, ...credentials })
      await Promise.all([device.publish(payload), device.publish(payload)])
    }
    // A partition is folded in order: once this one counts, the ten are folded.
    await using device = connectDevice({ url: mqttUrl, ...credentials })
    await device.publish(bloodPressure(localInstant(8)))
    await page.shows('p-1', 3)
    await reader.reads('p-1', 3)
    const perDate = reader.row('p-1')!.period!.readingsPerDate.filter((count) => count > 0)
    assert.deepEqual(perDate, [1, 1, 1])
  })

  test('shows nothing of another practice, and its websocket carries no byte of one', async () => {
    const { consoleUrl, mqttUrl } = system()
    using ours = await openedPractice(system(), 'ours')
    using theirs = await openedPractice(system(), 'theirs')
    // One id is in both practices: a key without the practice would mix them up.
    const names = ['Ada Onlyours', 'Ben Onlyours']
    const shared = { patient: 'p-shared', name: names[0]! }
    const credentials = await patientWithReading(system(), ours, { practice: 'ours', ...shared })
    const alone = { patient: 'p-only-ours', name: names[1]! }
    await patientWithReading(system(), ours, { practice: 'ours', ...alone })
    await enrolPatient(consoleUrl, { practice: 'theirs', patient: 'p-shared', name: 'Clara Theirs' })
    await theirs.reads('p-shared', 0)
    await using page = await openPracticePage(browser, `${consoleUrl}/practices/theirs`)
    await page.shows('p-shared', 0)

    await using device = connectDevice({ url: mqttUrl, ...credentials })
    await device.publish(bloodPressure(localInstant(9)))
    await ours.reads('p-shared', 2)
    // What is enrolled after it comes after it.
    await enrolPatient(consoleUrl, { practice: 'theirs', patient: 'p-later', name: 'Dmitri Theirs' })
    await theirs.reads('p-later', 0)
    const asked = theirs.messages.length
    theirs.askAgain()
    // What was put on file of the last patient may still come behind it.
    await waitFor(() => theirs.messages.slice(asked).some(({ type }) => type === 'window'), {
      what: 'a window of theirs',
    })

    for (const secret of [...names, 'p-only-ours', credentials.device, 'Practice ours'])
      assert.ok(!theirs.texts.join('\n').includes(secret), secret)
    assert.deepEqual(
      theirs.messages.flatMap(({ rows }) => rows).filter(({ dataDays }) => dataDays > 0),
      [],
    )
    await page.shows('p-later', 0)
    assert.deepEqual((await page.patients()).toSorted(), ['p-later', 'p-shared'])
    assert.equal(await page.dataDays('p-shared'), 0)
    assert.doesNotMatch(await page.page.content(), /Onlyours|p-only-ours|Practice ours/)
  })
})
