import { hash } from 'node:crypto'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '@cufflink/contracts'
import { openSqliteLedger } from '@cufflink/ledger'
import { clinicianFacts, cookieOf, type Embedded, type LoadResult, startEmbedded } from '@cufflink/testkit'
import { load } from './load.ts'
import type { Report } from './report.ts'

const PRACTICES = 10
const PATIENTS_EACH = 500
const PATIENTS = PRACTICES * PATIENTS_EACH
const PAGES = 20
const PER_SECOND = 500
const PARTITIONS = 8
const WARM_UP_MS = 5_000
const DIAL_AGAIN_MS = 1_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const HOUR_MS = 60 * MINUTE_MS
/** What the devices send is what they kept: four readings a day, the last of them of now. */
const APART_MS = 6 * HOUR_MS
const RUN_MS = ((PER_SECOND * MINUTE_MS) / 1_000 / PATIENTS) * APART_MS
const startOf = (run: number, runs: number, now: number): number => now - (runs - run) * RUN_MS

export type PagesOptions = { readonly minutes: number }

/**
 * People's pages beside devices' PUBACKs: the whole program on the embedded engines, ten practices of 500 patients whose devices send
 * what they kept while they were cut off, 500 readings a second together; first alone, then with two open lists of each practice. A
 * line a minute: PUBACKs, memory, and how late the event loops were.
 */
export async function benchPages(report: Report, { minutes }: PagesOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  const now = Date.now()
  await register(folder.path, now - (minutes + 1) * RUN_MS - DAY_MS)
  // A reading a second is more than a device's share of a day, if it runs for an hour and a half.
  const env = { LEDGER_PARTITIONS: String(PARTITIONS), MQTT_DEVICE_READINGS_PER_DAY: '1000000000' }
  const program = stack.use(await startEmbedded({ stateDir: folder.path, env }))
  report.note(
    `${PER_SECOND} readings a second of ${PATIENTS} devices in ${PRACTICES} practices, embedded, ${PAGES} lists open.`,
  )
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
      apartMs: APART_MS,
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
  const lost =
    closed.length === 0 ? '' : `, ${closed.length} sockets closed (${[...new Set(closed)].join(', ')})`
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
  let messages = 0
  let bytes = 0
  const closed: string[] = []
  const open = new Map<number, WebSocket>()
  const stop = new AbortController()
  const dial = (page: number): void => {
    const practice = page % PRACTICES
    const url = new URL(`/live/practices/${practiceOf(practice)}`, consoleUrl)
    url.protocol = 'ws:'
    const socket = new WebSocket(url, { headers: { cookie: cookieOf(nurseOf(practice)) } })
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

const practiceOf = (index: number): string => `bench-${index}`
const nurseOf = (practice: number): string => `nurse-${practice}`

/** The practices, a nurse in each, and the load's devices, each with its patient, straight on the ledger. */
async function register(dir: string, at: number): Promise<void> {
  const ledger = await openSqliteLedger({ dir, partitions: PARTITIONS })
  const practices = Array.from({ length: PRACTICES }, (_, index) => index)
  await Promise.all(practices.flatMap((index) => practiceFacts(index, at)).map((fact) => ledger.append(fact)))
  await ledger.close()
}

function practiceFacts(index: number, at: number): Fact[] {
  const tenant = practiceOf(index)
  const zone = 'America/New_York'
  const envelope = { v: 1, tenant, at, by: 'service:bench' } as const
  return [
    { ...envelope, id: `open-${index}`, type: 'practice.opened', data: { name: `Bench ${index}`, zone } },
    ...clinicianFacts(tenant, [nurseOf(index)], at),
    ...Array.from({ length: PATIENTS_EACH }, (_, n): Fact[] => {
      const device = index * PATIENTS_EACH + n
      return [
        {
          ...envelope,
          id: `enrol-${device}`,
          type: 'patient.enrolled',
          data: { patient: `p-${device}`, name: `Invented ${device}`, zone, enrolledAt: at },
        },
        {
          ...envelope,
          id: `device-${device}`,
          type: 'device.registered',
          data: {
            device: `dev-${device}`,
            model: 'BPM',
            secretDigest: hash('sha256', `secret-${device}`, 'hex'),
            status: 'active',
            assignments: [{ patient: `p-${device}`, from: at }],
          },
        },
      ]
    }).flat(),
  ]
}
