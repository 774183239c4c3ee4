import { randomUUID } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { kafkaForTests, startRedis, waitFor } from '@cufflink/testkit'
import { crossingSuite } from './api/crossing-suite.ts'
import { dismissedSuite } from './api/dismissed-suite.ts'
import { movedReadingsSuite } from './api/moved-readings-suite.ts'
import { closingSuite } from './closing/closing-suite.ts'
import { lateChangesSuite } from './closing/late-changes-suite.ts'
import { openEngines } from './console-fixture.ts'
import { dashboardSuite } from './dashboard/dashboard-suite.ts'
import { forecastsSuite } from './dashboard/forecasts-suite.ts'
import type { EmptiableEngines } from './emptiable.ts'
import { timersSuite } from './timers/timers-suite.ts'

// What holds on the embedded engines holds on Kafka and Redis: the same suites, two at a time on one Kafka. All at once, in one process,
// were so busy that a command had no answer in its ten seconds. A suite kills its Redis, so each has its own.

describe('On Kafka and Redis', { concurrency: 2 }, () => {
  let kafka: Awaited<ReturnType<typeof kafkaForTests>>
  before(async () => {
    kafka = await kafkaForTests()
  })
  after(() => kafka[Symbol.asyncDispose]())

  async function open(): Promise<EmptiableEngines> {
    await using stack = new AsyncDisposableStack()
    const redis = stack.use(await startRedis())
    const own = `console-${randomUUID()}`
    const engines = stack.use(
      await openEngines({
        LEDGER_ENGINE: 'kafka',
        KAFKA_BROKERS: kafka.brokers.join(','),
        KAFKA_TOPIC_PREFIX: `${own}.`,
        VIEWS_ENGINE: 'redis',
        REDIS_URL: redis.url,
        REDIS_PREFIX: `${own}:`,
      }),
    )
    const owned = stack.move()
    return {
      ...engines,
      async emptyViews() {
        await redis.kill()
        await redis.start()
        await waitFor(() => engines.views.ping().then(() => true), {
          what: 'Redis to be back',
        })
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  }

  timersSuite('timers', open)
  closingSuite('the closing of a month', open)
  lateChangesSuite('what becomes known late', open)
  crossingSuite('the registry', open)
  movedReadingsSuite('moved readings', open)
  dismissedSuite('what waits for a patient', open)
  dashboardSuite('what a practice comes to', open)
  forecastsSuite('estimates', open)
})
