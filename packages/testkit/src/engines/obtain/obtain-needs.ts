import { findChromium } from '../chromium.ts'
import { hasKafkaJars, KAFKA_VERSION } from '../kafka/kafka-jars.ts'
import { findPaho } from '../mosquitto/paho.ts'
import { pathOf, versionOf } from '../programs.ts'

/** An engine that is there: its version, and where. */
export type Found = { readonly version: string; readonly where: string }

/** An engine of the tests: how it is looked for, and what brings it. */
export type Need = {
  readonly engine: string
  /** The variable by which the environment names one; that one is then believed. */
  readonly variable: string
  find(): Found | undefined
  /** Debian's packages for what is not there yet. */
  debian(): readonly string[]
  /** What else a person can do. */
  readonly otherwise: string
}

const JAVA_NEEDED = 17
const REDIS_NEEDED = 7
const MOSQUITTO_NEEDED = 2

export const needs: readonly Need[] = [
  {
    engine: 'Kafka',
    variable: 'CUFFLINK_TEST_KAFKA',
    find: () => (hasKafkaJars() && javaPath() !== undefined ? kafkaFound() : undefined),
    debian: () => [
      ...(javaPath() === undefined ? ['default-jre-headless'] : []),
      ...(hasKafkaJars() || pathOf('mvn') !== undefined ? [] : ['maven']),
    ],
    otherwise: `install Java ${JAVA_NEEDED} or newer and Maven, which fetches Kafka ${KAFKA_VERSION} from Maven Central`,
  },
  {
    engine: 'Redis',
    variable: 'CUFFLINK_TEST_REDIS',
    find: () => program('redis-server', REDIS_NEEDED),
    debian: () => ['redis-server'],
    otherwise: `install Redis ${REDIS_NEEDED} or newer`,
  },
  {
    engine: 'Redis Cluster',
    variable: 'CUFFLINK_TEST_REDIS_CLUSTER',
    find: () => program('redis-server', REDIS_NEEDED),
    debian: () => ['redis-server'],
    otherwise: `install Redis ${REDIS_NEEDED} or newer`,
  },
  {
    engine: 'Mosquitto',
    variable: 'CUFFLINK_TEST_MOSQUITTO',
    find: () => (pathOf('mosquitto_pub') === undefined ? undefined : program('mosquitto', MOSQUITTO_NEEDED)),
    debian: () => ['mosquitto', 'mosquitto-clients'],
    otherwise: `install Mosquitto ${MOSQUITTO_NEEDED} or newer and its clients`,
  },
  {
    engine: 'Paho',
    variable: 'CUFFLINK_TEST_PAHO_PYTHON',
    find: () => {
      const paho = findPaho()
      return paho === undefined ? undefined : { version: paho.version, where: paho.python }
    },
    debian: () => ['python3-paho-mqtt'],
    otherwise: 'install Python 3 and its package paho-mqtt',
  },
  {
    engine: 'Chromium',
    variable: 'CUFFLINK_TEST_CHROMIUM',
    find: () => {
      const path = findChromium()
      return path === undefined ? undefined : { version: versionOf(path), where: path }
    },
    debian: () => ['chromium'],
    otherwise: 'install Chromium or Chrome',
  },
]

function program(command: string, neededMajor: number): Found | undefined {
  const where = pathOf(command)
  if (where === undefined) return undefined
  const version = versionOf(command)
  return Number.parseInt(version, 10) >= neededMajor ? { version, where } : undefined
}

const javaPath = (): string | undefined => program('java', JAVA_NEEDED)?.where

const kafkaFound = (): Found => ({ version: KAFKA_VERSION, where: `.engines, on Java ${versionOf('java')}` })
