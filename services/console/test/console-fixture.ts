import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErrorCode, Fact, Role, TopicName } from '@cufflink/contracts'
import type { Client } from '@cufflink/contracts/client'
import { type Ledger, openLedger } from '@cufflink/ledger'
import {
  type Clock,
  createClock,
  createLifecycle,
  createLogger,
  type Environment,
  type Logger,
  loadConfig,
} from '@cufflink/runtime'
import { operatorOf, type SignedInPerson, signUp, testKeys, testOperatorKey } from '@cufflink/testkit'
import { startTracker, TrackerConfig } from '@cufflink/tracker'
import { openViews, type Views } from '@cufflink/views'
import { ConsoleConfig, type ConsoleOptions, startConsole } from '../src/index.ts'

export type Answer = { readonly status: number; readonly body: unknown; readonly headers: Headers }
type GivenHeaders = Readonly<Record<string, string>>

/** A ledger and views of their own, and a tracker between them. */
export type Engines = AsyncDisposable & {
  readonly settings: Environment
  readonly ledger: Ledger
  readonly views: Views
  /** The tracker goes by it; by the machine's own until a console is started with another. */
  readonly clocks: { tracker: Clock }
  /** The tracker between them, which a test may end. */
  readonly tracker: AsyncDisposable
}

const silent = createLogger({ service: 'test', level: 'silent' })

/** Embedded, unless the settings say otherwise. */
export async function openEngines(env: Environment = {}): Promise<Engines> {
  const folder = await mkdtemp(join(tmpdir(), 'cufflink-console-'))
  const settings = {
    STATE_DIR: folder,
    LEDGER_PARTITIONS: '2',
    CONSOLE_HTTP_PORT: '0',
    TRACKER_HTTP_PORT: '0',
    ...testKeys,
    ...env,
  }
  const lifecycle = createLifecycle({ logger: silent, service: 'engines' })
  lifecycle.onStop('stores', 'folder', () => rm(folder, { recursive: true }))
  const opened: { ledger?: Ledger; views?: Views } = {}
  const clocks = { tracker: createClock({ CLOCK_RATE: 1, CLOCK_ORIGIN_MS: 0 }) }
  await lifecycle.start(async () => {
    const config = loadConfig(TrackerConfig, { env: settings })
    const ledger = await openLedger(config)
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    const views = await openViews(config, silent)
    lifecycle.onStop('stores', 'views', () => views.close())
    Object.assign(opened, { ledger, views })
  })
  const engines = { settings, ledger: opened.ledger!, views: opened.views!, clocks }
  const tracker = await startTrackerOn(engines)
  return {
    ...engines,
    tracker,
    async [Symbol.asyncDispose]() {
      await tracker[Symbol.asyncDispose]()
      await lifecycle.stop({ reason: 'test' })
    },
  }
}

/** A tracker on engines that have another one, or had. */
export async function startTrackerOn(
  { settings, ledger, views, clocks }: Pick<Engines, 'settings' | 'ledger' | 'views' | 'clocks'>,
  parts: { readonly ledger?: Ledger; readonly views?: Views; readonly logger?: Logger } = {},
): Promise<AsyncDisposable> {
  const lifecycle = createLifecycle({ logger: silent, service: 'tracker' })
  const clock: Clock = { rate: 1, now: () => clocks.tracker.now() }
  await lifecycle.start(async () => {
    const config = loadConfig(TrackerConfig, { env: settings })
    await startTracker({ config, ledger, views, logger: silent, ...parts, lifecycle, clock })
  })
  return { [Symbol.asyncDispose]: () => lifecycle.stop({ reason: 'test' }) }
}

/** A console, and what a test asks of it. */
export type RunningConsole = AsyncDisposable & {
  readonly url: string
  readonly ledger: Ledger
  readonly views: Views
  readonly operator: Client
  /** With the operator key, unless a cookie or another `authorization` is given. */
  call(method: string, path: string, body?: unknown, headers?: GivenHeaders): Promise<Answer>
  /** Adds a person to a practice that is open, and signs in as them. */
  person(practice: string, user: string, ...roles: readonly Role[]): Promise<SignedInPerson>
  /** Every fact of a key's partition, oldest first. */
  facts(topic: TopicName, key: string): Promise<readonly Fact[]>
}

export type ConsoleParts = Pick<ConsoleOptions, 'time' | 'limits'> & {
  readonly env?: Environment
  readonly logger?: Logger
  /** In place of the engines' own. */
  readonly ledger?: Ledger
}

/** A console on engines that others may use too. Its end fails the test when it did not end well. */
export async function startConsoleOn(engines: Engines, parts: ConsoleParts = {}): Promise<RunningConsole> {
  const { env = {}, logger = silent, ledger = engines.ledger, time, limits } = parts
  const { views, settings, clocks } = engines
  if (time) clocks.tracker = time.clock
  const lifecycle = createLifecycle({ logger, service: 'console' })
  let url = ''
  await lifecycle.start(async () => {
    const config = loadConfig(ConsoleConfig, { env: { ...settings, ...env } })
    const options = {
      config,
      ledger,
      views,
      logger,
      lifecycle,
      ...(time && { time }),
      ...(limits && { limits }),
    }
    const { httpPort } = await startConsole(options)
    url = `http://127.0.0.1:${httpPort}`
  })
  return {
    url,
    ledger,
    views,
    operator: operatorOf(url, testOperatorKey),
    call: (method, path, body, headers = {}) => call(new URL(path, url), method, body, headers),
    person: (practice, user, ...roles) =>
      signUp({ consoleUrl: url, practice, user, ...(roles.length > 0 && { roles }) }),
    async facts(topic, key) {
      const records = await ledger.read(topic, ledger.partitionOf(key), 0, 10_000)
      return records
        .filter((record) => record.key === key || record.key.startsWith(`${key}#`))
        .map(({ text }) => JSON.parse(text) as Fact)
    },
    async [Symbol.asyncDispose]() {
      await lifecycle.stop({ reason: 'test' })
      assert.equal(await lifecycle.finished, 0, 'a stop step of the console failed')
    },
  }
}

/** A console on embedded engines of its own. */
export async function startTestConsole(
  env: Environment = {},
  parts: Omit<ConsoleParts, 'env'> = {},
): Promise<RunningConsole> {
  await using stack = new AsyncDisposableStack()
  const engines = stack.use(await openEngines(env))
  const console = stack.use(await startConsoleOn(engines, parts))
  const owned = stack.move()
  return { ...console, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const zone = 'America/New_York'

/** Opens a practice and enrols patients in it. */
export async function enrol(
  { operator }: Pick<RunningConsole, 'operator'>,
  practice: string,
  ...patients: string[]
): Promise<void> {
  await operator.call('openPractice', { params: { practice }, body: { name: `Practice ${practice}`, zone } })
  await Promise.all(
    patients.map((patient) =>
      operator.call('enrolPatient', {
        params: { practice, patient },
        body: { name: `Patient ${patient}`, zone },
      }),
    ),
  )
}

/** Asserts that a call of a client was refused so. */
export const refused = (answer: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(answer, (error) => {
    assert.equal((error as { code?: string }).code, code)
    return true
  })

async function call(url: URL, method: string, body: unknown, headers: GivenHeaders): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(!('cookie' in headers) && { authorization: `Bearer ${testOperatorKey}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  return {
    status: response.status,
    body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
    headers: response.headers,
  }
}

/** Of everyone the testkit signs up. */
export const testPassword = 'a password of the tests'

/** Headers of a request that no one signed in for. */
export const nobody = { authorization: '' } as const
