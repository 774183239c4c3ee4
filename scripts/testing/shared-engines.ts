import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Obtained } from '@cufflink/testkit'
import {
  keepBrokerClasses,
  startKafka,
  startMosquitto,
  startRedis,
  startRedisCluster,
} from '@cufflink/testkit'
import type { Outcome } from './outcome.ts'
import { nothing } from './outcome.ts'

/** Engines that all test files share, and the variables that name them. */
export type SharedEngines = AsyncDisposable & {
  readonly environment: Readonly<Record<string, string>>
  /** The file in which test files record the engines they ran against. */
  readonly log: string
  /** An engine that is there and does not start is a failure. */
  readonly outcome: Outcome
}

type Named = AsyncDisposable & { readonly name: string }
type Start = { readonly variable: string; readonly start: () => Promise<Named> }

// Many small databases: each test file that asks for a Redis is given one of its own.
const redisConfig = { databases: '1024' }

const starts: Readonly<Record<string, Start>> = {
  Kafka: {
    variable: 'CUFFLINK_TEST_KAFKA',
    start: async () => {
      await keepBrokerClasses()
      return withName(await startKafka(), ({ brokers }) => brokers.join(','))
    },
  },
  Redis: {
    variable: 'CUFFLINK_TEST_REDIS',
    start: async () => withName(await startRedis({ config: redisConfig }), ({ url }) => url),
  },
  'Redis Cluster': {
    variable: 'CUFFLINK_TEST_REDIS_CLUSTER',
    start: async () =>
      withName(await startRedisCluster(), ({ nodes }) =>
        nodes.map(({ host, port }) => `${host}:${port}`).join(','),
      ),
  },
  Mosquitto: {
    variable: 'CUFFLINK_TEST_MOSQUITTO',
    start: async () => withName(await startMosquitto(), ({ url }) => url),
  },
}

/**
 * Starts one of each engine that was found, once for the whole run. With `wanted` false none is started: a few test files
 * alone start what they need themselves.
 */
export async function startSharedEngines(
  engines: readonly Obtained[],
  { say, wanted }: { readonly say: (line: string) => void; readonly wanted: boolean },
): Promise<SharedEngines> {
  const stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'cufflink-test-run-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const log = join(folder, 'engines.jsonl')
  const environment: Record<string, string> = { CUFFLINK_ENGINES_LOG: log }
  const failures: string[] = []
  for (const { engine, outcome } of wanted ? engines : []) {
    const how = starts[engine]
    if (how === undefined || outcome === 'missing' || outcome === 'named') continue
    try {
      environment[how.variable] = stack.use(await how.start()).name
    } catch (error) {
      failures.push(`✖ ${engine} does not start: ${error instanceof Error ? error.message : String(error)}`)
      say(failures.at(-1) ?? '')
    }
  }
  return {
    environment,
    log,
    outcome: { ...nothing, failed: failures.length, failures },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const withName = <Engine extends AsyncDisposable>(
  engine: Engine,
  nameOf: (engine: Engine) => string,
): Named => ({
  name: nameOf(engine),
  [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
})
