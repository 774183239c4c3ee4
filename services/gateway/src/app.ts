import { failure } from '@cufflink/contracts'
import { flushed, type Ledger, openRegistry } from '@cufflink/ledger'
import {
  createClock,
  createHealth,
  createHttp,
  createMetrics,
  isLoopback,
  type Lifecycle,
  type Logger,
  listenHttp,
} from '@cufflink/runtime'
import type { GatewayConfig } from './config.ts'
import { watchHostClock } from './ingest/host-clock.ts'
import { createIngest } from './ingest/ingest.ts'
import { followParked } from './ingest/parked.ts'
import { createTally } from './ingest/tally.ts'
import { measure } from './metrics.ts'
import { mqttListener } from './mqtt/listener.ts'

export type Gateway = {
  readonly mqttPort: number
  readonly httpPort: number
}

export type GatewayOptions = {
  readonly config: GatewayConfig
  readonly ledger: Ledger
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/**
 * Starts a gateway: the registry first, so that no known device is turned away, then the listener and the HTTP side.
 * @throws {CufflinkError} PORT_IN_USE · CONFIG_INVALID when devices would reach it over a network in the clear, unasked.
 */
export async function startGateway({ config, ledger, logger, lifecycle }: GatewayOptions): Promise<Gateway> {
  refuseCleartext(config)
  const tally = createTally()
  const registry = await openRegistry(ledger)
  lifecycle.onStop('watermarks', 'registry', () => registry.close())
  const clock = createClock(config)
  const parked = await followParked({ ledger, registry, now: clock.now })
  lifecycle.onStop('watermarks', 'parked readings', () => parked.close())

  const stopwatch = () => performance.now() * clock.rate
  const hostClock = watchHostClock({ clock, logger, stopwatch })

  const metrics = createMetrics({ service: 'gateway' })
  const health = createHealth({
    ledger: () => ledger.available,
    'ledger-safe': () => ledger.alarms.length === 0,
    starting: () => lifecycle.state.name === 'running',
    clock: () => hostClock.isTrusted,
  })
  const app = createHttp({ logger, health, metrics })
  lifecycle.onStop('stores', 'http', () => app.close())
  await app.register(mqttListener, {
    host: config.MQTT_HOST,
    port: config.MQTT_PORT,
    maxPacketBytes: config.MQTT_MAX_PACKET_BYTES,
    connectDeadlineMs: config.MQTT_CONNECT_DEADLINE_MS,
    maxSilenceMs: config.MQTT_MAX_SILENCE_MS,
    maxInFlight: config.MQTT_MAX_IN_FLIGHT,
    maxQueued: config.MQTT_MAX_QUEUED,
    registry,
    ingest: createIngest({ ledger, tally, hostClock, clock }),
    queued: () => ledger.queued,
    clock,
    logger,
  })
  const { port: httpPort } = await listenHttp(app, {
    host: config.GATEWAY_HTTP_HOST,
    port: config.GATEWAY_HTTP_PORT,
    variable: 'GATEWAY_HTTP_PORT',
    logger,
  })
  measure({ metrics, tally, ledger, listener: app.mqtt, registry, parked, hostClock })
  lifecycle.onStop('intake', 'mqtt', () => app.mqtt.quiesce())
  lifecycle.onStop('in-flight', 'pubacks', () => app.mqtt.drained())
  lifecycle.onStop('producer', 'gateway facts', () => flushed(ledger))
  logger.info('gateway listens', { port: app.mqtt.port, engine: ledger.engine, count: registry.size })
  return { mqttPort: app.mqtt.port, httpPort }
}

/** A device's secret and its readings must not cross a network in the clear without somebody having said so. */
function refuseCleartext({ MQTT_HOST: host, MQTT_IN_THE_CLEAR: allowed }: GatewayConfig): void {
  if (allowed || isLoopback(host)) return
  throw failure('CONFIG_INVALID', {
    detail: `MQTT_HOST is ${host}, which others may reach, and the listener has no TLS yet. Put a proxy with TLS in front of 127.0.0.1, or set MQTT_IN_THE_CLEAR=true if that network is private.`,
  })
}
