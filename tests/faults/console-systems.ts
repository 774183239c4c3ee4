import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ledger, openKafkaLedger, openSqliteLedger } from '@cufflink/ledger'
import { type EngineNode, startEmbedded, startKafka, startRedis, startServices } from '@cufflink/testkit'
import { openRedisViews, openSqliteViews, type Views } from '@cufflink/views'
import { atRest } from './observed.ts'

export const PARTITIONS = 8
const topics = ['readings', 'activity'] as const

/** Cufflink as one process or as several, seen from beside it. */
export type ConsoleSystem = AsyncDisposable & {
  readonly consoleUrl: string
  /** The process that clinicians' pages talk to. */
  readonly console: EngineNode
  readonly views: Views
  /** Resolves once everything that was registered is folded and evaluated. */
  evaluated(withinMs: number): Promise<void>
}

/** Starts it on engines of its own, with what `register` puts on the ledger before. */
export async function startConsoleSystem(
  set: 'embedded' | 'distributed',
  register: (ledger: Ledger) => Promise<void>,
): Promise<ConsoleSystem> {
  await using stack = new AsyncDisposableStack()
  const ends = new Map<(typeof topics)[number], readonly number[]>()
  const registering = async (ledger: Ledger): Promise<void> => {
    await register(ledger)
    for (const topic of topics) ends.set(topic, await ledger.endOffsets(topic))
  }
  const open = set === 'embedded' ? embedded : distributed
  const started = await open(stack, registering)
  const { views } = started
  const owned = stack.move()
  return {
    ...started,
    async evaluated(withinMs) {
      await atRest({ views, partitions: PARTITIONS, ends: async (topic) => ends.get(topic)! }, { withinMs })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Started = Omit<ConsoleSystem, typeof Symbol.asyncDispose | 'evaluated'>

async function embedded(
  stack: AsyncDisposableStack,
  register: (ledger: Ledger) => Promise<void>,
): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-consoles-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  const ledger = await openSqliteLedger({ dir, partitions: PARTITIONS })
  await register(ledger)
  await ledger.close()
  const program = stack.use(
    await startEmbedded({ stateDir: dir, env: { LEDGER_PARTITIONS: String(PARTITIONS) } }),
  )
  const views = stack.adopt(await openSqliteViews({ path: join(dir, 'views.db') }), (one) => one.close())
  return { consoleUrl: program.url, console: program, views }
}

async function distributed(
  stack: AsyncDisposableStack,
  register: (ledger: Ledger) => Promise<void>,
): Promise<Started> {
  const [kafka, redis] = await Promise.all([startKafka(), startRedis({ appendOnly: true })])
  stack.use(kafka)
  stack.use(redis)
  const { brokers } = kafka
  const ledger = await openKafkaLedger({ brokers, partitions: PARTITIONS })
  await register(ledger)
  await ledger.close()
  const env = {
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: brokers.join(','),
    LEDGER_PARTITIONS: String(PARTITIONS),
    VIEWS_ENGINE: 'redis',
    REDIS_URL: redis.url,
    LOG_LEVEL: 'warn',
  }
  const services = stack.use(await startServices({ env }))
  const views = stack.adopt(await openRedisViews({ url: redis.url, partitions: PARTITIONS }), (one) =>
    one.close(),
  )
  return { consoleUrl: services.console.url, console: services.console, views }
}
