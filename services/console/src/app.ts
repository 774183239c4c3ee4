import { failure } from '@cufflink/contracts'
import { type Ledger, openRegistry } from '@cufflink/ledger'
import {
  createClock,
  createHealth,
  createHttp,
  createMetrics,
  type Lifecycle,
  type Logger,
  listenHttp,
} from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import { commandRoutes } from './commands/routes.ts'
import type { ConsoleConfig } from './config.ts'
import { createFeeds } from './live/feeds.ts'
import { liveRoutes } from './live/routes.ts'
import { createRows } from './live/rows.ts'
import { createOpsFeed } from './ops/ops-feed.ts'
import { pages } from './pages.ts'

export type Console = { readonly httpPort: number }

export type ConsoleOptions = {
  readonly config: ConsoleConfig
  readonly ledger: Ledger
  readonly views: Views
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/**
 * Starts a console: the pages, their websockets and the commands.
 * @throws {CufflinkError} PORT_IN_USE · CONFIG_INVALID when it would be open to others without anybody having said so.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { config, ledger, views, logger, lifecycle } = options
  refuseOpenDoor(config)
  const clock = createClock(config)
  const rows = createRows({ ledger, views, clock })
  const registry = await openRegistry(ledger)
  lifecycle.onStop('watermarks', 'registry', () => registry.close())
  const feeds = createFeeds({ rows, views, clock })
  const ops = createOpsFeed({ ledger, views, gateways: config.OPS_GATEWAYS })

  const health = createHealth({
    views: () => views.ping(),
    running: () => lifecycle.state.name === 'running',
  })
  const app = createHttp({ logger, health, metrics: createMetrics({ service: 'console' }) })
  await app.register(liveRoutes, { feeds, ops })
  await app.register(commandRoutes, { ledger, views, registry, rows, clock })
  await app.register(pages)
  const { port: httpPort } = await listenHttp(app, {
    host: config.CONSOLE_HTTP_HOST,
    port: config.CONSOLE_HTTP_PORT,
    variable: 'CONSOLE_HTTP_PORT',
  })
  lifecycle.onStop('intake', 'http', () => app.close())
  lifecycle.onStop('in-flight', 'feeds', () => {
    feeds.closeAll()
    ops.close()
  })
  logger.info('console listens', { port: httpPort })
  return { httpPort }
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

function refuseOpenDoor({ CONSOLE_HTTP_HOST: host, CONSOLE_WITHOUT_SIGN_IN: known }: ConsoleConfig): void {
  if (known || loopback.has(host)) return
  throw failure('CONFIG_INVALID', {
    detail: `CONSOLE_HTTP_HOST is ${host}, and there is no sign-in yet: whoever reaches it would see every patient. Set CONSOLE_WITHOUT_SIGN_IN=true if something else keeps others out.`,
  })
}
