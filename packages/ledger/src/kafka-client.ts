import { createRequire } from 'node:module'
import { Kafka, logLevel } from 'kafkajs'

/**
 * A kafkajs client that tries for ever, each try within bounds. Its own log is off: it prints transient states of a
 * starting broker as errors, and what matters of them is in `available` and the lag.
 */
export function createKafka(brokers: readonly string[]): Kafka {
  calmIdleConnections()
  return new Kafka({
    clientId: 'cufflink',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      multiplier: 2,
      factor: 0.2,
      retries: Number.MAX_SAFE_INTEGER,
    },
  })
}

type RequestQueue = {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}

let calmed = false

/**
 * kafkajs 2.2.4 schedules a check of each connection's queue with `throttledUntil − now`, which is negative when nothing
 * throttles: Node 24 and later warn of it and wait 1 ms, over and over, on every idle connection. An empty queue needs no
 * check: `push` checks again for each request, and a fulfilled request for the ones behind it.
 */
function calmIdleConnections(): void {
  if (calmed) return
  calmed = true
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue
  }
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}
