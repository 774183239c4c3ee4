import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Fact } from '@cufflink/contracts'
import {
  operatorOf,
  type SignedInPerson,
  signUp,
  startProxy,
  testOperatorKey,
  waitFor,
} from '@cufflink/testkit'
import type { Browser } from 'playwright-core'
import { newPage, openBrowser, openPage } from './harness/browser.ts'
import {
  type ConsoleInProcess,
  engineSets,
  type HandClock,
  startConsoleInProcess,
} from './harness/console-in-process.ts'

/** The middle of a month and of a day, everywhere. */
const START = Date.UTC(2026, 9, 14, 15)
const DAY_MS = 86_400_000
const PRACTICE = 'riverside'
const MONTH = '2026-10'
/** Longer than a heartbeat: a person who moved last is proven until then. */
const HEARTBEAT_S = 5

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser?.close())

/** Opens a practice with two patients, ready for work. */
async function openPractice(url: string): Promise<void> {
  const operator = operatorOf(url, testOperatorKey)
  const practice = PRACTICE
  const zone = 'America/New_York'
  await operator.call('openPractice', { params: { practice }, body: { name: 'Riverside', zone } })
  for (const patient of ['p-1', 'p-2']) {
    const params = { practice, patient }
    const body = { name: `Patient ${patient}`, zone, enrolledAt: START - DAY_MS }
    await operator.call('enrolPatient', { params, body })
    const consent = { mode: 'verbal', takenBy: 'nora', costShareExplained: true } as const
    await operator.call('recordConsent', { params, body: { ...consent, consentedAt: START - DAY_MS } })
  }
}

/** How many timers have ended. */
async function countStops({ ledger }: ConsoleInProcess): Promise<number> {
  const ends = await ledger.endOffsets('activity')
  const lists = await Promise.all(ends.map((end, partition) => ledger.read('activity', partition, 0, end)))
  return lists.flat().filter(({ text }) => (JSON.parse(text) as Fact).type === 'time.stopped').length
}

/** Of a page's globals, what tests have no types of. */
type Globals = {
  readonly document: EventTarget
  readonly setTimeout: (act: () => void, ms?: number) => unknown
}

