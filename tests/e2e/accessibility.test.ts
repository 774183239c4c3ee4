import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { operatorOf, signUp, testOperatorKey, waitFor } from '@cufflink/testkit'
import type { Browser, Page } from 'playwright-core'
import { newPage, openBrowser, openPage } from './harness/browser.ts'
import { type ConsoleInProcess, type HandClock, startConsoleInProcess } from './harness/console-in-process.ts'

const PRACTICE = 'riverside'
const ZONE = 'America/New_York'
const PATIENT = 'p-1'
const MONTH = '2026-03'
const MINUTE_MS = 60_000
/** Half of a laptop's width: as wide as a page is at 200 %. */
const NARROW = { width: 640, height: 900 }

const at = (date: string, time = '12:00'): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(ZONE).epochMilliseconds
const SINCE = at('2026-02-20')
const IN_MARCH = at('2026-03-20')
const GRACE_IS_OVER = at('2026-04-10')

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] }

/** What axe finds on a page against WCAG, A and AA: the rule, and each element. */
async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const only = JSON.stringify({ runOnly: { type: 'tag', values: standards } })
  const { violations } = (await page.evaluate(`axe.run(document, ${only})`)) as {
    violations: readonly Violation[]
  }
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

/** By how many pixels a page is wider than its window. */
const overhangOf = async (page: Page): Promise<number> =>
  (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number

/** Whatever a page can show: nothing of it depends on the engines, so that one set of them is enough. */
describe('Every page', () => {
  const hand: HandClock = { now: IN_MARCH, stopwatch: 0 }
  let browser: Browser
  let console: ConsoleInProcess
  before(async () => {
    browser = await openBrowser()
    console = await startConsoleInProcess('embedded', hand)
    await fill(console, hand)
    await park(console, 'cuff-2')
  })
  after(async () => {
    await console?.[Symbol.asyncDispose]()
    await browser?.close()
  })

  const within = `/practices/${PRACTICE}`
  const pages: Readonly<Record<string, { readonly path: string; show?(page: Page): Promise<void> }>> = {
    'of patients': { path: within, show: (page) => page.getByTestId('patient-row').first().waitFor() },
    'of a chart': {
      path: `${within}/patients/${PATIENT}#${MONTH}`,
      show: (page) => page.getByTestId('reading').first().waitFor(),
    },
    'of a chart with its forms open': {
      path: `${within}/patients/${PATIENT}#${MONTH}`,
      async show(page) {
        await page.getByRole('button', { name: 'Change: Order' }).click()
        for (const name of [/^Enter time/, /^Log a call/, /^New note/])
          await page.getByRole('button', { name }).click()
      },
    },
    'of the month’s close': {
      path: `${within}/months/${MONTH}`,
      show: (page) => page.getByTestId('month-line').first().waitFor(),
    },
    'of the dashboard': {
      path: `${within}/dashboard`,
      async show(page) {
        await page.getByRole('button', { name: 'Previous month' }).click()
        await page.getByTestId('clinician').waitFor()
        await page.getByRole('button', { name: 'Check this month' }).click()
        await page.getByTestId('measure').first().waitFor()
        await page.locator('.audit summary').first().click()
        await page.getByRole('link', { name: 'Bo Example' }).waitFor()
      },
    },
    'of changes': { path: `${within}/changes`, show: (page) => page.getByText('99457').first().waitFor() },
    'of approvals': { path: `${within}/entries`, show: (page) => page.getByTestId('entry').waitFor() },
    'of operations': {
      path: '/ops',
      show: (page) => page.getByRole('button', { name: /^Dismiss/ }).waitFor(),
    },
    'of operations with a question open': {
      path: '/ops',
      show: (page) => page.getByRole('button', { name: /^Dismiss/ }).click(),
    },
  }

  for (const [name, { path, show }] of Object.entries(pages))
    test(`${name} has nothing that axe finds wrong by WCAG, A and AA, and scrolls up and down alone at ${NARROW.width} px`, async () => {
      const person = await signUp({ consoleUrl: console.url, practice: PRACTICE })
      const page = await openPage(browser, `${console.url}${path}`, person)
      await show?.(page)
      assert.deepEqual(await violationsOn(page), [])
      await page.setViewportSize(NARROW)
      assert.equal(await overhangOf(page), 0)
      assert.deepEqual(await violationsOn(page), [])
      await page.context().close()
    })

  test('of operations lets readings that are no patient’s be dismissed, with a reason', async () => {
    await park(console, 'test-scale')
    const person = await signUp({ consoleUrl: console.url, practice: PRACTICE })
    const page = await openPage(browser, `${console.url}/ops`, person)
    await page.getByRole('button', { name: 'Dismiss the readings of test-scale' }).click()
    await page.getByLabel('Reason').fill('The scale of the front desk')
    await page.getByRole('button', { name: 'Dismiss them' }).click()
    await page.getByText('Dismissed.').waitFor()
    await page.getByRole('cell', { name: 'test-scale', exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: 'cuff-2', exact: true }).waitFor()
    await page.context().close()
  })

  test('for signing in has nothing that axe finds wrong, and scrolls up and down alone', async () => {
    const page = await newPage(browser)
    await page.goto(console.url)
    await page.getByLabel('Password').waitFor()
    assert.deepEqual(await violationsOn(page), [])
    await page.setViewportSize(NARROW)
    assert.equal(await overhangOf(page), 0)
    await page.context().close()
  })
})

/** A device that no patient has, and a reading of it. */
async function park({ url, ledger }: ConsoleInProcess, device: string): Promise<void> {
  const params = { practice: PRACTICE }
  await operatorOf(url, testOperatorKey).call('registerDevice', { params, body: { device, model: 'SCALE' } })
  await ledger.append({
    id: `parked-${device}`,
    type: 'reading.parked',
    v: 1,
    tenant: PRACTICE,
    at: IN_MARCH,
    by: `device:${device}`,
    data: {
      reading: {
        device,
        measuredAt: IN_MARCH,
        gatewayReceivedAt: IN_MARCH,
        clockQuality: 'synced',
        measurement: { kind: 'body-weight', weightKg: 80 },
      },
    },
  })
}

/** A patient with a March that has something of everything: locked, and changed after. */
async function fill({ url, ledger }: ConsoleInProcess, hand: HandClock): Promise<void> {
  const operator = operatorOf(url, testOperatorKey)
  const practice = PRACTICE
  await operator.call('openPractice', { params: { practice }, body: { name: 'Riverside', zone: ZONE } })
  const [ada, doctor] = [
    await signUp({ consoleUrl: url, practice }),
    await signUp({ consoleUrl: url, practice, credential: 'physician' }),
  ]
  const params = { practice, patient: PATIENT }
  await operator.call('enrolPatient', {
    params,
    body: { name: 'Ada Example', zone: ZONE, enrolledAt: SINCE },
  })
  await operator.call('enrolPatient', {
    params: { practice, patient: 'p-2' },
    body: { name: 'Bo Example', zone: ZONE, enrolledAt: SINCE, established: false },
  })
  const body = { mode: 'verbal', takenBy: ada.user, costShareExplained: true, consentedAt: SINCE } as const
  await operator.call('recordConsent', { params, body })
  const order = { diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7, orderedAt: SINCE } as const
  await operator.call('recordOrder', { params, body: { ...order, practitioner: doctor.user } })
  await operator.call('openEpisode', { params: { ...params, episode: 'e-1' }, body: { openedAt: SINCE } })
  await operator.call('registerDevice', { params, body: { device: 'cuff-1', model: 'BPM' } })
  const device = { practice, device: 'cuff-1' }
  await operator.call('assignDevice', { params: device, body: { patient: PATIENT, from: SINCE } })
  const measuredAt = at('2026-03-10', '08:00')
  const measurement = { kind: 'blood-pressure', systolicMmHg: 128, diastolicMmHg: 82 } as const
  const clock = { measuredAt, gatewayReceivedAt: measuredAt, clockQuality: 'synced' } as const
  await ledger.append({
    id: 'reading-1',
    type: 'reading.recorded',
    v: 1,
    tenant: practice,
    at: measuredAt,
    by: 'service:gateway',
    data: { patient: PATIENT, reading: { device: 'cuff-1', ...clock, measurement } },
  })
  const work = { program: 'RPM', category: 'data-review' } as const
  const from = at('2026-03-10', '09:00')
  await ada.call('enterTime', {
    params,
    body: { ...work, from, until: from + 21 * MINUTE_MS, reason: 'The timer was off' },
  })
  const talk = { mode: 'phone', direction: 'outbound', reached: 'patient', outcome: 'talked' } as const
  const startedAt = at('2026-03-11', '10:00')
  const { interaction } = await ada.call('recordInteraction', {
    params,
    body: { ...talk, startedAt, endedAt: startedAt + 3 * MINUTE_MS },
  })
  const text = {
    dataReviewed: 'Two weeks.',
    assessment: 'Stable.',
    decision: 'No change.',
    nextStep: 'Call.',
  }
  const readings = [{ device: 'cuff-1', measuredAt, offset: 0 }]
  await ada.call('writeNote', {
    params,
    body: { ...text, category: 'data-review', readings, notedAt: startedAt + 10 * MINUTE_MS },
  })
  hand.now = GRACE_IS_OVER
  await ada.call('closeMonth', { params: { practice, month: MONTH }, body: {} })
  const isLocked = async () => /99457/.test(await ada.call('exportEvidence', { params }))
  await waitFor(isLocked, { what: 'the line to be locked' })
  const voiding = { startedAt, reason: 'Another patient', acknowledgeLocked: true } as const
  await ada.call('voidInteraction', { params: { ...params, interaction }, body: voiding })

  const settings = { timerStart: 'by-hand', startDelayS: 0, entryBackDays: 31, approveEntries: true } as const
  await operator.call('configurePractice', { params: { practice }, body: settings })
  const until = GRACE_IS_OVER - MINUTE_MS
  await ada.call('enterTime', {
    params,
    body: { ...work, from: until - MINUTE_MS, until, reason: 'The timer was off' },
  })
}
