import {
  type Alarm,
  type CufflinkError,
  failure,
  type OpsReport,
  type PartitionLag,
} from '@cufflink/contracts'
import { hadSeveralPatients, type Registry } from '@cufflink/directory'
import { type Ledger } from '@cufflink/ledger'
import { wallMs } from '@cufflink/runtime'
import {
  decodeMark,
  type FoldAgain,
  LEDGER_MARK,
  movingShard,
  notMovedKey,
  type Shard,
  type Views,
} from '@cufflink/views'
import { probeGateway } from './gateway-status.ts'
import { type Follower, follow, type Outlet } from './outlet.ts'
import type { Refusals } from './refusals.ts'
import type { Waiting } from './waiting.ts'

const EVERY_MS = 1_000
const MOST_DEVICES = 50
const TOPICS = ['readings', 'activity'] as const

export type OpsOptions = {
  readonly ledger: Ledger
  readonly views: Views
  /** Their HTTP addresses. */
  readonly gateways: readonly string[]
  readonly refusals: Pick<Refusals, 'of'>
  readonly waiting: Pick<Waiting, 'of'>
  readonly registry: Pick<Registry, 'all'>
}

/** The ops page, once a second to everybody who looks at it, with what became of their own practice's devices; no one looking costs nothing. */
export type OpsFeed = { join(outlet: Outlet, practice: string): () => void; close(): void }

export function createOpsFeed({ ledger, views, gateways, refusals, waiting, registry }: OpsOptions): OpsFeed {
  const readers = new Set<Follower>()
  /** What every practice is told, as of the last second. */
  let shared: Shared | undefined
  const probes = gateways.map(probeGateway)
  let timer: NodeJS.Timeout | undefined
  let reporting = false

  async function report(): Promise<void> {
    if (reporting || readers.size === 0) return
    reporting = true
    try {
      shared = await compose()
      for (const reader of readers) reader.wake()
    } catch {
      // The next second's report says why: an engine that fails is a field of it.
    } finally {
      reporting = false
    }
  }

  const reportTo = (practice: string, { notMoved, ...report }: Shared): OpsReport => ({
    ...report,
    alarms: [...report.alarms, ...(notMoved.get(practice) ?? [])],
    refusals: [...refusals.of(practice)],
    ...waitingIn(practice),
  })

  function waitingIn(practice: string): Pick<OpsReport, 'waiting' | 'moreWaiting'> {
    const devices = waiting.of(practice)
    return {
      waiting: devices.slice(0, MOST_DEVICES),
      moreWaiting: Math.max(0, devices.length - MOST_DEVICES),
    }
  }

  async function compose(): Promise<Shared> {
    const [statuses, viewsUp, partitions, notMoved] = await Promise.all([
      Promise.all(probes.map(({ read }) => read())),
      succeeds(views.ping()),
      lags(ledger, views).catch(() => undefined),
      notMovedOf({ ledger, views, registry }).catch(() => new Map()),
    ])
    return {
      type: 'ops',
      now: wallMs(),
      engines: { ledger: ledger.engine, views: views.engine },
      ledgerUp: ledger.available && (partitions !== undefined || !viewsUp),
      viewsUp,
      alarms: [...ledger.alarms, ...alarmsOf(partitions ?? [])].map(({ code, message }) => ({
        code,
        message,
      })),
      gateways: statuses,
      notMoved,
      partitions: (partitions ?? []).map(({ again: _again, ...partition }) => partition),
    }
  }

  return {
    join(outlet, practice) {
      let told = shared
      const reader = follow(outlet, () => {
        if (shared === undefined || shared === told) return undefined
        told = shared
        return reportTo(practice, shared)
      })
      readers.add(reader)
      timer ??= setInterval(() => void report(), EVERY_MS)
      void report()
      return () => {
        readers.delete(reader)
        if (readers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    close: () => clearInterval(timer),
  }
}

type Shared = Omit<OpsReport, 'refusals' | 'waiting' | 'moreWaiting'> & {
  /** For each practice. */
  readonly notMoved: ReadonlyMap<string, readonly Alarm[]>
}

/** The devices of which a tracker could not move the readings. */
async function notMovedOf({
  ledger,
  views,
  registry,
}: Pick<OpsOptions, 'ledger' | 'views' | 'registry'>): Promise<ReadonlyMap<string, readonly Alarm[]>> {
  const { code, message } = failure('READINGS_NOT_MOVED')
  const shared = [...registry.all()].filter(hadSeveralPatients)
  const found = await Promise.all(
    [...Map.groupBy(shared, ({ device }) => ledger.partitionOf(device))].map(async ([partition, devices]) => {
      const keys = devices.map(({ device }) => notMovedKey(device))
      const said = await views.load(movingShard(partition), keys)
      return devices.filter((_, index) => said[index]?.[0] === 1)
    }),
  )
  const alarms = found
    .flat()
    .map(({ tenant, device }) => ({ tenant, alarm: { code, message: `${message} It is ${device}.` } }))
  return new Map(
    [...Map.groupBy(alarms, ({ tenant }) => tenant)].map(([tenant, own]) => [
      tenant,
      own.map(({ alarm }) => alarm),
    ]),
  )
}

type Partition = PartitionLag & { readonly again: FoldAgain | undefined }

async function lags(ledger: Ledger, views: Views): Promise<Partition[]> {
  const perTopic = await Promise.all(
    TOPICS.map(async (topic) => {
      // The views first: a fact that comes in between is behind them, and never makes them look ahead.
      const numbers = Array.from({ length: ledger.partitions }, (_, partition) => partition)
      const places = await Promise.all(numbers.map((partition) => placeOf(views, { topic, partition })))
      const ends = await ledger.endOffsets(topic)
      return ends.map((end, partition) => {
        const { watermark, again } = places[partition]!
        return { topic, partition, end, watermark, lag: end - watermark, again }
      })
    }),
  )
  return perTopic.flat()
}

async function placeOf(views: Views, shard: Shard) {
  const [watermark, [bytes]] = await Promise.all([views.watermark(shard), views.load(shard, [LEDGER_MARK])])
  return { watermark, again: decodeMark(bytes)?.again }
}

/** Tallies that are ahead of their ledger, or are being folded again because they were of another one. */
const alarmsOf = (partitions: readonly Partition[]): readonly CufflinkError[] =>
  partitions.flatMap(({ topic, partition, lag, again }) => {
    const code = lag < 0 ? 'VIEWS_AHEAD' : again?.code
    return code === undefined ? [] : [failure(code, { detail: `It is ${topic}/${partition}.` })]
  })

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  )
