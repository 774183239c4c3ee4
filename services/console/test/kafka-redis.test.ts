import { randomUUID } from 'node:crypto'
import { after, before } from 'node:test'
import { kafkaForTests, startRedis, waitFor } from '@cufflink/testkit'
import { openEngines } from './console-fixture.ts'
import type { EmptiableEngines } from './emptiable.ts'
import { timersSuite } from './work/timers-suite.ts'

// What holds on the embedded engines holds on Kafka and Redis: the same suites, on one Kafka for all of them. The Redis is
// killed among other things, so it is this file's own.

let kafka: Awaited<ReturnType<typeof kafkaForTests>>
let redis: Awaited<ReturnType<typeof startRedis>>
before(async () => {
  ;[kafka, redis] = await Promise.all([kafkaForTests(), startRedis()])
})
after(async () => {
  await redis[Symbol.asyncDispose]()
  await kafka[Symbol.asyncDispose]()
})

async function openDistributed(): Promise<EmptiableEngines> {
  const own = `console-${randomUUID()}`
  const engines = await openEngines({
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: `${own}.`,
    VIEWS_ENGINE: 'redis',
    REDIS_URL: redis.url,
    REDIS_PREFIX: `${own}:`,
  })
  return {
    ...engines,
    async emptyViews() {
      await redis.kill()
      await redis.start()
      await waitFor(() => engines.views.ping().then(() => true), {
        withinMs: 10_000,
        what: 'Redis to be back',
      })
    },
  }
}

timersSuite('Timers, on Kafka and Redis', openDistributed)
