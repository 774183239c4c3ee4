import { Kafka, logLevel } from 'kafkajs'
import { cureKafka } from './cures.ts'

const REQUEST_TIMEOUT_MS = 10_000

/**
 * A kafkajs client that gives up after some seconds: whoever uses it tries again, for ever or until closed. kafkajs itself
 * can not be told to stop trying. Its own log is off: it prints transient states of a starting broker as errors, and what
 * matters of them is in `available` and the lag.
 */
export function createKafka(
  brokers: readonly string[],
  { requestTimeoutMs = REQUEST_TIMEOUT_MS }: { readonly requestTimeoutMs?: number } = {},
): Kafka {
  cureKafka()
  return new Kafka({
    clientId: 'cufflink',
    brokers: oneAfterTheOther(brokers),
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

/** Each new connection begins with the broker after the last one's: kafkajs would begin with the first, dead or not. */
function oneAfterTheOther(brokers: readonly string[]): () => string[] {
  let turn = 0
  return () => [brokers[turn++ % brokers.length]!]
}
