import type { Ledger } from '@cufflink/ledger'
import {
  createHealth,
  createHttp,
  createMetrics,
  Gauge,
  type Lifecycle,
  type Logger,
  listenHttp,
  type Registry,
} from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { TrackerConfig } from './config.ts'
import { startTracking, type Tracking } from './tracking.ts'

export type Tracker = { readonly httpPort: number }

export type TrackerOptions = {
  readonly config: TrackerConfig
  readonly ledger: Ledger
  readonly views: Views
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/** Starts a tracker: ledger → folds → views, with health and metrics beside it. @throws {CufflinkError} PORT_IN_USE */
export async function startTracker({
  config,
  ledger,
  views,
  logger,
  lifecycle,
}: TrackerOptions): Promise<Tracker> {
  const tracking = await startTracking({
    ledger,
    views,
    logger,
    cacheBytes: config.TRACKER_CACHE_BYTES,
    verifyMs: config.TRACKER_VERIFY_MS,
    stalledMs: config.TRACKER_STALLED_MS,
    failed: (error) => void lifecycle.fail(error),
  })
  lifecycle.onStop('watermarks', 'tracking', () => tracking.close())

  const metrics = createMetrics({ service: 'tracker' })
  measure(metrics, tracking)
  const health = createHealth({
    views: () => views.ping(),
    ledger: () => ledger.endOffsets('readings'),
    'ledger-safe': () => ledger.alarms.length === 0,
    'ledger-same': () => !tracking.isFoldingAgain,
    running: () => lifecycle.state.name === 'running',
  })
  const app = createHttp({ logger, health, metrics })
  lifecycle.onStop('stores', 'http', () => app.close())
  const { port: httpPort } = await listenHttp(app, {
    host: config.TRACKER_HTTP_HOST,
    port: config.TRACKER_HTTP_PORT,
    variable: 'TRACKER_HTTP_PORT',
    logger,
  })
  logger.info('tracker runs', { port: httpPort, engine: views.engine })
  return { httpPort }
}

function measure(metrics: Registry, { tally, watermarks }: Tracking): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `cufflink_tracker_${name}`,
      help,
      registers: [metrics],
      collect() {
        this.set(read())
      },
    })
  gauge('facts_folded_total', 'Facts folded and committed', () => tally.folded)
  gauge('batches_total', 'Batches offered to the views', () => tally.batches)
  gauge('mismatches_total', 'Batches that met another watermark', () => tally.mismatches)
  gauge('resets_total', 'Partitions folded again: of another ledger, or unreadable', () => tally.resets)
  gauge('facts_unreadable_total', 'Ledger records set aside', () => tally.unreadable)
  new Gauge({
    name: 'cufflink_tracker_watermark',
    help: 'The next offset to apply of the partitions that are mine',
    labelNames: ['topic', 'partition'],
    registers: [metrics],
    collect() {
      this.reset()
      for (const { shard, next } of watermarks())
        this.set({ topic: shard.topic, partition: shard.partition }, next)
    },
  })
}
