import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { operatorOf, type SignedInPerson, signUp, testOperatorKey, waitFor } from '@cufflink/testkit'
import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser, openPage } from './harness/browser.ts'
import {
  type ConsoleInProcess,
  engineSets,
  type HandClock,
  startConsoleInProcess,
} from './harness/console-in-process.ts'
import { cufflink } from './harness/practice.ts'

const PRACTICE = 'riverside'
const ZONE = 'America/New_York'
const MINUTE_MS = 60_000

/** The instant (ms) of a local date and time of day of the practice. */
const at = (date: string, time = '12:00'): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(ZONE).epochMilliseconds

/** In the days of grace of the month before. */
const NOW = at('2026-04-02')
const YESTERDAY = '2026-04-01'
const GRACE_IS_OVER = at('2026-04-10')
const SINCE = at('2026-02-20')

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

/** Opens a practice where no timer starts by itself: only time entered by hand counts. */
async function openPractice(url: string): Promise<void> {
  const operator = operatorOf(url, testOperatorKey)
  const params = { practice: PRACTICE }
  await operator.call('openPractice', { params, body: { name: 'Riverside', zone: ZONE } })
  const body = { timerStart: 'by-hand', startDelayS: 0, entryBackDays: 31, approveEntries: false } as const
  await operator.call('configurePractice', { params, body })
  const doctor = {
    name: 'Dana Lee, MD',
    credential: 'physician',
    password: 'a password of the tests',
  } as const
  await operator.call('registerUser', {
    params: { ...params, user: 'dr-lee' },
    body: { ...doctor, roles: ['clinician'] },
  })
}

/** What a gateway records of a reading of the device that is moved. */
const readingOf = ({
  patient,
  at: measuredAt,
}: {
  patient: string
  at: number
}): FactOf<'reading.recorded'> => {
  const measurement = { kind: 'blood-pressure', systolicMmHg: 128, diastolicMmHg: 82 } as const
  const clock = { measuredAt, gatewayReceivedAt: measuredAt, clockQuality: 'synced' } as const
  return {
    id: `reading-${measuredAt}`,
    type: 'reading.recorded',
    v: 1,
    tenant: PRACTICE,
    at: measuredAt,
    by: 'service:gateway',
    data: { patient, reading: { device: 'cuff-8', ...clock, measurement } },
  }
}

/** The first 20 minutes of March, locked. */
const lockOf = (patient: string): FactOf<'claim.locked'> => ({
  id: `lock-${patient}`,
  type: 'claim.locked',
  v: 1,
  tenant: PRACTICE,
  at: NOW,
  by: 'user:bill',
  data: {
    patient,
    code: '99457',
    from: '2026-03-01',
    to: '2026-03-31',
    units: 1,
    amountCents: 5_000,
    ruleSet: 'medicare-2026',
  },
})

/** Enrols a patient with a consent and an order. */
async function enrol(url: string, patient: string): Promise<void> {
  const operator = operatorOf(url, testOperatorKey)
  const params = { practice: PRACTICE, patient }
  const body = { name: `Patient ${patient}`, zone: ZONE, enrolledAt: SINCE }
  await operator.call('enrolPatient', { params, body })
  const consent = { mode: 'verbal', takenBy: 'nora', costShareExplained: true } as const
  await operator.call('recordConsent', { params, body: { ...consent, consentedAt: SINCE } })
  const order = {
    practitioner: 'dr-lee',
    diagnosis: 'I10',
    kind: 'blood-pressure',
    readingsPerWeek: 7,
  } as const
  await operator.call('recordOrder', { params, body: { ...order, orderedAt: SINCE } })
}

/** A page that is closed where it was opened; signed in as `person`, or as someone new who may do everything. */
async function sitDown(address: string, person?: SignedInPerson) {
  const page = await openPage(browser, address, person)
  return { page, [Symbol.asyncDispose]: () => page.context().close() }
}

