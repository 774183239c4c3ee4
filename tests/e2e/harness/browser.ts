import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chromiumPath, exercised, type SignedInPerson, signUp, waitFor } from '@cufflink/testkit'
import { type Browser, chromium, type Page } from 'playwright-core'

const built = new URL('../../../services/web/dist/index.html', import.meta.url)

/** The machine's own Chromium. */
export async function openBrowser(): Promise<Browser> {
  assert.ok(existsSync(built), 'The pages are not built: run node scripts/setup.mjs')
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: true })
  exercised('Chromium', browser.version())
  return browser
}

/**
 * A page of a context of its own. What is awaited on it may take as long as a busy machine needs. Nothing moves on it, as someone may ask of
 * their system: without a graphics card each frame of an animation is drawn by the processor.
 */
export async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce' })
  page.setDefaultTimeout(120_000)
  return page
}

/** What a page says of itself: `live`, `stale` …; `undefined` before it has anything to show. */
export type Phase = string | undefined

/** A practice's patient list, as someone sees it. */
export type PracticePage = AsyncDisposable & {
  readonly page: Page
  phase(): Promise<Phase>
  /** Ids in the order shown. */
  patients(): Promise<string[]>
  /** The number on a patient's line; `undefined` when there is no such line. */
  dataDays(patient: string): Promise<number | undefined>
  /** Waits until a patient's line shows a number. */
  shows(patient: string, dataDays: number): Promise<void>
}

/** Opens a page that is signed in: as `person`, or as someone new who may do everything in the practice of the address. */
export async function openPage(browser: Browser, url: string, person?: SignedInPerson): Promise<Page> {
  const { origin, pathname } = new URL(url)
  const [, practice = ''] = /^\/practices\/([^/]+)/.exec(pathname) ?? []
  const { cookie } = person ?? (await signUp({ consoleUrl: origin, practice }))
  const [name = '', value = ''] = cookie.split('=')
  const page = await newPage(browser)
  await page.context().addCookies([{ name, value, url: origin }])
  await page.goto(url)
  return page
}

export async function openPracticePage(
  browser: Browser,
  url: string,
  person?: SignedInPerson,
): Promise<PracticePage> {
  const page = await openPage(browser, url, person)
  const dataDays = async (patient: string): Promise<number | undefined> => {
    const texts = await page
      .locator(`[data-patient="${patient}"] [data-testid="data-days"]`)
      .allTextContents()
    return texts.length === 0 ? undefined : Number(texts[0])
  }
  return {
    page,
    dataDays,
    phase: () => phaseOf(page, '.practice'),
    patients: () =>
      page
        .locator('[data-testid="patient-row"]')
        .evaluateAll((rows) =>
          rows.map((row) => (row as unknown as { dataset: { patient: string } }).dataset.patient),
        ),
    async shows(patient, expected) {
      await waitFor(async () => (await dataDays(patient)) === expected, {
        what: `the page to show ${expected} data-days of ${patient}`,
      })
    },
    [Symbol.asyncDispose]: () => page.close(),
  }
}

/** The tiles of the ops page. */
export type OpsPage = AsyncDisposable & { tile(name: 'acknowledged' | 'refused' | 'parked'): Promise<number> }

export async function openOpsPage(
  browser: Browser,
  consoleUrl: string,
  person: SignedInPerson,
): Promise<OpsPage> {
  const page = await openPage(browser, `${consoleUrl}/ops`, person)
  await page.getByTestId('ops-acknowledged').waitFor()
  return {
    tile: async (name) => Number(await page.getByTestId(`ops-${name}`).textContent()),
    [Symbol.asyncDispose]: () => page.close(),
  }
}

async function phaseOf(page: Page, selector: string): Promise<Phase> {
  const phases = await page
    .locator(selector)
    .evaluateAll((found) =>
      found.map((one) => (one as unknown as { dataset: { phase: string } }).dataset.phase),
    )
  return phases[0]
}
