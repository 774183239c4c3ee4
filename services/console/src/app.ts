import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createChartReader, createDocuments, createPractices } from '@cufflink/charts'
import { failure } from '@cufflink/contracts'
import { openAccounts, openRegistry } from '@cufflink/directory'
import { flushed, type Ledger } from '@cufflink/ledger'
import {
  type Clock,
  type ConnectionBounds,
  createClock,
  createHealth,
  createHttp,
  createMetrics,
  createStopwatch,
  Gauge,
  isLoopback,
  type Lifecycle,
  type Logger,
  listenHttp,
  maxDescriptors,
  type Registry,
  repeat,
} from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { accessRoutes } from './access/access-routes.ts'
import { consoleKeys } from './access/keys.ts'
import { createKnownBrowsers } from './access/known-browsers.ts'
import { createPasswordCheck } from './access/password-check.ts'
import { createPasswords } from './access/passwords.ts'
import { createSessions } from './access/sessions.ts'
import { createSignInRecord } from './access/sign-in-record.ts'
import type { Commands } from './api/carry-out.ts'
import { deviceRoutes } from './api/device-routes.ts'
import { fileRoutes } from './api/file-routes.ts'
import { operationRoutes } from './api/operation-routes.ts'
import { createOriginCheck } from './api/origin.ts'
import { pages } from './api/pages.ts'
import { practiceRoutes } from './api/practice-routes.ts'
import { createSaver } from './api/saver.ts'
import { timeRoutes } from './api/time-routes.ts'
import { createAlone } from './charts/alone.ts'
import { claimRoutes } from './closing/claim-routes.ts'
import { createClosings } from './closing/closings.ts'
import type { ConsoleConfig } from './config.ts'
import { dashboardRoutes } from './dashboard/dashboard-routes.ts'
import { createForecasts } from './dashboard/forecasts.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import { createOpsFeed } from './live/ops-feed.ts'
import { followRefusals } from './live/refusals.ts'
import { liveRoutes } from './live/routes.ts'
import { createSockets } from './live/sockets.ts'
import { followWaiting } from './live/waiting.ts'
import { watchDevices } from './live/watch-devices.ts'
import { onlyAbandoned } from './timers/abandoned.ts'
import { watchOrphans } from './timers/orphans.ts'
import type { Limits } from './timers/timer.ts'
import { createTimers, type Timers } from './timers/timers.ts'
import { workRoutes } from './timers/work-routes.ts'

export type Console = { readonly httpPort: number }

export type ConsoleOptions = {
  readonly config: ConsoleConfig
  readonly ledger: Ledger
  readonly views: Views
  readonly logger: Logger
  readonly lifecycle: Lifecycle
  /** What time it is, and the stopwatch of work (ms that only go forward); the machine's own unless told. */
  readonly time?: { readonly clock: Clock; readonly stopwatch: () => number }
  readonly limits?: Limits
}

const MAX_MESSAGE_BYTES = 4_096
const TIMERS_EVERY_MS = 500
const ORPHANS_EVERY_MS = 1_000
const GOODBYE_MS = 1_000
const REPORT_EVERY_MS = 10_000
const MAX_CONNECTIONS = 10_000