const chartAddress = (url: string, patient: string): string =>
  `${url}/practices/${PRACTICE}/patients/${patient}`

async function openChart(url: string, patient: string) {
  const desk = await sitDown(chartAddress(url, patient))
  await desk.page.getByTestId('chart').waitFor()
  return desk
}

/** Resolves once there is such a part. */
const shown = (part: Locator, hasText: string): Promise<void> => part.filter({ hasText }).waitFor()
const says = (page: Page, text: string): Promise<void> => shown(page.getByTestId('said'), text)
/** Resolves once this many seconds count in the month. */
const counts = (page: Page, seconds: number): Promise<void> =>
  page.locator(`[data-testid="tally-seconds"][data-seconds="${seconds}"]`).waitFor()
const talked = (page: Page, conversations: number): Promise<void> =>
  page.locator(`[data-testid="tally-conversations"][data-conversations="${conversations}"]`).waitFor()
const codeLine = (page: Page, code: string, status: string): Locator =>
  page.locator(`[data-testid="code-line"][data-code="${code}"][data-status="${status}"]`)
const gate = (page: Page, name: string, ok: boolean): Locator =>
  page.locator(`[data-testid="gate"][data-gate="${name}"][data-ok="${ok}"]`)
const panel = (page: Page, name: string): Locator => page.getByRole('group', { name, exact: true })
const field = (part: Locator, name: string): Locator => part.getByLabel(name, { exact: true })
const press = (part: Page | Locator, name: string | RegExp): Promise<void> =>
  part.getByRole('button', { name, exact: true }).click()

/** Gives the reason that a form asks for, and sends it. */
async function withReason(
  part: Locator,
  { reason, submit }: { reason: string; submit: string },
): Promise<void> {
  await field(part, 'Reason').fill(reason)
  await press(part, submit)
}

/** Ten minutes of yesterday morning. */
async function enterTenMinutes(page: Page): Promise<void> {
  await press(page, /^Enter time/)
  const form = panel(page, 'Enter time')
  await field(form, 'Date').fill(YESTERDAY)
  await field(form, 'From').fill('09:00')
  await field(form, 'To').fill('09:10')
  await withReason(form, { reason: 'The timer was off', submit: 'Enter time' })
  await says(page, 'Time entered.')
  await counts(page, 600)
}

