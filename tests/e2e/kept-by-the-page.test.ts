import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { operatorOf, signUp, testOperatorKey, waitFor } from '@cufflink/testkit'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openPage } from './browser.ts'
import { type ConsoleInProcess, type HandClock, startConsoleInProcess } from './console-in-process.ts'

const PRACTICE = 'riverside'
const ZONE = 'America/New_York'
const SHOWN_WITHIN_MS = 15_000
const PATIENTS = 80
const NOW = Temporal.PlainDateTime.from('2026-04-02T12:00').toZonedDateTime(ZONE).epochMilliseconds
const PASSWORD = 'a password of the tests'

const note = (page: Page) => page.getByRole('group', { name: 'New note', exact: true })
const decision = (page: Page) => note(page).getByLabel('Decision or education')
const lines = (page: Page) => page.getByTestId('patient-row')
const scrolledTo = (page: Page): Promise<number> => page.evaluate('globalThis.scrollY')

/** Nothing of this reaches an engine, so that one set of them is enough. */
describe('What the page keeps', () => {
  let browser: Browser
  let console: ConsoleInProcess
  const hand: HandClock = { now: NOW }
  before(async () => {
    browser = await openBrowser()
    console = await startConsoleInProcess('embedded', hand)
    const operator = operatorOf(console.url, testOperatorKey)
    const zone = ZONE
    await operator.call('openPractice', {
      params: { practice: PRACTICE },
      body: { name: 'Riverside', zone },
    })
    for (let number = 1; number <= PATIENTS; number += 1) {
      const patient = `p-${String(number).padStart(3, '0')}`
      const params = { practice: PRACTICE, patient }
      await operator.call('enrolPatient', { params, body: { name: `Patient ${patient}`, zone } })
    }
  })
  after(async () => {
    await console?.[Symbol.asyncDispose]()
    await browser?.close()
  })

  async function open(path: string) {
    const person = await signUp({ consoleUrl: console.url, practice: PRACTICE })
    const page = await openPage(browser, `${console.url}/practices/${PRACTICE}${path}`, person)
    page.setDefaultTimeout(SHOWN_WITHIN_MS)
    return { page, person, [Symbol.asyncDispose]: () => page.context().close() }
  }

  test('a note that was begun is there after a link, Back, a reload and the end of the session, and gone once canceled', async () => {
    await using desk = await open('/patients/p-001')
    const { page, person } = desk
    await page.getByRole('button', { name: /^New note/ }).click()
    await decision(page).fill('Lisinopril 20 mg from tomorrow')
    const isThere = async (what: string) => {
      await decision(page).waitFor()
      assert.equal(await decision(page).inputValue(), 'Lisinopril 20 mg from tomorrow', what)
    }

    await page.getByRole('link', { name: 'Patients', exact: true }).click()
    await lines(page).first().waitFor()
    await page.goBack()
    await isThere('after a link and Back')
    await page.reload()
    await isThere('after a reload')
    await page.context().clearCookies()
    await page.reload()
    await page.getByLabel('User').fill(person.user)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await isThere('after the end of the session')

    await page.goto(`${console.url}/practices/${PRACTICE}/patients/p-002`)
    await page.getByTestId('chart').waitFor()
    assert.equal(await note(page).count(), 0, 'a note about one patient is on the chart of another')
    await page.goBack()
    await isThere('after the chart of another patient')

    await note(page).getByRole('button', { name: 'Cancel' }).click()
    await page.reload()
    await page.getByTestId('chart').waitFor()
    assert.equal(await note(page).count(), 0)
  })

  test('what is typed into a form of the file is there when it is opened again, until it is sent', async () => {
    await using desk = await open('/patients/p-003')
    const { page } = desk
    const order = page.getByRole('group', { name: 'Order', exact: true })
    const diagnosis = order.getByLabel('Diagnosis', { exact: true })
    await page.getByRole('button', { name: 'Record: Order', exact: true }).click()
    await diagnosis.fill('I11.9')
    await page.reload()
    await page.getByRole('button', { name: 'Record: Order', exact: true }).click()
    assert.equal(await diagnosis.inputValue(), 'I11.9')
  })

  test('Back from a chart finds the list where it was left, with its search, and so does a reload', async () => {
    await using desk = await open('')
    const { page } = desk
    await lines(page)
      .nth(PATIENTS - 1)
      .waitFor({ state: 'attached' })
    // To the pixel it may differ: what comes in above the list moves it.
    const isInView = async (): Promise<boolean> => {
      const box = await lines(page).nth(60).boundingBox()
      return box !== null && box.y > 0 && box.y < 720
    }
    assert.equal(await isInView(), false)
    await lines(page).nth(60).getByRole('link').click()
    await page.getByTestId('chart').waitFor()
    assert.equal(await scrolledTo(page), 0)
    await page.goBack()
    await waitFor(isInView, { withinMs: SHOWN_WITHIN_MS, what: 'the list to be where it was left' })

    await page.getByLabel('Find a patient by name or id').fill('p-01')
    const found = async (): Promise<boolean> => (await lines(page).count()) === 10
    await waitFor(found, { withinMs: SHOWN_WITHIN_MS, what: 'ten lines' })
    await page.reload()
    await waitFor(found, { withinMs: SHOWN_WITHIN_MS, what: 'the same ten lines' })
    assert.equal(await page.getByLabel('Find a patient by name or id').inputValue(), 'p-01')
    assert.doesNotMatch(page.url(), /p-01/)
  })
})
