import { hash } from 'node:crypto'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '@cufflink/contracts'
import { openSqliteLedger } from '@cufflink/ledger'
import { clinicianFacts, cookieOf, type Embedded, type LoadResult, startEmbedded } from '@cufflink/testkit'
import { load } from './load.ts'
import type { Report } from './report.ts'

const PRACTICE = 'bench'
const PATIENTS = 500
const PAGES = 20
const PER_SECOND = 500
const PARTITIONS = 8
const WARM_UP_MS = 5_000
const DIAL_AGAIN_MS = 1_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Each device measures once a second of the load: the minutes of the run lie beside each other, up to now. */
const startOf = (run: number, runs: number, now: number): number => now - (runs - run) * 2 * MINUTE_MS

export type PagesOptions = { readonly minutes: number }

/**
 * People's pages beside devices' PUBACKs: the whole program on the embedded engines, 500 devices at 500 readings a second together, first
 * alone, then with 20 open lists of the practice. A line a minute: PUBACKs, memory, and how late the event loops were.
 */
export async function benchPages(report: Report, { minutes }: PagesOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  const now = Date.now()
  await register(folder.path, now)
  const env = { LEDGER_PARTITIONS: String(PARTITIONS) }
  const program = stack.use(await startEmbedded({ stateDir: folder.path, env }))
  report.note(`${PER_SECOND} readings a second of ${PATIENTS} devices, embedded, ${PAGES} lists open.`)
  const minute = async (run: number): Promise<LoadResult> => {
    const { hostname: host, port } = new URL(program.mqttUrl)
    return load({
      host,
      port: Number(port),
      devices: PATIENTS,
      window: 5,
      perSecond: PER_SECOND,
      warmUpMs: WARM_UP_MS,
      forMs: MINUTE_MS - WARM_UP_MS,
      firstMeasuredAt: startOf(run, minutes + 1, now),
    })
  }
  const alone = await minute(0)
  report.note(await lineOf('alone', program, alone))
  using pages = openPages(program.url)
  for (let run = 1; run <= minutes; run += 1) {
    const before = pages.count()
    const result = await minute(run)
    const after = pages.count()
    report.note(`${await lineOf(`minute ${run}`, program, result)}  ${sentBetween(before, after)}`)
    report.add({
      bench: `pages: PUBACK p99, minute ${run}`,
      engine: 'sqlite',
      // As rates, so that the ratio is how many times the tail without pages.
      ours: result.p99Ms,
      reference: alone.p99Ms,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
    })
  }
}

async function lineOf(what: string, program: Embedded, result: LoadResult): Promise<string> {
  const [gateway, tracker] = await Promise.all([program.gatewayUrl, program.trackerUrl].map(metricsOf))
  const late = (metrics: ReadonlyMap<string, number>): string =>
    `${((metrics.get('nodejs_eventloop_lag_p99_seconds') ?? 0) * 1_000).toFixed(0)} ms`
  return [
    what.padEnd(10),
    `${Math.round(result.perSecond)}/s`,
    `p50 ${result.p50Ms.toFixed(1)} ms`,
    `p99 ${result.p99Ms.toFixed(1)} ms`,
    `max ${result.maxMs.toFixed(0)} ms`,
    `memory ${megabytes(residentBytes(program.pid))}`,
    `heap gateway ${heapOf(gateway!)}, pages ${heapOf(tracker!)}`,
    `loop p99 gateway ${late(gateway!)}, pages ${late(tracker!)}`,
  ].join('  ')
}

function sentBetween(before: Counts, after: Counts): string {
  const closed = after.closed.slice(before.closed.length)
  const lost = closed.length === 0 ? '' : `, ${closed.length} sockets closed (${[...new Set(closed)].join(', ')})`
  return `${after.messages - before.messages} messages, ${megabytes(after.bytes - before.bytes)} to pages${lost}`
}

/** Of all that V8 holds for a thread, what is in use. */
const heapOf = (metrics: ReadonlyMap<string, number>): string =>
  `${megabytes(metrics.get('nodejs_heap_size_used_bytes') ?? 0)} of ${megabytes(metrics.get('nodejs_heap_size_total_bytes') ?? 0)} + ${megabytes(metrics.get('nodejs_external_memory_bytes') ?? 0)}`

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`

/** proc(5): the resident set, in kB; 0 where there is no /proc. */
function residentBytes(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(found?.[1] ?? 0) * 1_024
  } catch {
    return 0
  }
}

async function metricsOf(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(new URL('/metrics', url))).text()
  return new Map(
    [...text.matchAll(/^(\w+)\{service="\w+"\} ([0-9.e+-]+)$/gm)].map(([, name, value]) => [
      name!,
      Number(value),
    ]),
  )
}

type Pages = Disposable & { count(): Counts }
/** Since the pages were opened; `closed` says how often a page lost its socket, and why. */
type Counts = { readonly messages: number; readonly bytes: number; readonly closed: readonly string[] }

/** Opens the lists; one whose socket closes dials again after a second, as the page does. */
function openPages(consoleUrl: string): Pages {
  const url = new URL(`/live/practices/${PRACTICE}`, consoleUrl)
  url.protocol = 'ws:'
  let messages = 0
  let bytes = 0
  const closed: string[] = []
  const open = new Map<number, WebSocket>()
  const stop = new AbortController()
  const dial = (page: number): void => {
    const socket = new WebSocket(url, { headers: { cookie: cookieOf('nurse') } })
    open.set(page, socket)
    socket.addEventListener('message', ({ data }) => {
      messages += 1
      bytes += String(data).length
    })
    socket.addEventListener('close', ({ code, reason }) => {
      if (stop.signal.aborted) return
      closed.push(`${code} ${reason}`.trim())
      setTimeout(() => !stop.signal.aborted && dial(page), DIAL_AGAIN_MS)
    })
  }
  for (let page = 0; page < PAGES; page += 1) dial(page)
  return {
    count: () => ({ messages, bytes, closed: [...closed] }),
    [Symbol.dispose]() {
      stop.abort()
      for (const socket of open.values()) socket.close()
    },
  }
}

/** The practice, a nurse, and the load's devices, each with its patient, straight on the ledger. */
async function register(dir: string, now: number): Promise<void> {
  const ledger = await openSqliteLedger({ dir, partitions: PARTITIONS })
  const at = now - 40 * DAY_MS
  const zone = 'America/New_York'
  const envelope = { v: 1, tenant: PRACTICE, at, by: 'service:bench' } as const
  const facts: readonly Fact[] = [
    { ...envelope, id: 'open', type: 'practice.opened', data: { name: 'Bench', zone } },
    ...clinicianFacts(PRACTICE, ['nurse'], at),
    ...Array.from({ length: PATIENTS }, (_, n): Fact[] => [
      {
        ...envelope,
        id: `enrol-${n}`,
        type: 'patient.enrolled',
        data: { patient: `p-${n}`, name: `Invented ${n}`, zone, enrolledAt: at },
      },
      {
        ...envelope,
        id: `device-${n}`,
        type: 'device.registered',
        data: {
          device: `dev-${n}`,
          model: 'BPM',
          secretDigest: hash('sha256', `secret-${n}`, 'hex'),
          status: 'active',
          assignments: [{ patient: `p-${n}`, from: at }],
        },
      },
    ]).flat(),
  ]
  await Promise.all(facts.map((fact) => ledger.append(fact)))
  await ledger.close()
}