for (const set of engineSets) {
  describe(`The work on a chart, ${set}`, () => {
    const hand: HandClock = { now: NOW, stopwatch: 0 }
    let console: ConsoleInProcess | undefined
    let url = ''
    before(async () => {
      console = await startConsoleInProcess(set, hand)
      url = console.url
      await openPractice(url)
    })
    after(() => console?.[Symbol.asyncDispose]())

    test('time entered by hand counts until it is voided', async () => {
      await enrol(url, 'p-time')
      await using desk = await openChart(url, 'p-time')
      const { page } = desk
      await counts(page, 0)
      await enterTenMinutes(page)
      const session = page.getByTestId('session')
      await shown(session, '“The timer was off”')
      await shown(session, 'by hand')

      await press(session, 'Void')
      await withReason(panel(page, 'Void this time'), { reason: 'Wrong chart', submit: 'Void this time' })
      await says(page, 'Time voided.')
      await counts(page, 0)
      await shown(session, '“Wrong chart”')
      assert.equal(await session.getAttribute('data-voided'), 'true')
    })

    test('a call is the conversation of the month until it is voided', async () => {
      await enrol(url, 'p-call')
      await using desk = await openChart(url, 'p-call')
      const { page } = desk
      await enterTenMinutes(page)
      await shown(codeLine(page, '99470', 'short'), 'lacks a conversation')
      await talked(page, 0)

      await press(page, /^Log a call/)
      const form = panel(page, 'Log a call')
      await field(form, 'Start').fill(`${YESTERDAY}T10:00:00`)
      await field(form, 'End').fill(`${YESTERDAY}T10:03:00`)
      await press(form, 'Record')
      await says(page, 'Conversation recorded.')
      await talked(page, 1)
      await codeLine(page, '99470', 'supported').waitFor()
      const call = page.getByTestId('interaction')
      await shown(call, 'Phone, outgoing, the patient')

      await press(call, 'Void')
      await withReason(panel(page, 'Void this conversation'), {
        reason: 'Another patient',
        submit: 'Void it',
      })
      await says(page, 'Conversation voided.')
      await talked(page, 0)
      await shown(codeLine(page, '99470', 'short'), 'lacks a conversation')
      assert.equal(await call.getAttribute('data-voided'), 'true')
    })

    test('the time on the date of a visit does not count until the visit is voided', async () => {
      await enrol(url, 'p-visit')
      await using desk = await openChart(url, 'p-visit')
      const { page } = desk
      await enterTenMinutes(page)

      await press(page, 'Change: E/M visits')
      const form = panel(page, 'E/M visits')
      await field(form, 'When').fill(`${YESTERDAY}T15:00`)
      const practitioner = form.getByRole('combobox', { name: 'Practitioner' })
      const offered = await practitioner.getByRole('option').allTextContents()
      assert.deepEqual(offered, ['Choose', 'Dana Lee, MD, physician'])
      await practitioner.selectOption('dr-lee')
      await press(form, 'Record visit')
      await says(page, 'Visit recorded.')
      await counts(page, 0)
      await shown(page.getByTestId('session'), '10:00 not counted: on the date of an E/M visit')
      const visits = page.locator('[data-testid="gate"][data-gate="visits"]')
      await shown(visits, '1 on record')

      await press(page, 'Change: E/M visits')
      await press(form.getByTestId('visit'), 'Void')
      await withReason(panel(page, 'Void this visit'), {
        reason: 'It was not held',
        submit: 'Void the visit',
      })
      await says(page, 'Visit voided.')
      await counts(page, 600)
      await shown(visits, 'none on record')
    })

    test('a consent that is withdrawn takes what came after it, and blocks the lines', async () => {
      await enrol(url, 'p-consent')
      await using desk = await openChart(url, 'p-consent')
      const { page } = desk
      await enterTenMinutes(page)
      await gate(page, 'consent', true).waitFor()

      await press(page, 'Change: Consent')
      const form = panel(page, 'Consent')
      await form.getByText('The patient agrees no longer…').click()
      await field(form, 'Withdrawn').fill('2026-03-31T17:00')
      await press(form, 'Record the withdrawal')
      await says(page, 'Withdrawal recorded.')
      await shown(gate(page, 'consent', false), 'withdrawn, Mar 31, 2026')
      await counts(page, 0)
      await shown(page.getByTestId('session'), '10:00 not counted: no consent stood')
      await shown(codeLine(page, '99470', 'short'), 'No consent is on record.')
    })

    test('a time that the clocks skipped is not recorded, and of one that they showed twice it is asked which', async () => {
      await enrol(url, 'p-clocks')
      await using desk = await openChart(url, 'p-clocks')
      const { page } = desk
      await press(page, 'Change: Consent')
      const form = panel(page, 'Consent')
      await field(form, 'When').fill('2026-03-08T02:30')
      await shown(form, 'they never showed this time')
      await press(form, 'Record consent')
      await field(form, 'When').fill('2025-11-02T01:30')
      const which = form.getByRole('combobox', { name: /^Which/ })
      const offered = await which.getByRole('option').allTextContents()
      assert.deepEqual(offered, ['Choose', '1:30 AM EDT, the first', '1:30 AM EST, an hour later'])
      await press(form, 'Record consent')
      assert.equal(await page.getByTestId('said').textContent(), '')
      await which.selectOption('second')
      const sent = page.waitForRequest((request) => request.url().endsWith('/consents'))
      await press(form, 'Record consent')
      assert.equal((await sent).postDataJSON().consentedAt, Date.UTC(2025, 10, 2, 6, 30))
      await says(page, 'Consent recorded.')
    })

    test('a device is on file from when it is given to the patient until another has it', async () => {
      await Promise.all([enrol(url, 'p-first'), enrol(url, 'p-second')])
      const operator = operatorOf(url, testOperatorKey)
      const body = { device: 'cuff-7', model: 'BPM' }
      await operator.call('registerDevice', { params: { practice: PRACTICE }, body })
      await using first = await openChart(url, 'p-first')
      await using second = await openChart(url, 'p-second')
      /** `holder` has it then, so that the page asks before it moves the device. */
      const assign = async (page: Page, from: string, holder?: string): Promise<void> => {
        await shown(gate(page, 'device', false), 'none assigned')
        await press(page, 'Record: Device')
        const form = panel(page, 'Device')
        await field(form, 'Device').fill('cuff-7')
        await field(form, 'From').fill(from)
        await press(form, 'Assign the device')
        if (holder !== undefined) {
          await form.getByLabel(`${holder} has it since`).check()
          await press(form, 'Assign the device')
        }
        await says(page, 'Device assigned.')
      }

      await assign(first.page, '2026-03-05T09:00')
      await shown(gate(first.page, 'device', true), 'BPM, cuff-7, Mar 5, 2026')

      await assign(second.page, '2026-04-01T09:00', 'p-first')
      await shown(gate(second.page, 'device', true), 'BPM, cuff-7, Apr 1, 2026')

      // As if the second had never had it.
      await assign(first.page, '2026-03-20T09:00', 'p-second')
      await shown(gate(first.page, 'device', true), 'BPM, cuff-7, Mar 20, 2026')
      await shown(gate(second.page, 'device', false), 'none assigned')
    })

    test('a device that another patient has is moved only by who says so, on the page or the command line, with what it sent since', async () => {
      await Promise.all([enrol(url, 'p-holder'), enrol(url, 'p-typo')])
      const operator = operatorOf(url, testOperatorKey)
      const params = { practice: PRACTICE, device: 'cuff-8' }
      await operator.call('registerDevice', { params, body: { device: 'cuff-8', model: 'BPM' } })
      await operator.call('assignDevice', { params, body: { patient: 'p-holder', from: SINCE } })
      for (const date of ['2026-03-12', '2026-03-30'])
        await console?.ledger.append(readingOf({ patient: 'p-holder', at: at(date) }))
      await using holder = await openChart(url, 'p-holder#2026-03')
      await using typo = await openChart(url, 'p-typo#2026-03')
      const stand = async (counts: { holder: number; typo: number }): Promise<void> => {
        const standing = ({ page }: typeof holder) =>
          page.locator('[data-testid="reading"][data-retracted="false"]').count()
        const isSo = async () =>
          (await standing(holder)) === counts.holder && (await standing(typo)) === counts.typo
        await waitFor(isSo, { what: `readings ${JSON.stringify(counts)}` })
      }
      await stand({ holder: 2, typo: 0 })

      await press(typo.page, 'Record: Device')
      const form = panel(typo.page, 'Device')
      await field(form, 'Device').fill('cuff-8')
      await field(form, 'From').fill('2026-03-20T09:00')
      await press(form, 'Assign the device')
      const asked = form.getByLabel(/^p-holder has it since .*Feb 20, 12:00 PM: move it/)
      await asked.waitFor()
      await press(form, 'Assign the device')
      await stand({ holder: 2, typo: 0 })
      await asked.check()
      await press(form, 'Assign the device')
      await says(typo.page, 'Device assigned.')
      await stand({ holder: 1, typo: 1 })

      const back = ['device', 'assign', PRACTICE, 'cuff-8', '--patient', 'p-holder', '--from']
      const since = new Date(at('2026-03-20', '09:00')).toISOString()
      await assert.rejects(
        cufflink(url, ...back, since),
        new RegExp(`p-typo has it since ${since}. To move it, and its readings from then on, add --move.`),
      )
      assert.equal(await cufflink(url, ...back, since, '--move'), 'Saved.\n')
      await stand({ holder: 2, typo: 0 })
    })

    test('an episode is opened, closed with a reason, and another opened', async () => {
      await enrol(url, 'p-episode')
      await using desk = await openChart(url, 'p-episode')
      const { page } = desk
      const open = async (on: string): Promise<void> => {
        await press(page, 'Record: Episode')
        await field(panel(page, 'Episode'), 'Opened').fill(on)
        await press(panel(page, 'Episode'), 'Open an episode')
        await says(page, 'Episode of care opened.')
      }
      await shown(gate(page, 'episode', false), 'none')
      await open('2026-03-02T09:00')
      await shown(gate(page, 'episode', true), 'open, Mar 2, 2026')

      await press(page, 'Change: Episode')
      const form = panel(page, 'Episode')
      await field(form, 'Closed').fill('2026-03-20T09:00')
      await withReason(form, { reason: 'Goals met', submit: 'Close the episode' })
      await says(page, 'Episode of care closed.')
      await shown(gate(page, 'episode', false), 'closed, Mar 20, 2026')

      await open('2026-04-01T09:00')
      await shown(gate(page, 'episode', true), 'open, Apr 1, 2026')
    })

    test('what a locked line stands on is changed only by who confirms it, on the page or the command line', async () => {
      await Promise.all([enrol(url, 'p-locked'), enrol(url, 'p-before')])
      const operator = operatorOf(url, testOperatorKey)
      const params = { practice: PRACTICE, device: 'cuff-9' }
      await operator.call('registerDevice', { params, body: { device: 'cuff-9', model: 'BPM' } })
      await operator.call('assignDevice', { params, body: { patient: 'p-before', from: SINCE } })
      await workThroughMarch(url, 'p-locked')
      await console?.ledger.append(lockOf('p-locked'))
      await using desk = await openChart(url, 'p-locked#2026-03')
      const { page } = desk
      await page.locator('[data-testid="code-line"][data-code="99457"][data-shown="locked"]').waitFor()
      const isAsked = (form: Locator) =>
        shown(form.locator('[data-code="TIME_LOCKED"]'), 'A locked line stands on what this changes')

      await press(page, /^Enter time/)
      const time = panel(page, 'Enter time')
      await field(time, 'Date').fill('2026-03-20')
      await field(time, 'From').fill('09:00')
      await field(time, 'To').fill('09:10')
      await withReason(time, { reason: 'The timer was off', submit: 'Enter time' })
      await isAsked(time)
      await counts(page, 1_260)
      await press(time, 'Enter time all the same')
      await says(page, 'Time entered.')
      await counts(page, 1_860)

      await press(page, 'Change: E/M visits')
      const visits = panel(page, 'E/M visits')
      await field(visits, 'When').fill('2026-03-20T15:00')
      await visits.getByRole('combobox', { name: 'Practitioner' }).selectOption('dr-lee')
      await press(visits, 'Record visit')
      await isAsked(visits)
      await press(visits, 'Record visit all the same')
      await says(page, 'Visit recorded.')
      await counts(page, 1_260)

      await press(page, 'Record: Device')
      const device = panel(page, 'Device')
      await field(device, 'Device').fill('cuff-9')
      await field(device, 'From').fill('2026-03-20T09:00')
      await press(device, 'Assign the device')
      await isAsked(device)
      await press(device, 'Assign the device all the same')
      // Moving it is another command than the one that the person was told of.
      await device.getByLabel(/^p-before has it since/).check()
      await press(device, 'Assign the device')
      await isAsked(device)
      await press(device, 'Assign the device all the same')
      await says(page, 'Device assigned.')

      const since = new Date(at('2026-03-25')).toISOString()
      const back = [
        'device',
        'assign',
        PRACTICE,
        'cuff-9',
        '--patient',
        'p-before',
        '--move',
        '--from',
        since,
      ]
      await assert.rejects(cufflink(url, ...back), /TIME_LOCKED: A locked line stands on what this changes/)
      assert.equal(await cufflink(url, ...back, '--acknowledge-locked'), 'Saved.\n')
    })

    test('a line of a month whose grace has ended is locked, submitted, unlocked by a person who knows that, and locked again', async () => {
      await enrol(url, 'p-month')
      await workThroughMarch(url, 'p-month')
      const biller = await signUp({ consoleUrl: url, practice: PRACTICE, roles: ['biller'] })
      await using desk = await sitDown(`${url}/practices/${PRACTICE}/months/2026-03`, biller)
      const { page } = desk
      const line = page.locator('[data-testid="month-line"][data-patient="p-month"][data-code="99457"]')
      const standing = (name: string): Locator => line.and(page.locator(`[data-standing="${name}"]`))
      const dialog = page.getByRole('dialog')
      await shown(standing('open'), 'Final on')
      hand.now = GRACE_IS_OVER
      await standing('ready').waitFor()

      await page.getByLabel('Pick Patient p-month, 99457').check()
      await page.getByTestId('lock-picked').click()
      const amount = await line.locator('.month-amount').textContent()
      assert.match(amount ?? '', /^\$\d+\.\d\d$/)
      await shown(dialog.getByRole('heading'), `Lock 1 line, ${amount} of March 2026?`)
      await press(dialog, 'Lock 1 line')
      await shown(page.getByTestId('month-ended'), 'Done: 1 line is locked.')
      await standing('locked').waitFor()

      await press(page, 'Submitted: Patient p-month, 99457')
      await field(dialog, 'Reference').fill('claim-1')
      await press(dialog, 'Note as submitted')
      await says(page, 'Noted as submitted.')
      await shown(standing('locked'), 'as claim-1.')

      await press(page, 'Unlock: Patient p-month, 99457')
      await dialog.getByLabel('I know that this line went to the payer and may be paid').check()
      await withReason(dialog, { reason: 'Billed too early', submit: 'Unlock the line' })
      await says(page, 'Unlocked.')
      await shown(standing('held'), 'Was submitted on')

      await press(page, 'Lock again: Patient p-month, 99457')
      await shown(dialog.getByLabel('What was done to this line'), 'Billed too early')
      await dialog.getByLabel('I know that this line went to the payer before').check()
      await press(dialog, 'Lock it again')
      await standing('locked').waitFor()
    })
  })
}

