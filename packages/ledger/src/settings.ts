import type { MessagePort } from 'node:worker_threads'
import { type CufflinkError, failure } from '@cufflink/contracts'
import { engineTls } from '@cufflink/runtime'
import { type Static, Type } from 'typebox'
import type { KafkaSecurity } from './kafka/client.ts'
import { openKafkaLedger } from './kafka/ledger.ts'
import type { Ledger } from './port.ts'
import { joinSqliteLedger, openSqliteLedger } from './sqlite/ledger.ts'

/** The variables that choose the ledger's engine; part of every service's configuration. */
export const ledgerVariables = {
  LEDGER_ENGINE: Type.Enum(['sqlite', 'kafka'], {
    default: 'sqlite',
    description: 'Where facts are kept: one SQLite file in STATE_DIR, or Kafka',
  }),
  LEDGER_PARTITIONS: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 1024,
    unit: 'partitions',
    description:
      'Partitions of every topic. Fixed once the ledger holds facts; Kafka wants some for each tracker',
  }),
  LEDGER_CLOCK_CHECKED: Type.Boolean({
    default: false,
    description:
      'A person has checked the clock of this machine: start though the ledger holds facts that were written later',
  }),
  STATE_DIR: Type.String({
    default: '.cufflink',
    description: 'Folder of the embedded engines: ledger, views and lock',
  }),
  KAFKA_BROKERS: Type.Array(Type.String({ pattern: '^[^:]+:\\d+$' }), {
    default: [],
    description: 'Brokers to begin with, host:port, comma-separated; needed with LEDGER_ENGINE=kafka',
  }),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Whether the brokers are spoken to over TLS' }),
  KAFKA_TLS_CA: Type.String({
    default: '',
    description: 'PEM file of the authorities that may vouch for the brokers; without it the public ones',
  }),
  KAFKA_TLS_CERT: Type.String({
    default: '',
    description: 'PEM file of the certificate to show to brokers that ask for one',
  }),
  KAFKA_TLS_KEY: Type.String({ default: '', description: 'PEM file of the key of KAFKA_TLS_CERT' }),
  KAFKA_SASL_MECHANISM: Type.Enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512'], {
    default: 'none',
    description: 'How to sign in to the brokers with KAFKA_USERNAME and KAFKA_PASSWORD',
  }),
  KAFKA_USERNAME: Type.String({ default: '', description: 'User of the brokers' }),
  KAFKA_PASSWORD: Type.String({ default: '', secret: true, description: 'Password of KAFKA_USERNAME' }),
  KAFKA_IN_THE_CLEAR: Type.Boolean({
    default: false,
    description:
      'Lets brokers be spoken to over a network without TLS. Readings, names and passwords then cross it without encryption',
  }),
  KAFKA_TOPIC_PREFIX: Type.String({
    default: 'cufflink.',
    pattern: '^[A-Za-z0-9._-]*$',
    description: 'Put before the name of every topic and consumer group',
  }),
  KAFKA_REPLICATION_FACTOR: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 9,
    unit: 'replicas',
    description: 'Replicas of each partition of the topics that are made; 3 in production',
  }),
  KAFKA_MIN_INSYNC_REPLICAS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 9,
    unit: 'replicas',
    description: 'Replicas that must hold a fact before it is acknowledged; 2 in production',
  }),
  KAFKA_CHECK_TOPICS_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    maximum: 3_600_000,
    unit: 'ms',
    description: 'How often the settings of the topics are looked at again, as they can be changed meanwhile',
  }),
}

const Settings = Type.Object(ledgerVariables)
export type LedgerSettings = Static<typeof Settings>

/** What another thread joins a ledger with; to be handed there as it is. On Kafka each thread has a ledger of its own. */
export type LedgerInvitation = MessagePort | undefined

/**
 * Opens the ledger that the settings name. `alarmed` is told once of each of its `alarms` when it comes up.
 * @throws {CufflinkError} CONFIG_INVALID · STATE_IN_USE · LEDGER_UNAVAILABLE · LEDGER_TOPICS_DIFFER · LEDGER_TOPIC_UNSAFE ·
 *   CLOCK_BEFORE_LEDGER · CLOCK_IMPOSSIBLE
 */
export const openLedger = async (settings: LedgerSettings, alarmed?: LedgerAlarm): Promise<Ledger> =>
  (await openSharedLedger(settings, alarmed)).ledger

type LedgerAlarm = (alarm: CufflinkError) => void

/** As `openLedger`, for several threads of this process: `invite` gives what one of them joins with. */
export async function openSharedLedger(
  settings: LedgerSettings,
  alarmed?: LedgerAlarm,
): Promise<{ readonly ledger: Ledger; invite(): LedgerInvitation }> {
  if (settings.LEDGER_ENGINE === 'kafka')
    return { ledger: await openKafka(settings, alarmed), invite: () => undefined }
  const { STATE_DIR: dir, LEDGER_PARTITIONS: partitions, LEDGER_CLOCK_CHECKED: clockChecked } = settings
  const ledger = await openSqliteLedger({ dir, partitions, clockChecked })
  return { ledger, invite: ledger.invite }
}

/** The ledger that another thread of this process opened with the same settings. Close it before that one. */
export async function joinLedger(settings: LedgerSettings, invitation: LedgerInvitation): Promise<Ledger> {
  if (invitation === undefined) return openKafka(settings)
  return joinSqliteLedger({ dir: settings.STATE_DIR, partitions: settings.LEDGER_PARTITIONS }, invitation)
}

async function openKafka(settings: LedgerSettings, alarmed?: LedgerAlarm): Promise<Ledger> {
  if (settings.KAFKA_BROKERS.length === 0)
    throw failure('CONFIG_INVALID', {
      detail:
        'KAFKA_BROKERS is not set; with LEDGER_ENGINE=kafka it must name a broker, such as 127.0.0.1:9092.',
    })
  return openKafkaLedger({
    brokers: settings.KAFKA_BROKERS,
    security: securityOf(settings),
    partitions: settings.LEDGER_PARTITIONS,
    clockChecked: settings.LEDGER_CLOCK_CHECKED,
    prefix: settings.KAFKA_TOPIC_PREFIX,
    replicationFactor: settings.KAFKA_REPLICATION_FACTOR,
    minInsyncReplicas: settings.KAFKA_MIN_INSYNC_REPLICAS,
    checkTopicsMs: settings.KAFKA_CHECK_TOPICS_MS,
    ...(alarmed && { alarmed }),
  })
}

function securityOf(settings: LedgerSettings): KafkaSecurity {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_USERNAME: username,
    KAFKA_PASSWORD: password,
    KAFKA_IN_THE_CLEAR: inTheClear,
  } = settings
  const isNamed = username !== '' && password !== ''
  if (mechanism === 'none' ? username !== '' || password !== '' : !isNamed)
    throw failure('CONFIG_INVALID', {
      detail:
        'KAFKA_SASL_MECHANISM, KAFKA_USERNAME and KAFKA_PASSWORD belong together: set all three, or none.',
    })
  const tls = engineTls('KAFKA', settings, settings.KAFKA_TLS)
  return {
    inTheClear,
    ...(tls !== undefined && { tls }),
    ...(mechanism !== 'none' && { signIn: { mechanism, username, password } }),
  }
}