/**
 * Starts a console: the pages, the API and its websockets, the clinicians' timers, the closing of months.
 * @throws {CufflinkError} PORT_IN_USE · CONFIG_INVALID when people would sign in to it over a network in the clear.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { config, ledger, views, logger, lifecycle, limits } = options
  refuseOpenDoor(config)
  const keys = consoleKeys(config)
  const { clock, stopwatch } = options.time ?? {
    clock: createClock(config),
    stopwatch: createStopwatch(),
  }
  const { accounts, registry, refusals, waiting } = await followLedger(options, clock)
  const documents = createDocuments({ ledger, views })
  const practices = createPractices(documents)
  const charts = createChartReader({ documents, accounts, registry, clock })
  const save = createSaver({ ledger, views, registry, accounts })
  const shardOf = (name: string) => documents.shardOf('activity', name)
  const leases = onlyAbandoned(views.leases, stopwatch)
  const shared = { ledger, leases, shardOf, clock, stopwatch, logger, holder: randomUUID() }
  const metrics = createMetrics({ service: 'console' })
  const alone = createAlone({ logger, metrics })
  const timers = createTimers({ ...shared, ...(limits && { limits }) })
  const orphans = watchOrphans({ ...shared, documents })
  const closings = createClosings({
    ...shared,
    views: { watermark: (shard) => views.watermark(shard), leases },
    activityShards: documents.activityShards,
    practices,
    charts,
    alone,
  })
  showRunning(timers, metrics)
  const app = await createApp(options, metrics)
  const secure = config.CONSOLE_ORIGINS.some((origin) => origin.startsWith('https:'))
  const sessions = await createSessions(app, { accounts, keys, secure })
  const knownBrowsers = createKnownBrowsers({ secure })
  const sinceStartMs = () => performance.now()
  const passwords = createPasswords(sinceStartMs)
  const record = createSignInRecord({ logger, metrics })
  const checkPassword = createPasswordCheck({ passwords, record, stopwatch: sinceStartMs })
  const refuseOtherOrigins = createOriginCheck(config.CONSOLE_ORIGINS)
  const sockets = createSockets({ accounts, stopwatch, perPerson: config.CONSOLE_PERSON_SOCKETS })
  const routes = operationRoutes(app, { sessions, sockets, refuseOtherOrigins })
  const ops = createOpsFeed({ ledger, views, gateways: config.OPS_GATEWAYS, refusals, waiting, registry })
  const commands: Commands = {
    routes,
    save,
    documents,
    practices,
    charts,
    alone,
    accounts,
    passwords,
    wrongPasswordsOf: record.wrongOf,
    registry,
    clock,
    inTurn: createKeyedMutex(),
  }

  accessRoutes({ commands, sessions, checkPassword, knownBrowsers })
  practiceRoutes(commands)
  fileRoutes(commands)
  deviceRoutes(commands, { secretKey: keys.session, ledger })
  timeRoutes(commands)
  const longCallMs = config.CONSOLE_LONG_CALL_MIN * 60_000
  const work = { timers, documents, practices, clock, logger, longCallMs }
  workRoutes({ routes, ...work, ...(limits && { limits }) })
  const watched = { practices, charts, views: watchDevices(views, registry), clock }
  const evidence = { ledger, views, documents, practices }
  const claims = claimRoutes({ commands, closings, evidence, alone, ...watched })
  const { evaluations } = views
  const forecasts = createForecasts({ practices, documents, charts, ledger, views, alone, clock })
  dashboardRoutes(commands, { evaluations, forecasts })
  const live = liveRoutes({ routes, ops, documents, accounts, alone, evaluations, forecasts, ...watched })
  await app.register(pages)

  const stops = [
    accounts.onSignedOut((user) => {
      timers.signOut(user).catch((error: unknown) => logger.error('a timer was not ended', { error }))
    }),
    repeat(TIMERS_EVERY_MS, () => timers.tick()),
    repeat(ORPHANS_EVERY_MS, () => orphans.look()),
    repeat(ORPHANS_EVERY_MS, () => closings.sealOrphans()),
    repeat(REPORT_EVERY_MS, () => record.report()),
  ]
  lifecycle.onStop('in-flight', 'work', async () => {
    for (const stop of stops) stop()
    live.closeAll()
    claims.closeAll()
    sockets.close()
    ops.close()
    await Promise.all([timers.drain(), closings.settled()])
  })
  lifecycle.onStop('intake', 'http', () => closeHttp(app))
  const { CONSOLE_HTTP_HOST: host, CONSOLE_HTTP_PORT: port } = config
  const { port: httpPort } = await listenHttp(app, { host, port, variable: 'CONSOLE_HTTP_PORT', logger })
  lifecycle.onStop('producer', 'console facts', () => flushed(ledger))
  logger.info('console listens', { port: httpPort })
  return { httpPort }
}

/** Keeps in memory what the ledger says of people and devices, of what was refused and of what waits. */
async function followLedger({ ledger, lifecycle }: ConsoleOptions, clock: Clock) {
  async function kept<One extends { close(): Promise<void> }>(
    name: string,
    opening: Promise<One>,
  ): Promise<One> {
    const one = await opening
    lifecycle.onStop('watermarks', name, () => one.close())
    return one
  }
  const accounts = await kept('accounts', openAccounts(ledger, clock))
  const registry = await kept('registry', openRegistry(ledger))
  const refusals = await kept('refusals', followRefusals(ledger))
  const waiting = await kept('waiting', followWaiting(ledger, registry))
  return { accounts, registry, refusals, waiting }
}

