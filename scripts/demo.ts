/**
 * `npm run demo`: the whole program on the embedded engines with a simulated practice, in a folder of its own that goes
 * when the demo ends.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createClock,
  createLifecycle,
  createLogger,
  type Environment,
  loadConfig,
  runProcess,
} from '@cufflink/runtime'
import { type Standalone, StandaloneConfig, startStandalone } from '@cufflink/standalone'
import { demoClock, demoPagePath, demoPassword, demoUser, startDemo } from '@cufflink/testkit'

await runProcess(async ({ env, supervise }) => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-demo-'))
  const logger = createLogger({ service: 'demo', level: 'warn' })
  const lifecycle = supervise(createLifecycle({ logger, service: 'demo' }))
  // Registered first, so that it goes last: after the stores in it were closed.
  lifecycle.onStop('stores', 'folder', () => rmSync(dir, { recursive: true }))
  await lifecycle.start(async () => {
    const ports = await freeOrAny(env)
    const operatorKey = randomBytes(32).toString('base64url')
    const own = { STATE_DIR: dir, CONSOLE_OPERATOR_KEY: operatorKey, ...demoClock() }
    const config = loadConfig(StandaloneConfig, { env: { ...env, ...ports, ...own } })
    const running = await startStandalone({ config, logger, lifecycle })
    const { now } = createClock(config)
    const demo = await startDemo({ ...running, operatorKey, now })
    lifecycle.onStop('intake', 'demo', () => demo.close())
    process.stdout.write(greeting(running))
  })
})

/** The usual ports where they are free, any others where not: a demo never fails for a port. */
async function freeOrAny(env: Environment): Promise<Record<string, string>> {
  const usual = { CONSOLE_HTTP_PORT: 3000, MQTT_PORT: 1883, GATEWAY_HTTP_PORT: 8080, TRACKER_HTTP_PORT: 8081 }
  const chosen = await Promise.all(
    Object.entries(usual).map(async ([name, port]) => {
      const taken = env[name] === undefined && !(await isFree(port))
      return [name, env[name] ?? String(taken ? 0 : port)]
    }),
  )
  return Object.fromEntries(chosen)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

function greeting({ consoleUrl, mqttUrl, engines }: Standalone): string {
  return `
The demo runs on ${engines}.

  Open      ${consoleUrl}${demoPagePath}
  Sign in   ${demoUser}, password ${demoPassword}
  Ops       ${consoleUrl}/ops
  Devices   ${mqttUrl}

24 invented patients; a day of theirs takes 20 seconds, and the page says so. Their devices are real MQTT clients: most
measure in the morning, some repeat themselves, deliver days late, have a wrong clock or send nonsense; one belongs to
no one, and one is unknown. A simulated nurse, Ben, works through the list; open a chart and your own time is counted, by the
wall's clock. Everything is forgotten when you stop it with Ctrl-C.
`
}
