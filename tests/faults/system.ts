import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKafkaLedger, openSqliteLedger } from '@cufflink/ledger'
import {
  dumpKafka,
  dumpSqlite,
  type Embedded,
  type EngineNode,
  type FaultFleet,
  faultDevices,
  registerFaultDevices,
  type Services,
  type StartedKafka,
  type StartedRedis,
  startEmbedded,
  startFaultFleet,
  startKafka,
  startProxy,
  startRedis,
  startServices,
} from '@cufflink/testkit'
import { openLiveViews, openRedisViews, openSqliteViews } from '@cufflink/views'
import type { Observed } from './observed.ts'

const PARTITIONS = 8
const TENANT = 'riverside'
/** The names that the services give unless told. */
const PREFIX = 'cufflink.'

export type SystemOptions = { readonly devices: number; readonly env?: Readonly<Record<string, string>> }

/** Cufflink with a fleet of devices, on engines of its own that may be killed. */
export type System = Observed &
  AsyncDisposable & {
    readonly fleet: FaultFleet
    /** The fleet's way to the gateway. */
    readonly network: { cut(): void }
    /** The process that devices talk to. */
    readonly gateway: EngineNode
    readonly consoleUrl: string
    readonly mqttUrl: string
    /** Where the engines are, as a command of the command line is told. */
    readonly settings: Readonly<Record<string, string>>
    /** The tracker's addresses, for its metrics. */
    readonly trackerUrls: readonly string[]
  }

export type Distributed = System & {
  readonly kafka: StartedKafka
  readonly redis: StartedRedis & { readonly dir: string }
  readonly services: Services
}

export type EmbeddedSystem = System & { readonly program: Embedded; readonly stateDir: string }

/** Gateway, two trackers and console as processes, on a Kafka and an append-only Redis. */
export async function startDistributed({ devices: count, env = {} }: SystemOptions): Promise<Distributed> {
  await using stack = new AsyncDisposableStack()
  const dir = temporaryFolder(stack)
  const redisDir = join(dir, 'redis')
  const [kafka, redis] = await Promise.all([startKafka(), startRedis({ appendOnly: true, dir: redisDir })])
  stack.use(kafka)
  stack.use(redis)
  const { brokers } = kafka
  const ledger = stack.adopt(await openKafkaLedger({ brokers, partitions: PARTITIONS }), (one) => one.close())
  const open = (generation: number) => openRedisViews({ url: redis.url, partitions: PARTITIONS, generation })
  const views = stack.adopt(await openLiveViews({ first: 1, open }), (one) => one.close())
  const devices = faultDevices(count, TENANT)
  await registerFaultDevices(ledger, devices)
  const settings = {
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: brokers.join(','),
    LEDGER_PARTITIONS: String(PARTITIONS),
    VIEWS_ENGINE: 'redis',
    REDIS_URL: redis.url,
    ...env,
  }
  const services = stack.use(await startServices({ env: { LOG_LEVEL: 'warn', ...settings } }))
  const journal = join(dir, 'journal')
  const { fleet, network } = await startDevices(stack, { mqttUrl: services.mqttUrl, devices, journal })
  const owned = stack.move()
  return {
    kafka,
    redis,
    services,
    settings,
    fleet,
    network,
    devices,
    journal,
    views,
    partitions: PARTITIONS,
    gateway: services.gateway,
    consoleUrl: services.console.url,
    mqttUrl: services.mqttUrl,
    trackerUrls: services.trackers.map(({ url }) => url),
    ends: ledger.endOffsets,
    dump: (topic) => dumpKafka(brokers, PREFIX + topic),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The whole program in one process. `main` is another program than the standalone's: a mutant's. */
export async function startEmbeddedSystem({
  devices: count,
  env = {},
  main,
}: SystemOptions & { readonly main?: string }): Promise<EmbeddedSystem> {
  await using stack = new AsyncDisposableStack()
  const dir = temporaryFolder(stack)
  const stateDir = join(dir, 'state')
  const devices = faultDevices(count, TENANT)
  const ledger = await openSqliteLedger({ dir: stateDir, partitions: PARTITIONS })
  await registerFaultDevices(ledger, devices)
  await ledger.close()
  const program = stack.use(
    await startEmbedded({
      stateDir,
      env: { LEDGER_PARTITIONS: String(PARTITIONS), ...env },
      ...(main === undefined ? {} : { main }),
    }),
  )
  const path = join(stateDir, 'views.db')
  const open = (generation: number) => openSqliteViews({ path, generation })
  const views = stack.adopt(await openLiveViews({ first: 1, open }), (one) => one.close())
  const journal = join(dir, 'journal')
  const { mqttUrl } = program
  const { fleet, network } = await startDevices(stack, { mqttUrl, devices, journal })
  const file = join(stateDir, 'ledger.db')
  const owned = stack.move()
  return {
    program,
    stateDir,
    settings: { STATE_DIR: stateDir },
    fleet,
    network,
    devices,
    journal,
    views,
    partitions: PARTITIONS,
    gateway: program,
    consoleUrl: program.url,
    mqttUrl,
    trackerUrls: [program.trackerUrl],
    async ends(topic) {
      const ends = Array.from({ length: PARTITIONS }, () => 0)
      for (const { partition, offset } of dumpSqlite(file, topic)) ends[partition] = offset + 1
      return ends
    },
    dump: async (topic) => dumpSqlite(file, topic),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Devices = Pick<Observed, 'devices' | 'journal'> & { readonly mqttUrl: string }

async function startDevices(stack: AsyncDisposableStack, { mqttUrl, devices, journal }: Devices) {
  const { hostname: host, port } = new URL(mqttUrl)
  const network = stack.use(await startProxy({ host, port: Number(port) }))
  const fleet = stack.use(startFaultFleet({ url: `mqtt://127.0.0.1:${network.port}`, devices, journal }))
  return { fleet, network: { cut: () => network.cut() } }
}

function temporaryFolder(stack: AsyncDisposableStack): string {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-faults-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}
