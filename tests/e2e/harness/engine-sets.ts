import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { ledgerVariables } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import { exercised, freePort, kafkaForTests, redisForTests, startServices, testKeys } from '@cufflink/testkit'
import { openViews, type Views, viewsVariables } from '@cufflink/views'
import { Type } from 'typebox'
import { type Program, type Settings, startProgram, temporaryFolder } from './program.ts'

const PARTITIONS = 4

/** Cufflink as people and devices meet it, on one set of engines. */
export type System = AsyncDisposable & {
  readonly consoleUrl: string
  readonly mqttUrl: string
  readonly partitions: number
  /** Where each service says whether it, the ledger and the views are well. */
  readonly healthUrls: readonly string[]
  /** The process that serves the pages; embedded it is the whole program. */
  readonly console: { kill(): Promise<void>; start(): Promise<void> }
  /** The views, opened beside the program's own. */
  openViews(): Promise<Views>
  /** Where the engines are, as a command of the command line is told. */
  readonly settings: Readonly<Record<string, string>>
  /** What a program in another language is told, to find the tallies. */
  readonly tallySource: readonly string[]
}

/**
 * Defines the same tests on both sets: embedded (one process on SQLite) and distributed (gateway, trackers and console
 * as processes, on Kafka and Redis). The tests of a set share one system; each opens practices of its own.
 */
export function engineSets(title: string, define: (system: () => System) => void): void {
  for (const [set, start] of Object.entries({
    embedded: () => startEmbedded(),
    distributed: startDistributed,
  })) {
    describe(`${title}, ${set}`, () => {
      let system: System | undefined
      before(async () => {
        system = await start()
      })
      after(() => system?.[Symbol.asyncDispose]())
      define(() => system!)
    })
  }
}

/** The whole program in one process; `engines` says where its views are, if not beside its ledger. */
export async function startEmbedded(engines: Settings = {}): Promise<System> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const consolePort = await freePort()
  const mqttPort = await freePort()
  const settings = {
    STATE_DIR: folder.path,
    CONSOLE_HTTP_PORT: String(consolePort),
    MQTT_PORT: String(mqttPort),
    GATEWAY_HTTP_PORT: '0',
    TRACKER_HTTP_PORT: '0',
    LEDGER_PARTITIONS: String(PARTITIONS),
    ...testKeys,
    ...engines,
  }
  const own = { STATE_DIR: folder.path, LEDGER_PARTITIONS: settings.LEDGER_PARTITIONS, ...engines }
  let program: Program | undefined
  const start = async (): Promise<void> => {
    program = startProgram('services/standalone/src/main.ts', settings)
    await program.prints(/Stop with Ctrl-C/)
  }
  stack.defer(() => program?.[Symbol.asyncDispose]())
  await start()
  exercised('SQLite', process.versions.sqlite ?? 'unknown')
  const owned = stack.move()
  const consoleUrl = `http://127.0.0.1:${consolePort}`
  return {
    consoleUrl,
    healthUrls: [healthOf(consoleUrl)],
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    partitions: PARTITIONS,
    console: { kill: async () => void (await program!.end('SIGKILL')), start },
    openViews: () => viewsOf(own),
    settings: own,
    tallySource: ['sqlite', join(folder.path, 'views.db')],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The engines may be shared: topics, groups, keys and channels take names of their own. */
async function startDistributed(): Promise<System> {
  await using stack = new AsyncDisposableStack()
  const { brokers } = stack.use(await kafkaForTests())
  const { url } = stack.use(await redisForTests())
  const own = `e2e-${randomUUID()}`
  const settings = {
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC_PREFIX: `${own}.`,
    LEDGER_PARTITIONS: String(PARTITIONS),
    VIEWS_ENGINE: 'redis',
    REDIS_URL: url,
    REDIS_PREFIX: `${own}:`,
    LOG_LEVEL: 'warn',
  }
  const services = stack.use(await startServices({ env: settings }))
  const all = [services.gateway, ...services.trackers, services.console]
  const owned = stack.move()
  return {
    consoleUrl: services.console.url,
    healthUrls: all.map((service) => healthOf(service.url)),
    mqttUrl: services.mqttUrl,
    partitions: PARTITIONS,
    console: services.console,
    openViews: () => viewsOf(settings),
    settings,
    tallySource: ['redis', url, `${own}:`],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const ViewsSettings = Type.Object({ ...ledgerVariables, ...viewsVariables })
const viewsOf = (env: Readonly<Record<string, string>>): Promise<Views> =>
  openViews(loadConfig(ViewsSettings, { env }), { warn: assert.fail })

const healthOf = (url: string): string => `${url}/health/ready`