/** All that the first 20 minutes of March want, besides its grace: the time, a conversation, a note that is complete. */
async function workThroughMarch(url: string, patient: string): Promise<void> {
  const nurse = await signUp({ consoleUrl: url, practice: PRACTICE, roles: ['clinician'] })
  const params = { practice: PRACTICE, patient }
  const workedAt = at('2026-03-10', '09:00')
  const category = 'data-review'
  const time = { from: workedAt, until: workedAt + 21 * MINUTE_MS, program: 'RPM', category } as const
  await nurse.call('enterTime', { params, body: { ...time, reason: 'The timer was off' } })
  const talkedAt = at('2026-03-11', '10:00')
  const call = { mode: 'phone', direction: 'outbound', reached: 'patient', outcome: 'talked' } as const
  const lasting = { startedAt: talkedAt, endedAt: talkedAt + 3 * MINUTE_MS }
  await nurse.call('recordInteraction', { params, body: { ...call, ...lasting } })
  const note = {
    notedAt: talkedAt + 10 * MINUTE_MS,
    category,
    readings: [{ device: 'cuff-9', measuredAt: workedAt, offset: 0 }],
    dataReviewed: 'Two weeks.',
    assessment: 'Stable.',
    decision: 'No change.',
    nextStep: 'Call.',
  }
  await nurse.call('writeNote', { params, body: note })
}
