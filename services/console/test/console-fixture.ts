import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '@cufflink/contracts'
import { type Ledger, openLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, type Environment, loadConfig } from '@cufflink/runtime'
import { startTracker, TrackerConfig } from '@cufflink/tracker'
import { openViews, type Views } from '@cufflink/views'
import { ConsoleConfig, startConsole } from '../src/index.ts'

export type Answer = { readonly status: number; readonly body: unknown }
type Headers = Readonly<Record<string, string>>

/** A console and a tracker on embedded engines of their own. */
export type RunningConsole = AsyncDisposable & {
  readonly url: string
  readonly ledger: Ledger
  readonly views: Views
  call(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>
  /** Every fact of a key's partition, oldest first. */
  facts(topic: 'activity' | 'registry', key: string): Promise<readonly Fact[]>
}

export async function startTestConsole(env: Environment = {}): Promise<RunningConsole> {
  const folder = await mkdtemp(join(tmpdir(), 'cufflink-console-'))
  const settings = {
    STATE_DIR: folder,
    LEDGER_PARTITIONS: '2',
    CONSOLE_HTTP_PORT: '0',
    TRACKER_HTTP_PORT: '0',
    ...env,
  }
  const logger = createLogger({ service: 'test', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'test' })
  lifecycle.onStop('stores', 'folder', () => rm(folder, { recursive: true }))
  let started: RunningConsole | undefined
  await lifecycle.start(async () => {
    const config = loadConfig(ConsoleConfig, { env: settings })
    const ledger = await openLedger(config)
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    const views = await openViews(config)
    lifecycle.onStop('stores', 'views', () => views.close())
    const shared = { ledger, views, logger, lifecycle }
    await startTracker({ ...shared, config: loadConfig(TrackerConfig, { env: settings }) })
    const { httpPort } = await startConsole({ ...shared, config })
    const url = `http://127.0.0.1:${httpPort}`
    started = {
      url,
      ledger,
      views,
      call: (method, path, body, headers = {}) => call(new URL(path, url), method, body, headers),
      async facts(topic, key) {
        const records = await ledger.read(topic, ledger.partitionOf(key), 0, 1_000)
        return records.filter((record) => record.key === key).map(({ text }) => JSON.parse(text) as Fact)
      },
      [Symbol.asyncDispose]: () => lifecycle.stop({ reason: 'test' }),
    }
  })
  return started!
}

/** Opens a practice and enrols patients in it. */
export async function enrol(
  { call }: RunningConsole,
  practice: string,
  ...patients: string[]
): Promise<void> {
  await call('PUT', `/api/practices/${practice}`, { name: `Practice ${practice}`, zone: 'America/New_York' })
  for (const patient of patients)
    await call('PUT', `/api/practices/${practice}/patients/${patient}`, {
      name: `Patient ${patient}`,
      zone: 'America/New_York',
    })
}

async function call(url: URL, method: string, body: unknown, headers: Headers): Promise<Answer> {
  const content =
    body === undefined
      ? {}
      : {
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...headers },
        }
  const response = await fetch(url, { method, headers, ...content })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
