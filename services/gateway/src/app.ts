import { failure } from '@cufflink/contracts'
import { openRegistry } from '@cufflink/directory'
import { flushed, type Ledger } from '@cufflink/ledger'
import {
  type Clock,
  createClock,
  createHealth,
  createHttp,
  createMetrics,
  createStopwatch,
  isLoopback,
  type Lifecycle,
  type Logger,
  listenHttp,
  maxDescriptors,
} from '@cufflink/runtime'
import type { GatewayConfig } from './config.ts'
import { recordClosings } from './ingest/closings.ts'
import { createCopyFilter } from './ingest/copies.ts'
import { type HostClock, watchHostClock } from './ingest/host-clock.ts'
import { createIngest, type IngestOptions } from './ingest/ingest.ts'
import { followParked } from './ingest/parked.ts'
import { createRejectedLimit } from './ingest/rejected-limit.ts'
import { createTally } from './ingest/tally.ts'
import { watchLedger } from './ledger-watch.ts'
import { measure } from './metrics.ts'
import { mqttListener } from './mqtt/listener.ts'
import { createFairQueue } from './shares/fair-queue.ts'
import { createShares, type Work } from './shares/shares.ts'

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
  const parked = await followParked({
    ledger,
    registry,
    maxPerDevice: config.MQTT_DEVICE_PARKED_READINGS,
    maxPerPractice: config.MQTT_PRACTICE_PARKED_READINGS,
    maxReadings: config.MQTT_PARKED_READINGS,
    now: clock.now,
  })
  lifecycle.onStop('watermarks', 'parked readings', () => parked.close())

  // It goes on while the host is suspended: what waited through a night did not come in the morning.
  const sinceStart = createStopwatch()
  const stopwatch = () => sinceStart() * clock.rate
  const hostClock = watchHostClock({ clock, logger, ledger, stopwatch, checked: config.HOST_CLOCK_CHECKED })
  lifecycle.onStop('producer', 'host clock', () => hostClock.close())

  const { shares, queue, ingest, closedFor } = createIntake({
    config,
    ledger,
    clock,
    stopwatch,
    tally,
    hostClock,
    parked,
  })

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
    maxConnections: config.MQTT_DEVICE_CONNECTIONS,
    maxUnknownConnections: config.MQTT_UNKNOWN_CONNECTIONS || Math.floor(maxDescriptors() / 4),
    maxAddressConnections: config.MQTT_ADDRESS_CONNECTIONS,
    registry,
    ingest,
    shares,
    queue,
    closedFor,
    logger,
  })
  const { port: httpPort } = await listenHttp(app, {
    host: config.GATEWAY_HTTP_HOST,
    port: config.GATEWAY_HTTP_PORT,
    variable: 'GATEWAY_HTTP_PORT',
    logger,
  })
  measure({ metrics, tally, ledger, listener: app.mqtt, registry, parked, hostClock, shares, queue })
  lifecycle.onStop('intake', 'mqtt', () => app.mqtt.quiesce())
  lifecycle.onStop('in-flight', 'pubacks', () => app.mqtt.drained())
  lifecycle.onStop('producer', 'gateway facts', () => flushed(ledger))
  const stopWatching = watchLedger({ ledger, logger, now: monotonic })
  lifecycle.onStop('producer', 'ledger watch', stopWatching)
  logger.info('gateway listens', { port: app.mqtt.port, engine: ledger.engine, count: registry.size })
  return { mqttPort: app.mqtt.port, httpPort }
}

/** A device's secret and its readings must not cross a network in the clear without someone having said so. */
function refuseCleartext({ MQTT_HOST: host, MQTT_IN_THE_CLEAR: allowed }: GatewayConfig): void {
  if (allowed || isLoopback(host)) return
  throw failure('CONFIG_INVALID', {
    detail: `MQTT_HOST is ${host}, which others may reach, and the listener has no TLS yet. Put a proxy with TLS in front of 127.0.0.1, or set MQTT_IN_THE_CLEAR=true if that network is private.`,
  })
}

const monotonic = (): number => performance.now()

type IntakeOptions = Pick<IngestOptions, 'tally' | 'parked' | 'stopwatch'> &
  Pick<GatewayOptions, 'config' | 'ledger'> & { readonly clock: Clock; readonly hostClock: HostClock }

/** From a device's message to the ledger: its turn, what it means, what of it is new. */
function createIntake({ config, ledger, clock, stopwatch, tally, hostClock, parked }: IntakeOptions) {
  const limits = {
    readingsPerSecond: config.MQTT_DEVICE_READINGS_PER_SECOND,
    burstReadings: config.MQTT_DEVICE_BURST_READINGS,
    // A demo's day is as short as its clock is fast.
    factsPerDay: config.MQTT_DEVICE_READINGS_PER_DAY * clock.rate,
    maxBytes: config.MQTT_MAX_HELD_BYTES,
    maxPacketBytes: config.MQTT_MAX_PACKET_BYTES,
  }
  const shares = createShares({ limits, now: monotonic })
  const queue = createFairQueue({
    shares,
    maxFacts: config.MQTT_MAX_QUEUED,
    mayStart: () => hostClock.isTrusted,
    now: monotonic,
  })
  const copies = createCopyFilter(ledger)
  const rejectedLimit = createRejectedLimit({
    bytesPerDay: config.MQTT_DEVICE_REJECTED_BYTES,
    now: monotonic,
  })
  const admit = (device: string, work: Work): void => queue.submit(shares.of(device), work)
  const ingest = createIngest({
    copies,
    rejectedLimit,
    parked,
    admit,
    tally,
    hostClock,
    clock,
    stopwatch,
  })
  return { shares, queue, ingest, closedFor: recordClosings({ copies, rejectedLimit, clock, hostClock }) }
}
