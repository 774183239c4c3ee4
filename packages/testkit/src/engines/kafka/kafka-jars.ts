import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failure } from '@cufflink/contracts'

/** The version that kafka.pom.xml names. */
export const KAFKA_VERSION = '4.3.1'

const pom = fileURLToPath(new URL('kafka.pom.xml', import.meta.url))
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** Where Kafka's jars lie, once they were obtained: in the checkout, kept out of git. */
export const kafkaFolder = fileURLToPath(
  new URL(`../../../../../.engines/kafka-${KAFKA_VERSION}`, import.meta.url),
)

/** Whether the jars were obtained; the folder gets its name only when it is whole. */
export const hasKafkaJars = (): boolean => existsSync(kafkaFolder)

/**
 * The class path of Kafka's programs. The star is Java's own: no shell may see it.
 * @throws {CufflinkError} ENGINE_MISSING when the jars were not obtained.
 */
export function kafkaClassPath(): string {
  if (!hasKafkaJars())
    throw failure('ENGINE_MISSING', { detail: 'Kafka: run node scripts/setup.mjs scripts/engines.ts' })
  return join(kafkaFolder, '*')
}

/** Where what Java makes of a broker's classes is kept, once it was. Java passes over what another Java made. */
export const kafkaArchive = join(kafkaFolder, 'broker.jsa')

/** Options of Java for a program of Kafka that lives for minutes: compiled quickly rather than well, classes read ready-made. */
export const briefJava = (): readonly string[] => [
  '-XX:TieredStopAtLevel=1',
  ...(existsSync(kafkaArchive) ? [`-XX:SharedArchiveFile=${kafkaArchive}`] : []),
]

/** Gets the jars through Maven. Returns why not, when it could not. */
export function fetchKafkaJars(maven: string): string | undefined {
  const partial = `${kafkaFolder}.${process.pid}.partial`
  mkdirSync(dirname(kafkaFolder), { recursive: true })
  const args = [
    '-B',
    '-q',
    '-f',
    pom,
    `${dependencyPlugin}:copy-dependencies`,
    `-DoutputDirectory=${partial}`,
  ]
  const { status, stdout, error } = spawnSync(maven, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (status === 0 && !hasKafkaJars()) renameSync(partial, kafkaFolder)
  rmSync(partial, { recursive: true, force: true })
  return status === 0 ? undefined : (error?.message ?? stdout.split('\n').slice(0, 3).join('\n'))
}
