import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConsoleConfig, startConsole } from '@cufflink/console'
import { type Ledger, openKafkaLedger, openSqliteLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import { kafkaForTests, redisForTests, testKeys } from '@cufflink/testkit'
import { startTracker, TrackerConfig } from '@cufflink/tracker'
import { openRedisViews, openSqliteViews, type Views } from '@cufflink/views'

export const PARTITIONS = 2

/**
 * A clock and a stopwatch that stand still until they are moved. The stopwatch goes with the clock unless it is given: a clock that is
 * set to another day moves no stopwatch, by which sessions end.
 */
export type HandClock = { now: number; readonly stopwatch?: number }

/** A tracker and consoles in this process, on the time of a clock moved by hand. */
export type ConsoleInProcess = AsyncDisposable & {
  /** Of the first console. */
  readonly url: string
  readonly port: number
  readonly consoleUrls: readonly string[]
  readonly trackerUrl: string
  readonly views: Views
  readonly ledger: Ledger
}

export const engineSets = ['embedded', 'distributed'] as const
export type EngineSet = (typeof engineSets)[number]

export async function startConsoleInProcess(
  set: EngineSet,
  hand: HandClock,
  { consoles = 1 } = {},
): Promise<ConsoleInProcess> {
  await using stack = new AsyncDisposableStack()
  const stateDir = await mkdtemp(join(tmpdir(), 'cufflink-hand-'))
  stack.defer(() => rm(stateDir, { recursive: true, force: true, maxRetries: 5 }))
  const { ledger, views } = set === 'embedded' ? await embedded(stateDir) : await distributed(stack)
  const logger = createLogger({ service: 'test', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'test' })
  stack.defer(() => lifecycle.stop({ reason: 'test' }))
  const ports: number[] = []
  let trackerPort = 0
  await lifecycle.start(async () => {
    lifecycle.onStop('stores', 'ledger', () => ledger.close())
    lifecycle.onStop('stores', 'views', () => views.close())
    const env = {
      STATE_DIR: stateDir,
      LEDGER_PARTITIONS: String(PARTITIONS),
      TRACKER_HTTP_PORT: '0',
      CONSOLE_HTTP_PORT: '0',
      ...testKeys,
    }
    const shared = { ledger, views, logger, lifecycle }
    const time = { clock: { rate: 1, now: () => hand.now }, stopwatch: () => hand.stopwatch ?? hand.now }
    const tracker = { ...shared, config: loadConfig(TrackerConfig, { env }), clock: time.clock }
    trackerPort = (await startTracker(tracker)).httpPort
    for (let n = 0; n < consoles; n += 1) {
      const console = await startConsole({ ...shared, config: loadConfig(ConsoleConfig, { env }), time })
      ports.push(console.httpPort)
    }
  })
  const owned = stack.move()
  const consoleUrls = ports.map(urlOf)
  return {
    port: ports[0]!,
    url: consoleUrls[0]!,
    consoleUrls,
    trackerUrl: urlOf(trackerPort),
    ledger,
    views,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`

type Engines = { readonly ledger: Ledger; readonly views: Views }

async function embedded(stateDir: string): Promise<Engines> {
  const ledger = await openSqliteLedger({ dir: stateDir, partitions: PARTITIONS })
  return { ledger, views: await openSqliteViews({ path: join(stateDir, 'views.db') }) }
}

async function distributed(stack: AsyncDisposableStack): Promise<Engines> {
  const { brokers } = stack.use(await kafkaForTests())
  const { url } = stack.use(await redisForTests())
  const own = `hand-${randomUUID()}`
  const ledger = await openKafkaLedger({ brokers, partitions: PARTITIONS, prefix: `${own}.` })
  return { ledger, views: await openRedisViews({ url, partitions: PARTITIONS, prefix: `${own}:` }) }
}
