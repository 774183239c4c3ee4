import type { Ledger } from '@cufflink/ledger'
import {
  type Clock,
  createClock,
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
import { startEvaluating } from './evaluate/evaluating.ts'
import type { Evaluator } from './evaluate/evaluator.ts'
import { startTracking, type Tracking } from './fold/tracking.ts'
import { type LateChanges, startLateChanges } from './late-changes/late-changes.ts'
import { type MovingReadings, moveReadings } from './moved-readings/moved-readings.ts'

export type Tracker = { readonly httpPort: number }

export type TrackerOptions = {
  readonly config: TrackerConfig
  readonly ledger: Ledger
  readonly views: Views
  readonly logger: Logger
  readonly lifecycle: Lifecycle
  /** What time it is; the machine's own unless told. */
  readonly clock?: Clock
}

/** Starts a tracker: ledger → folds → evaluations → views, with health and metrics beside it. @throws {CufflinkError} PORT_IN_USE */
export async function startTracker(options: TrackerOptions): Promise<Tracker> {
  const { config, ledger, views, logger, lifecycle } = options
  let evaluating: Evaluated | undefined
  const tracking = await startTracking({
    ledger,
    views,
    logger,
    cacheBytes: config.TRACKER_CACHE_BYTES,
    verifyMs: config.TRACKER_VERIFY_MS,
    stalledMs: config.TRACKER_STALLED_MS,
    failed: (error) => void lifecycle.fail(error),
    assigned: () => evaluating?.moving.lookAtAll(),
    committed(facts) {
      evaluating?.evaluator.wake()
      evaluating?.moving.folded(facts)
    },
  })
  lifecycle.onStop('watermarks', 'tracking', () => tracking.close())
  evaluating = await evaluate(options, tracking)
  const { evaluator, lateChanges } = evaluating

  const metrics = createMetrics({ service: 'tracker' })
  measure(metrics, { ...tracking, evaluations: evaluator.tally, late: lateChanges.tally })
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

type Evaluated = {
  readonly evaluator: Evaluator
  readonly lateChanges: LateChanges
  readonly moving: MovingReadings
}

async function evaluate(
  { config, ledger, views, logger, lifecycle, clock = createClock(config) }: TrackerOptions,
  tracking: Tracking,
): Promise<Evaluated> {
  const partitions = (): readonly number[] =>
    tracking.watermarks().flatMap(({ shard }) => (shard.topic === 'activity' ? [shard.partition] : []))
  const common = { ledger, views, clock, logger, partitions, unreadable: tracking.foldAgain }
  const evaluating = await startEvaluating(common)
  lifecycle.onStop('watermarks', 'evaluator', () => evaluating[Symbol.asyncDispose]())
  const { evaluator, basis, documents, practices, charts, registry } = evaluating
  const lateChanges = startLateChanges({ ...common, documents, practices, charts, basis })
  lifecycle.onStop('watermarks', 'late-changes', lateChanges.close)
  const moving = moveReadings({ ledger, views, documents, registry, clock, logger })
  lifecycle.onStop('in-flight', 'moved readings', async () => moving.stop())
  return { evaluator, lateChanges, moving }
}

type Measured = Pick<Tracking, 'tally' | 'watermarks'> & {
  readonly evaluations: Evaluator['tally']
  readonly late: LateChanges['tally']
}

function measure(metrics: Registry, { tally, watermarks, evaluations, late }: Measured): void {
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
  gauge('evaluations_total', 'Patients evaluated', () => evaluations.evaluated)
  gauge('clinician_months_total', "Clinicians' months evaluated", () => evaluations.months)
  gauge('evaluations_failed_total', 'Patients who could not be evaluated', () => evaluations.failed)
  gauge('locked_compared_total', 'Patients whose locked lines were compared', () => late.compared)
  gauge('locked_failed_total', 'Patients whose locked lines could not be compared', () => late.failed)
  gauge('late_changes_total', 'Differences of locked lines that were told', () => late.told)
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
