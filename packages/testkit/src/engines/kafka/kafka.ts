import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '@cufflink/contracts'
import type { CertificateFiles } from '../certificate.ts'
import { exercised } from '../exercised.ts'
import type { Keeper } from '../keeper.ts'
import { openKeeper } from '../keeper.ts'
import type { EngineNode } from '../node.ts'
import { engineNode } from '../node.ts'
import { freePort } from '../port.ts'
import { waitFor } from '../wait.ts'
import { briefJava, KAFKA_VERSION, kafkaArchive, kafkaClassPath, kafkaFolder } from './kafka-jars.ts'
import { brokersSeenBy } from './kafka-metadata.ts'

export type KafkaOptions = {
  /** 1 unless told; 3 replicate everything three times, and two must be in sync. */
  readonly nodes?: 1 | 3
  /** The data folder, kept in the end. Without it a temporary one. */
  readonly dir?: string
  /** Lets this user in besides, on a listener of its own, over TLS and with a certificate that this one vouches for. */
  readonly secured?: KafkaUser
  /** More of server.properties, for every node. */
  readonly extraProperties?: Readonly<Record<string, string>>
  /** Options of Java for the brokers. Unless told those of a short life: a benchmark's broker is to become as fast as it can. */
  readonly java?: readonly string[]
}

export type KafkaUser = {
  readonly username: string
  readonly password: string
  readonly certificate: CertificateFiles
}

export type StartedKafka = AsyncDisposable & {
  readonly brokers: readonly string[]
  /** Where the `secured` user is let in. */
  readonly securedBrokers: readonly string[]
  readonly nodes: readonly EngineNode[]
  readonly dir: string
}

type Member = {
  readonly id: number
  readonly port: number
  readonly securedPort: number
  readonly controllerPort: number
}

/**
 * Starts Kafka in KRaft mode on free ports of the loopback, each node broker and controller in one. Of three nodes,
 * `start` on one answers only when another one is up too: alone it has no majority.
 */
