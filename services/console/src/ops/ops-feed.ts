import { type CufflinkError, failure, type OpsReport, type PartitionLag } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import { wallMs } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { Reader } from '../live/sockets.ts'
import { probeGateway } from './gateway-status.ts'

const EVERY_MS = 1_000
const TOPICS = ['readings', 'activity'] as const

export type OpsOptions = {
  readonly ledger: Ledger
  readonly views: Views
  /** Their HTTP addresses. */
  readonly gateways: readonly string[]
}

/** The ops page, once a second to everybody who looks at it; nobody looking costs nothing. */
export type OpsFeed = { join(reader: Reader): () => void; close(): void }

export function createOpsFeed({ ledger, views, gateways }: OpsOptions): OpsFeed {
  const readers = new Set<Reader>()
  const probes = gateways.map(probeGateway)
  let timer: NodeJS.Timeout | undefined
  let reporting = false

  async function report(): Promise<void> {
    if (reporting || readers.size === 0) return
    reporting = true
    try {
      const text = JSON.stringify(await compose())
      for (const reader of readers) reader.send(text)
    } catch {
      // The next second's report says why: an engine that fails is a field of it.
    } finally {
      reporting = false
    }
  }

  async function compose(): Promise<OpsReport> {
    const [statuses, viewsUp, partitions] = await Promise.all([
      Promise.all(probes.map(({ read }) => read())),
      succeeds(views.ping()),
      lags(ledger, views).catch(() => undefined),
    ])
    return {
      type: 'ops',
      now: wallMs(),
      engines: { ledger: ledger.engine, views: views.engine },
      ledgerUp: ledger.available && (partitions !== undefined || !viewsUp),
      viewsUp,
      alarms: [...ledger.alarms, ...aheadOf(partitions ?? [])].map(({ code, message }) => ({
        code,
        message,
      })),
      gateways: statuses,
      partitions: partitions ?? [],
    }
  }

  return {
    join(reader) {
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

async function lags(ledger: Ledger, views: Views): Promise<PartitionLag[]> {
  const perTopic = await Promise.all(
    TOPICS.map(async (topic) => {
      // The watermarks first: a fact that comes in between is behind them, and never makes them look ahead.
      const numbers = Array.from({ length: ledger.partitions }, (_, partition) => partition)
      const watermarks = await Promise.all(numbers.map((partition) => views.watermark({ topic, partition })))
      const ends = await ledger.endOffsets(topic)
      return ends.map((end, partition) => {
        const watermark = watermarks[partition]!
        return { topic, partition, end, watermark, lag: end - watermark }
      })
    }),
  )
  return perTopic.flat()
}

/** Tallies that are ahead of their ledger were made from another one, or from facts that this one has lost. */
const aheadOf = (partitions: readonly PartitionLag[]): readonly CufflinkError[] =>
  partitions
    .filter(({ lag }) => lag < 0)
    .map(({ topic, partition }) => failure('VIEWS_AHEAD', { detail: `It is ${topic}/${partition}.` }))

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  )
