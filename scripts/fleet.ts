/**
 * `npm run fleet`: the program as a fleet runs it, on this machine: real Kafka, Redis and Mosquitto, and gateway, two
 * trackers and console as processes of their own, with the practice of the demo. All of it goes when the run ends.
 */
import { randomBytes } from 'node:crypto'
import { createClock, createLifecycle, createLogger, runProcess } from '@cufflink/runtime'
import {
  demoClock,
  demoPagePath,
  demoPassword,
  demoUser,
  obtainEngines,
  type Services,
  startDemo,
  startKafka,
  startMosquitto,
  startRedis,
  startServices,
} from '@cufflink/testkit'

await runProcess(async ({ env, supervise }) => {
  const logger = createLogger({ service: 'fleet', level: 'warn' })
  const lifecycle = supervise(createLifecycle({ logger, service: 'fleet' }))
  await lifecycle.start(async () => {
    const running = new AsyncDisposableStack()
    lifecycle.onStop('stores', 'engines', () => running.disposeAsync())
    obtainEngines(say)
    say('Starting Kafka, Redis and Mosquitto …')
    const [kafka, redis, mosquitto] = await Promise.all([
      startKafka(),
      startRedis({ appendOnly: true }),
      startMosquitto(),
    ])
    for (const engine of [kafka, redis, mosquitto]) running.use(engine)
    const clock = demoClock()
    const operatorKey = randomBytes(32).toString('base64url')
    const settings = {
      CONSOLE_OPERATOR_KEY: operatorKey,
      CONSOLE_SESSION_KEY: randomBytes(32).toString('base64url'),
      LEDGER_ENGINE: 'kafka',
      KAFKA_BROKERS: kafka.brokers.join(','),
      VIEWS_ENGINE: 'redis',
      REDIS_URL: redis.url,
      LOG_LEVEL: env['LOG_LEVEL'] ?? 'info',
      ...clock,
    }
    say('Starting gateway, two trackers and console …')
    const services = running.use(await startServices({ env: settings }))
    const { now } = createClock({
      CLOCK_RATE: Number(clock.CLOCK_RATE),
      CLOCK_ORIGIN_MS: Number(clock.CLOCK_ORIGIN_MS),
    })
    const { console, mqttUrl } = services
    const demo = await startDemo({ consoleUrl: console.url, mqttUrl, operatorKey, now })
    lifecycle.onStop('intake', 'demo', () => demo.close())
    say(greeting(services, { kafka: kafka.brokers.join(','), redis: redis.url, mosquitto: mosquitto.url }))
  })
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function greeting(services: Services, engines: { kafka: string; redis: string; mosquitto: string }): string {
  const trackers = services.trackers.map(({ pid, url }) => `pid ${pid} ${url}`).join(', ')
  return `
The fleet runs.

  Open       ${services.console.url}${demoPagePath}
  Sign in    ${demoUser}, password ${demoPassword}
  Ops        ${services.console.url}/ops
  Devices    ${services.mqttUrl}

  gateway    pid ${services.gateway.pid} ${services.gateway.url}
  trackers   ${trackers}
  console    pid ${services.console.pid} ${services.console.url}
  Kafka      ${engines.kafka}
  Redis      ${engines.redis}
  Mosquitto  ${engines.mosquitto}  (a broker to compare with; devices connect to the gateway)
  logs       ${services.dir}

Kill any of the processes and watch the counts come back once you start it again. Stop all of it with Ctrl-C.
`
}