/** HTTP and websockets, with what tells of the server's health. */
async function createApp(
  { config, ledger, views, logger, lifecycle }: ConsoleOptions,
  metrics: Registry,
): Promise<FastifyInstance> {
  const health = createHealth({
    views: () => views.ping(),
    ledger: () => ledger.endOffsets('activity'),
    'ledger-safe': () => ledger.alarms.length === 0,
    running: () => lifecycle.state.name === 'running',
  })
  const bounds = boundsOf(config)
  const app = createHttp({ logger, health, metrics, bounds, proxies: config.CONSOLE_PROXIES })
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false } })
  app.websocketServer.on('connection', (_socket: WebSocket, { socket }: IncomingMessage) =>
    app.connections.keep(socket),
  )
  return app
}

function showRunning(timers: Timers, metrics: Registry): void {
  new Gauge({
    name: 'cufflink_console_timers_running',
    help: 'Timers of clinicians that run on this server',
    registers: [metrics],
    collect() {
      this.set(timers.running)
    },
  })
}

/** Says goodbye to every websocket, and hangs up on those that do not answer: their peer may be long gone. */
async function closeHttp(app: FastifyInstance): Promise<void> {
  const hangUp = setTimeout(() => {
    for (const client of app.websocketServer.clients) client.terminate()
  }, GOODBYE_MS)
  await app.close().finally(() => clearTimeout(hangUp))
}

/**
 * Half of the descriptors at most: in one process with a gateway, the others are the devices'. One address has half of these, as a whole
 * practice may come from one; that of a proxy has all.
 */
function boundsOf({
  CONSOLE_MAX_CONNECTIONS: set,
  CONSOLE_PROXIES: proxies,
}: ConsoleConfig): ConnectionBounds {
  const total = set || Math.min(MAX_CONNECTIONS, Math.floor(maxDescriptors() / 2))
  return { total, perAddress: proxies.length > 0 ? total : Math.ceil(total / 2) }
}

/** Passwords and cookies must not cross a network in the clear. There is no TLS yet, so something in front must have it. */
function refuseOpenDoor({ CONSOLE_HTTP_HOST: host, CONSOLE_ORIGINS: origins }: ConsoleConfig): void {
  const none = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
  if (none !== undefined)
    throw failure('CONFIG_INVALID', {
      detail: `CONSOLE_ORIGINS has ${none}, which is no origin; write it like https://cufflink.example.`,
    })
  const clear = origins.filter(
    (origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname),
  )
  if (clear.length > 0)
    throw failure('CONFIG_INVALID', {
      detail: `CONSOLE_ORIGINS has ${clear[0]}: people would sign in in the clear. Name the https origin of the proxy in front.`,
    })
  if (!isLoopback(host) && origins.length === 0)
    throw failure('CONFIG_INVALID', {
      detail: `CONSOLE_HTTP_HOST is ${host}, which others may reach, and there is no TLS yet. Put a proxy with TLS in front, and name its origin in CONSOLE_ORIGINS, such as https://cufflink.example.`,
    })
}
