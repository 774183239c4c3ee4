import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { operatorOf, signUp, testOperatorKey, waitFor } from '@cufflink/testkit'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openPage } from './harness/browser.ts'
import { type ConsoleInProcess, type HandClock, startConsoleInProcess } from './harness/console-in-process.ts'

const PRACTICE = 'riverside'
const ZONE = 'America/New_York'
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
    await waitFor(isInView, { what: 'the list to be where it was left' })

    await page.getByLabel('Find a patient by name or id').fill('p-01')
    const found = async (): Promise<boolean> => (await lines(page).count()) === 10
    await waitFor(found, { what: 'ten lines' })
    await page.reload()
    await waitFor(found, { what: 'the same ten lines' })
    assert.equal(await page.getByLabel('Find a patient by name or id').inputValue(), 'p-01')
    assert.doesNotMatch(page.url(), /p-01/)
  })

  test('a list of more patients than are shown at once is reached to its end, part by part', async () => {
    const practice = 'long'
    const operator = operatorOf(console.url, testOperatorKey)
    await operator.call('openPractice', { params: { practice }, body: { name: 'Long', zone: ZONE } })
    const ids = Array.from({ length: 503 }, (_, n) => `p-${1_001 + n}`)
    const enrol = (patient: string) =>
      operator.call('enrolPatient', { params: { practice, patient }, body: { name: patient, zone: ZONE } })
    await Promise.all(ids.map(enrol))
    const person = await signUp({ consoleUrl: console.url, practice })
    const page = await openPage(browser, `${console.url}/practices/${practice}`, person)
    const line = (patient: string) => page.locator(`[data-patient="${patient}"]`)
    await line('p-1500').waitFor({ state: 'attached' })
    assert.equal(await lines(page).count(), 500)
    await page.getByRole('button', { name: 'Next 500' }).click()
    await line('p-1503').waitFor()
    assert.equal(await lines(page).count(), 3)
    assert.ok(await page.getByText('501 to 503 of 503').isVisible())
    await page.getByRole('button', { name: 'Patient', exact: true }).click()
    await line('p-1004').waitFor({ state: 'attached' })
    assert.equal(await lines(page).first().getAttribute('data-patient'), 'p-1503')
    await page.context().close()
  })

  test('single keys that were turned off do nothing, also after a reload, until they are turned on', async () => {
    await using desk = await open('/patients/p-004')
    const { page } = desk
    const keys = page.getByRole('switch', { name: 'Shortcuts by single keys' })
    const newNote = page.getByRole('button', { name: /^New note/ })
    const turn = async (on: boolean) => {
      await page.getByTestId('person').click()
      await keys.setChecked(on)
      await page.keyboard.press('Escape')
    }
    await newNote.waitFor()
    await turn(false)
    await page.reload()
    await newNote.waitFor()
    await page.getByTestId('chart').press('n')
    await page.getByText('Keys', { exact: true }).click()
    await page.getByText('Single keys are turned off.').waitFor()
    assert.equal(await note(page).count(), 0)
    await turn(true)
    await page.locator('body').press('n')
    await note(page).waitFor()
  })

  test('a month fits in 640 pixels, and each of its columns has a name', async () => {
    await using desk = await open('/months/2026-04')
    const { page, person } = desk
    const body = {
      program: 'RPM',
      category: 'data-review',
      from: NOW - 3_600_000,
      until: NOW - 1_800_000,
    } as const
    const params = { practice: PRACTICE, patient: 'p-005' }
    await person.call('enrolPatient', { params, body: { name: 'W'.repeat(120), zone: ZONE } })
    await person.call('enterTime', { params, body: { ...body, reason: 'The timer was off' } })
    const heads = page.getByRole('columnheader')
    await heads.nth(1).waitFor()
    await page.getByTestId('month-line').first().waitFor({ state: 'attached' })
    assert.deepEqual(
      (await heads.allTextContents()).map((text) => text.trim()),
      ['Pick', 'Patient', 'Code', 'Dates', 'Why', 'Amount', 'Actions'],
    )
    // 1280 pixels at a zoom of 200 % (WCAG 1.4.10).
    await page.setViewportSize({ width: 640, height: 400 })
    const beyond = await page.locator('.month *').evaluateAll((all) =>
      all
        .map((one) => one as unknown as { className: string; getBoundingClientRect(): { right: number } })
        .filter((one) => one.getBoundingClientRect().right > 640)
        .map(({ className }) => className),
    )
    assert.deepEqual(beyond, [])
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 640)
  })

  test('lists of terms and the heads of tables keep their roles, and names stand apart from the ids beside them', async () => {
    await using desk = await open('')
    const { page } = desk
    const pages = {
      '': '[data-testid="patient-row"]',
      '/patients/p-001': '[data-testid="chart"]',
      '/months/2026-04': '[data-testid="month-line"]',
      '/changes': '[data-testid="changes"] .facts',
      '/entries': '[data-testid="entries"]',
    }
    for (const [path, whole] of Object.entries(pages)) {
      await page.goto(`${console.url}/practices/${PRACTICE}${path}`)
      await page.locator(whole).first().waitFor({ state: 'attached' })
      const faults = page.locator('dl[role], th:not(:has(*)):empty, a:has(+ .patient-id):not(:has(bdi))')
      assert.equal(await faults.count(), 0, path)
    }
  })
})