/** A person at a page whose clock, like the server's, moves when it is told to. */
async function sitDown(url: string, person: SignedInPerson, hand: HandClock) {
  const page = await newPage(browser)
  const context = page.context()
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url }])
  // It goes by itself from its installation until it is told to stand still.
  await page.clock.install({ time: hand.now - 60_000 })
  await page.clock.pauseAt(hand.now)
  // A browser holds back the timers of a page behind another window, and not its messages.
  await page.addInitScript(() => {
    const { document, setTimeout } = globalThis as unknown as Globals
    const held: (() => void)[] = []
    let hidden = false
    const holding = (act: () => void, ms?: number) => setTimeout(() => (hidden ? held.push(act) : act()), ms)
    const hide = (hides: boolean) => {
      hidden = hides
      document.dispatchEvent(new Event('visibilitychange'))
      if (!hides) for (const act of held.splice(0)) act()
    }
    Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') })
    Object.assign(globalThis, { setTimeout: holding, hide })
  })
  // Connections on which a question waits for its answer: the page gives one up soon, by its own clock.
  await page.addInitScript(() => {
    const asking = new Set<WebSocket>()
    const proofs = { said: 0 }
    const { send } = WebSocket.prototype
    WebSocket.prototype.send = function (this: WebSocket, text: string) {
      if (/"timer\.(start|resume)"/.test(text)) asking.add(this)
      if (/"(presence|timer\.resume)"/.test(text)) proofs.said += 1
      for (const over of ['message', 'close'])
        this.addEventListener(over, () => asking.delete(this), { once: true })
      send.call(this, text)
    }
    Object.assign(globalThis, { asking, proofs })
  })
  /** What the page said has come, and what it asked is answered, however busy the machine is. */
  async function heartbeat(): Promise<void> {
    const isAnswered = async (): Promise<boolean> => {
      await fetch('/health/live').catch(() => undefined)
      return (globalThis as unknown as { asking: Set<WebSocket> }).asking.size === 0
    }
    const answered = { what: 'an answer', everyMs: 2 }
    await waitFor(() => page.evaluate(isAnswered), answered)
  }
  const move = (): Promise<void> => page.keyboard.press('Shift')
  return {
    page,
    async move(): Promise<void> {
      await move()
      await heartbeat()
    },
    openChart: async (patient: string): Promise<void> => {
      await page.goto(`${url}/practices/${PRACTICE}/patients/${patient}`)
      await page.getByTestId('timer-bar').waitFor()
      await move()
    },
    /** Seconds go by, for the page too; with someone moving each of them, or no one. On a dead line nothing is answered. */
    async pass(seconds: number, what: 'working' | 'still', line: 'open' | 'dead' = 'open'): Promise<void> {
      for (let second = 0; second < seconds; second += 1) {
        hand.now += 1_000
        await page.clock.runFor(1_000)
        if (what === 'working') await move()
        if (line === 'open') await heartbeat()
      }
    },
    /** Seconds go by behind another window, a little more than a heartbeat at a time: at the end of each, presence is proven. */
    async passHidden(heartbeats: number): Promise<void> {
      const proofs = (): Promise<number> =>
        page.evaluate(() => (globalThis as unknown as { proofs: { said: number } }).proofs.said)
      const hide = (hides: boolean): Promise<void> =>
        page.evaluate(
          (wanted) => (globalThis as unknown as { hide: (hides: boolean) => void }).hide(wanted),
          hides,
        )
      await hide(true)
      for (let beat = 0; beat < heartbeats; beat += 1) {
        const before = await proofs()
        hand.now += HEARTBEAT_S * 1_000
        await page.clock.runFor(HEARTBEAT_S * 1_000)
        const proven = { what: 'the hidden page to prove presence' }
        await waitFor(async () => (await proofs()) > before, proven)
        await heartbeat()
      }
      await hide(false)
    },
    standing: (): Promise<string | null> => page.getByTestId('work-timer').getAttribute('data-state'),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

type Desk = Awaited<ReturnType<typeof sitDown>>

/** Waits for what the server says while no time goes by, but for what the page's own timers need to draw. */
async function untilStanding(desk: Desk, wanted: RegExp): Promise<void> {
  await waitFor(
    async () => {
      await desk.page.clock.runFor(10)
      return wanted.test((await desk.standing()) ?? '')
    },
    { what: `the timer to be ${wanted.source}`, everyMs: 50 },
  )
}

/**
 * The month's seconds as a live chart shows them. A chart that lost its line dials again by the page's clock, after up to five seconds:
 * until it is live it shows what the ledger last knew, so seconds go by for it first.
 */
async function shows(desk: Desk, seconds: number): Promise<void> {
  const { page } = desk
  const link = page.locator('.link-status')
  const isLive = async (): Promise<boolean> => (await link.getAttribute('data-phase')) === 'live'
  await waitFor(async () => (await isLive()) || (await desk.pass(1, 'still'), false), {
    what: 'the chart to be live',
  })
  const shown = async (): Promise<number> => {
    await page.clock.runFor(20)
    return Number(await page.getByTestId('tally-seconds').getAttribute('data-seconds'))
  }
  let last = Number.NaN
  await waitFor(async () => (last = await shown()) === seconds, {
    what: `${seconds} s on the chart`,
    everyMs: 100,
  }).catch(() => assert.equal(last, seconds))
}

for (const set of engineSets) {
  describe(`A clinician's time, ${set}`, () => {
    test('is their presence, to the second: working, idle, back, offline, the lid closed, stopped', async () => {
      const hand: HandClock = { now: START }
      await using console = await startConsoleInProcess(set, hand)
      await openPractice(console.url)
      const person = await signUp({ consoleUrl: console.url, practice: PRACTICE, user: 'nora' })
      await using network = await startProxy({ host: '127.0.0.1', port: console.port })
      await using desk = await sitDown(`http://127.0.0.1:${network.port}`, person, hand)
      const { page } = desk

      await desk.openChart('p-1')
      await untilStanding(desk, /running/)
      const openedAt = hand.now
      await desk.pass(180, 'working')
      const first = hand.now - openedAt
      await desk.pass(100, 'still')
      await untilStanding(desk, /warning/)
      await desk.pass(100, 'still')
      await untilStanding(desk, /paused/)
      await shows(desk, first / 1_000)

      const backAt = hand.now
      await desk.move()
      await untilStanding(desk, /running/)
      await desk.pass(60, 'working')
      const second = hand.now - backAt
      await desk.pass(HEARTBEAT_S, 'still')
      network.blackHole()
      network.cut()
      await desk.pass(60, 'working', 'dead')
      // A person who has just moved goes on at once when the line is back: here no one has.
      await desk.pass(10, 'still', 'dead')
      network.heal()
      network.cut()
      await waitFor(
        async () => {
          await desk.pass(1, 'still')
          return page.locator('[data-testid="work-banner"][data-kind="lost"]').isVisible()
        },
        { what: 'the page to say that the timer ended' },
      )
      await shows(desk, (first + second) / 1_000)

      await desk.move()
      await untilStanding(desk, /running/)
      const onlineAt = hand.now
      await desk.pass(30, 'working')
      const third = hand.now - onlineAt
      await desk.pass(HEARTBEAT_S, 'still')
      // The lid is closed: the page stands still, the world does not.
      const stops = await countStops(console)
      hand.now += 600_000
      await waitFor(async () => (await countStops(console)) > stops, {
        what: 'the server to end the timer',
      })
      await page.clock.fastForward(600_000)
      await shows(desk, (first + second + third) / 1_000)

      await desk.move()
      await untilStanding(desk, /running/)
      const wokenAt = hand.now
      await desk.pass(10, 'working')
      const fourth = hand.now - wokenAt
      await page.getByTestId('work-timer').getByRole('button', { name: /stop/i }).click()
      await shows(desk, (first + second + third + fourth) / 1_000)
      assert.deepEqual([first, second, third, fourth], [180_000, 60_000, 30_000, 10_000])
    })

    test('is a conversation that goes on, with hands off the mouse, its form closed and the page hidden', async () => {
      const hand: HandClock = { now: START }
      await using console = await startConsoleInProcess(set, hand)
      await openPractice(console.url)
      const person = await signUp({ consoleUrl: console.url, practice: PRACTICE, user: 'nora' })
      await using desk = await sitDown(console.url, person, hand)
      const { page } = desk
      await desk.openChart('p-1')
      await untilStanding(desk, /running/)
      await desk.pass(1, 'working')
      await page.getByRole('button', { name: /^Log a call/ }).click()
      await page.getByRole('button', { name: 'Start call' }).click()
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /^The call goes on/ }).waitFor()
      await untilStanding(desk, /running/)
      await desk.pass(2 * 60 + 8, 'still')
      await desk.passHidden(8)
      await page.getByTestId('work-timer').getByRole('button', { name: /stop/i }).click()
      const conversation = page.getByTestId('session').filter({ hasText: /live conversation/i })
      const counted = async (): Promise<string | null> => {
        await page.clock.runFor(20)
        return conversation.locator('.session-credited').textContent()
      }
      await waitFor(async () => (await counted()) === '2:48', {
        what: 'the whole conversation on the chart',
      })
    })

    test('moves with them to another laptop, visibly, and counts once', async () => {
      const hand: HandClock = { now: START }
      await using console = await startConsoleInProcess(set, hand)
      await openPractice(console.url)
      const person = await signUp({ consoleUrl: console.url, practice: PRACTICE, user: 'nora' })
      await using one = await sitDown(console.url, person, hand)
      await using other = await sitDown(console.url, person, hand)
      await one.openChart('p-1')
      await untilStanding(one, /running/)
      await one.pass(20, 'working')
      await other.openChart('p-2')
      await untilStanding(other, /running/)
      await waitFor(() => one.page.locator('[data-testid="work-banner"][data-kind="moved"]').isVisible(), {
        what: 'the first page to say so',
      })
      await other.pass(15, 'working')
      await other.page.getByTestId('work-timer').getByRole('button', { name: /stop/i }).click()
      await shows(other, 15)
      const second = await openPage(browser, `${console.url}/practices/${PRACTICE}/patients/p-1`, person)
      await second.getByTestId('tally-seconds').waitFor()
      const counted = Number(await second.getByTestId('tally-seconds').getAttribute('data-seconds'))
      // The first page's last heartbeat may be as old as one is apart.
      assert.ok(counted <= 20 && counted >= 20 - HEARTBEAT_S, `${counted} s of ${MONTH}`)
      await second.context().close()
    })
  })
}