export async function startKafka({
  nodes = 1,
  dir,
  secured,
  extraProperties = {},
  java = briefJava(),
}: KafkaOptions = {}): Promise<StartedKafka> {
  await using stack = new AsyncDisposableStack()
  const classPath = kafkaClassPath()
  const keeper = stack.use(await openKeeper('kafka', dir))
  const members = await Promise.all(Array.from({ length: nodes }, (_, index) => member(index + 1)))
  const clusterId = newUuid()
  const brokers = members.map(({ port }) => `127.0.0.1:${port}`)
  const started = await Promise.all(
    members.map(async (self) => {
      const file = join(keeper.dir, `node-${self.id}.properties`)
      const plain = properties(self, members, keeper.dir)
      const all = { ...plain, ...(secured && securedProperties(plain, self, secured)), ...extraProperties }
      await writeFile(file, toProperties(all))
      const formatted = existsSync(join(dataFolder(keeper.dir, self.id), 'meta.properties'))
      if (!formatted) await format(keeper, { classPath, clusterId, file, id: self.id, user: secured })
      return brokerNode(keeper, { classPath, file, self, members, java })
    }),
  )
  await Promise.all(started.map((node) => node.start()))
  if (dir !== undefined) stack.defer(async () => void (await Promise.all(started.map((node) => node.stop()))))
  exercised('Kafka', KAFKA_VERSION)
  const owned = stack.move()
  return {
    brokers,
    securedBrokers: secured === undefined ? [] : members.map(({ securedPort }) => `127.0.0.1:${securedPort}`),
    nodes: started,
    dir: keeper.dir,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/**
 * Keeps what Java makes of a broker's classes, once for all later brokers of this checkout: they start with half the work.
 * A Java that does not keep it in time is no failure.
 */
export async function keepBrokerClasses(): Promise<void> {
  if (existsSync(kafkaArchive)) return
  const partial = `${kafkaArchive}.${process.pid}.partial`
  await using kafka = await startKafka({ java: [...briefJava(), `-XX:ArchiveClassesAtExit=${partial}`] })
  const how = await kafka.nodes[0]?.stop()
  if (how === 'SIGKILL') rmSync(partial, { force: true })
  else renameSync(partial, kafkaArchive)
}

// A UUID in base64url, as Kafka wants it; a hyphen in front would be read as an option.
const newUuid = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = 1
  return bytes.toString('base64url')
}

const member = async (id: number): Promise<Member> => ({
  id,
  port: await freePort(),
  securedPort: await freePort(),
  controllerPort: await freePort(),
})

const dataFolder = (dir: string, id: number): string => join(dir, `data-${id}`)

function properties(
  { id, port, controllerPort }: Member,
  members: readonly Member[],
  dir: string,
): Record<string, string> {
  const copies = members.length
  const inSync = copies === 1 ? 1 : 2
  return {
    'process.roles': 'broker,controller',
    'node.id': `${id}`,
    'controller.quorum.voters': members
      .map((each) => `${each.id}@127.0.0.1:${each.controllerPort}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataFolder(dir, id),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': `${copies}`,
    'min.insync.replicas': `${inSync}`,
    'offsets.topic.replication.factor': `${copies}`,
    'transaction.state.log.replication.factor': `${copies}`,
    'transaction.state.log.min.isr': `${inSync}`,
    // Few partitions of Kafka's own topics: a fresh broker has a group ready at once.
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker may register again only when its old session has ended: nine seconds by default.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    // A request to a silent controller is given up after half a minute by default, and meanwhile no one joins the in-sync.
    'controller.socket.timeout.ms': '3000',
  }
}

function securedProperties(
  plain: Readonly<Record<string, string>>,
  { securedPort }: Member,
  { username, password, certificate }: KafkaUser,
): Record<string, string> {
  const listener = 'listener.name.secured'
  const jaas = 'org.apache.kafka.common.security'
  const scram = `${jaas}.scram.ScramLoginModule required;`
  const address = `,SECURED://127.0.0.1:${securedPort}`
  return {
    listeners: plain.listeners + address,
    'advertised.listeners': plain['advertised.listeners'] + address,
    'listener.security.protocol.map': `${plain['listener.security.protocol.map']},SECURED:SASL_SSL`,
    [`${listener}.ssl.keystore.type`]: 'PEM',
    [`${listener}.ssl.keystore.location`]: certificate.both,
    [`${listener}.ssl.truststore.type`]: 'PEM',
    [`${listener}.ssl.truststore.location`]: certificate.cert,
    [`${listener}.ssl.client.auth`]: 'required',
    [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `${jaas}.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  }
}

const toProperties = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

type FormatOptions = {
  readonly classPath: string
  readonly clusterId: string
  readonly file: string
  readonly id: number
  /** Whose password the log of the cluster begins with, for SCRAM. */
  readonly user: KafkaUser | undefined
}

/** Makes the folder of a broker. What Kafka's own tool writes for a broker without a user is the same for each: it is kept, and copied. */
async function format(keeper: Keeper, options: FormatOptions): Promise<void> {
  const { clusterId, id, user } = options
  const folder = dataFolder(keeper.dir, id)
  const own = join(folder, CHECKPOINT)
  const kept = join(kafkaFolder, CHECKPOINT)
  if (user !== undefined || !existsSync(kept)) {
    await runStorageTool(keeper, options)
    if (user !== undefined) return
    // The brokers of a cluster are made at the same time.
    const partial = `${kept}.${process.pid}.${id}.partial`
    await copyFile(own, partial)
    return rename(partial, kept)
  }
  await mkdir(folder)
  await copyFile(kept, own)
  const meta = { version: '1', 'cluster.id': clusterId, 'node.id': `${id}`, 'directory.id': newUuid() }
  await writeFile(join(folder, 'meta.properties'), toProperties(meta))
}

const CHECKPOINT = 'bootstrap.checkpoint'

async function runStorageTool(
  keeper: Keeper,
  { classPath, clusterId, file, id, user }: FormatOptions,
): Promise<void> {
  const args = ['-Xmx128m', ...briefJava(), '-cp', classPath, 'kafka.tools.StorageTool']
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
    user ? ['--add-scram', `${mechanism}=[name=${user.username},password=${user.password}]`] : [],
  )
  const running = await keeper.launch({
    name: `format-${id}`,
    command: 'java',
    args: [...args, 'format', '-t', clusterId, '-c', file, ...scram],
  })
  const how = await waitFor(() => running.ended, { what: 'kafka.tools.StorageTool' })
  if (how !== 'code 0')
    throw failure('ENGINE_FAILED', { detail: `kafka.tools.StorageTool ended with ${how}.` })
}

type BrokerOptions = {
  readonly classPath: string
  readonly file: string
  readonly self: Member
  readonly members: readonly Member[]
  readonly java: readonly string[]
}

function brokerNode(keeper: Keeper, { classPath, file, self, members, java }: BrokerOptions): EngineNode {
  const needed = members.length === 1 ? 1 : 2
  return engineNode(keeper, {
    name: `kafka-${self.id}`,
    command: 'java',
    args: ['-Xmx512m', ...java, '-cp', classPath, 'kafka.Kafka', file],
    ready: async () => {
      const seen = await brokersSeenBy(self.port)
      return seen.length >= needed && seen.includes(self.id)
    },
  })
}
