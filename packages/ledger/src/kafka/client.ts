import { createRequire } from 'node:module'
import { type EngineTls, refuseCleartext } from '@cufflink/runtime'
import { type ISocketFactory, Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { cureKafka } from './cures.ts'

const REQUEST_TIMEOUT_MS = 10_000

/** How the brokers are spoken to. Without TLS only those of this machine are, unless `inTheClear`. */
export type KafkaSecurity = {
  readonly tls?: EngineTls
  readonly signIn?: SignIn
  readonly inTheClear?: boolean
}
type SignIn = {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

export type KafkaClientOptions = KafkaSecurity & {
  readonly requestTimeoutMs?: number
  /** Told of a broker that is not spoken to, as that would be in the clear. */
  readonly refused?: (fault: unknown) => void
}

/**
 * A kafkajs client that gives up after some seconds: its caller tries again, for ever or until closed. kafkajs itself
 * can not be told to stop trying. Its own log is off: it prints transient states of a starting broker as errors, and what
 * matters of them is in `available` and the lag.
 * @throws {CufflinkError} CONFIG_INVALID when a broker would be spoken to in the clear
 */
export function createKafka(
  brokers: readonly string[],
  { requestTimeoutMs = REQUEST_TIMEOUT_MS, refused, tls, signIn, inTheClear }: KafkaClientOptions = {},
): Kafka {
  cureKafka()
  const isClosed = tls === undefined && inTheClear !== true
  if (isClosed) for (const broker of brokers) keepToThisMachine(broker.slice(0, broker.lastIndexOf(':')))
  return new Kafka({
    clientId: 'cufflink',
    brokers: oneAfterTheOther(brokers),
    ssl: tls ?? false,
    // The driver writes into it. Its union of types wants each mechanism apart.
    ...(signIn && { sasl: { ...signIn } as SASLOptions }),
    ...(isClosed && { socketFactory: toThisMachine(refused) }),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: requestTimeoutMs,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      multiplier: 2,
      factor: 0.2,
      retries: 5,
    },
  })
}

const require = createRequire(import.meta.url)

/** The driver's own sockets, to this machine alone: a broker may be one that only the cluster named. */
function toThisMachine(refused: KafkaClientOptions['refused']): ISocketFactory {
  const open = (require('kafkajs/src/network/socketFactory') as () => ISocketFactory)()
  return (options) => {
    try {
      keepToThisMachine(options.host)
    } catch (fault) {
      refused?.(fault)
      throw fault
    }
    return open(options)
  }
}

/** Each new connection begins with the broker after the last one's: kafkajs would begin with the first, dead or not. */
function oneAfterTheOther(brokers: readonly string[]): () => string[] {
  let turn = 0
  return () => [brokers[turn++ % brokers.length]!]
}

const keepToThisMachine = (host: string): void =>
  refuseCleartext(host, {
    source: 'KAFKA_BROKERS, or a broker there,',
    tls: 'KAFKA_TLS=true',
    allow: 'KAFKA_IN_THE_CLEAR',
  })
