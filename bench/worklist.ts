import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Patch, PatientRow, Window } from '@cufflink/contracts'
import { type Ledger, openLedger, openSqliteLedger } from '@cufflink/ledger'
import {
  connectDevice,
  cookieOf,
  type Service,
  type SimulatedDevice,
  startEmbedded,
  startKafka,
  startRedis,
  startServices,
} from '@cufflink/testkit'
import { openRedisViews, openSqliteViews } from '@cufflink/views'
import { deviceOf, type History, historyFacts, nurseOf, seedHistory } from './history.ts'
import { asEnvironment, kafkaOf } from './ledgers.ts'
import type { Report } from './report.ts'
import { sizeInRedis, sizeInSqlite } from './views-size.ts'

const PRACTICE = 'bench'
const PARTITIONS = 8
const PAGES = 10
const CHANGES_PER_SECOND = 200
const DEVICES = 100
const FOR_MS = 20_000
const DAY_MS = 86_400_000
const FACTS_AT_ONCE = 5_000
const ALL_ROWS_WITHIN_MS = 1_800_000

export type WorklistOptions = {
  readonly patients: number
  readonly months: number
  readonly clinicians: number
}

type Target = {
  readonly engine: string
  readonly consoleUrl: string
  readonly mqttUrl: string
  readonly processes: Readonly<Record<string, Service>>
  /** What the views take, by kind of document. */
  size(): Promise<string>
}

/**
 * The list of one practice with history: how long a cold page waits for its first rows, how long a reading takes to every one of ten open
 * pages at 200 readings a second, and what a change costs each process. On the embedded engines, then on Kafka and Redis.
 */
export async function benchWorklist(report: Report, options: WorklistOptions): Promise<void> {
  const history: History = { practice: PRACTICE, now: Date.now() - DAY_MS, ...options }
  for (const start of [embedded, distributed]) {
    await using stack = new AsyncDisposableStack()
    await measure(await start(stack, history, report), history, report)
  }
}

async function embedded(stack: AsyncDisposableStack, history: History, report: Report): Promise<Target> {
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  const ledger = await openSqliteLedger({ dir: path, partitions: PARTITIONS })
  const views = await openSqliteViews({ path: join(path, 'views.db') })
  await fill({ ledger, views }, history, report)
  await Promise.all([ledger.close(), views.close()])
  const program = stack.use(
    await startEmbedded({ stateDir: path, env: { LEDGER_PARTITIONS: String(PARTITIONS) } }),
  )
  return {
    engine: 'embedded',
    consoleUrl: program.url,
    mqttUrl: program.mqttUrl,
    processes: { program },
    size: async () => sizeInSqlite(join(path, 'views.db'), history),
  }
}

async function distributed(stack: AsyncDisposableStack, history: History, report: Report): Promise<Target> {
  const [kafka, redis] = await Promise.all([startKafka({ java: [] }), startRedis()])
  stack.use(kafka)
  stack.use(redis)
  const settings = kafkaOf(kafka.brokers)
  const ledger = await openLedger(settings)
  const views = await openRedisViews({ url: redis.url, partitions: PARTITIONS })
  await fill({ ledger, views }, history, report)
  await Promise.all([ledger.close(), views.close()])
  const services = stack.use(
    await startServices({
      env: { ...asEnvironment(settings), VIEWS_ENGINE: 'redis', REDIS_URL: redis.url },
      trackers: 1,
    }),
  )
  return {
    engine: 'Kafka and Redis',
    consoleUrl: services.console.url,
    mqttUrl: services.mqttUrl,
    processes: { console: services.console, tracker: services.trackers[0]! },
    size: () => sizeInRedis(redis.url, history),
  }
}

type Engines = { readonly ledger: Ledger; readonly views: Parameters<typeof seedHistory>[0] }

async function fill({ ledger, views }: Engines, history: History, report: Report): Promise<void> {
  const seeded = await seedHistory(views, ledger, history)
  const each = seeded.bytes / (history.patients * history.months)
  report.note(
    `${seeded.documents} documents of ${history.patients} patients × ${history.months} months, ${each.toFixed(0)} bytes a patient-month; ${history.clinicians} clinicians.`,
  )
  let some: Promise<unknown>[] = []
  for (const fact of historyFacts(history)) {
    some.push(ledger.append(fact))
    if (some.length < FACTS_AT_ONCE) continue
    await Promise.all(some)
    some = []
  }
  await Promise.all(some)
}

async function measure(target: Target, history: History, report: Report): Promise<void> {
  const { engine, processes } = target
  const filledAt = performance.now()
  await settled(target, history)
  report.note(
    `${engine}: all evaluated for the first time in ${((performance.now() - filledAt) / 1_000).toFixed(0)} s.`,
  )
  // A console that has just started: it remembers no list.
  const console = Object.values(processes)[0]!
  await console.stop()
  await console.start()
  const since = performance.now()
  const pages = Array.from({ length: PAGES }, () => openPage(target.consoleUrl))
  await pages[0]!.firstTotal
  const firstMs = performance.now() - since
  await Promise.all(pages.map(({ firstTotal }) => firstTotal))
  const allMs = performance.now() - since
  report.note(
    `${engine}: the first rows of a console's first page after ${firstMs.toFixed(0)} ms, on ${PAGES} pages after ${allMs.toFixed(0)} ms; ${pages[0]!.firstBytes} bytes.`,
  )
  const before = Object.values(processes).map(cpuMs)
  const { sent, seen, delays } = await changes(target, history, pages)
  const after = Object.values(processes).map(cpuMs)
  for (const page of pages) page.close()
  const percentile = (p: number): number =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * p))] ?? Number.NaN
  report.add({
    bench: `worklist: ${history.patients} patients, ${history.months} months`,
    engine,
    ours: seen / PAGES / (FOR_MS / 1_000),
    reference: sent / (FOR_MS / 1_000),
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  })
  const costs = Object.keys(processes).map(
    (name, index) => `${name} ${(((after[index]! - before[index]!) / sent) * 1_000).toFixed(0)} µs`,
  )
  const sizes = Object.entries(processes).map(([name, service]) => `${name} ${residentMb(service)} MB`)
  report.note(`  processor time of a change: ${costs.join(', ')}; memory: ${sizes.join(', ')}`)
  report.note(`  documents and rows: ${await target.size()}`)
}

/** Resolves when the trackers have folded what was on the ledger and evaluated all of the patients: each has a row. */
async function settled({ consoleUrl }: Target, { patients }: History): Promise<void> {
  const until = performance.now() + ALL_ROWS_WITHIN_MS
  for (;;) {
    const page = openPage(consoleUrl)
    const total = await page.firstTotal
    page.close()
    if (total === patients) return
    if (performance.now() > until) throw new Error(`only ${total} of ${patients} patients have a row`)
    await pause(1_000)
  }
}

/** Readings that are measured now, from a hundred devices; the delays from the sending to a page, ms, ascending. */
async function changes({ mqttUrl }: Target, { patients }: History, pages: readonly Page[]) {
  const count = Math.min(DEVICES, patients)
  const devices: SimulatedDevice[] = Array.from({ length: count }, (_, n) =>
    connectDevice({ url: mqttUrl, device: deviceOf(n), secret: `secret-${n}` }),
  )
  const sentAt = new Map<number, number>()
  const delays: number[] = []
  for (const page of pages)
    page.onRows = (rows) => {
      const now = performance.now()
      for (const { lastReadingAt = 0 } of rows) {
        const at = sentAt.get(lastReadingAt)
        if (at !== undefined) delays.push(now - at)
      }
    }
  let sent = 0
  // Whole seconds are what the documents keep, so each reading has one of its own; the last of them is of now.
  const firstAt = Math.floor(Date.now() / 1_000) * 1_000 - FOR_MS * CHANGES_PER_SECOND
  const startedAt = performance.now()
  while (performance.now() - startedAt < FOR_MS) {
    const due = ((performance.now() - startedAt) / 1_000) * CHANGES_PER_SECOND
    for (; sent < due; sent += 1) {
      const measuredAt = firstAt + sent * 1_000
      sentAt.set(measuredAt, performance.now())
      const payload = { kind: 'body-weight', weightKg: 80, measuredAt }
      void devices[sent % count]!.publish(JSON.stringify(payload)).catch(() => undefined)
    }
    await pause(2)
  }
  await pause(3_000)
  await Promise.all(devices.map((device) => device.close()))
  return { sent, seen: delays.length, delays: delays.toSorted((a, b) => a - b) }
}

type Page = {
  readonly firstTotal: Promise<number>
  /** Of the first window. */
  firstBytes?: number
  onRows: (rows: readonly PatientRow[]) => void
  close(): void
}

function openPage(consoleUrl: string): Page {
  const url = new URL(`/live/practices/${PRACTICE}`, consoleUrl)
  url.protocol = 'ws:'
  const socket = new WebSocket(url, { headers: { cookie: cookieOf(nurseOf(0)) } })
  const first = Promise.withResolvers<number>()
  const page: Page = { firstTotal: first.promise, onRows: () => undefined, close: () => socket.close() }
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Window | Patch
    if (message.type === 'window') {
      page.firstBytes ??= String(data).length
      first.resolve(message.total)
    }
    page.onRows(message.rows)
  })
  socket.addEventListener('error', () => first.resolve(0))
  socket.addEventListener('close', () => first.resolve(0))
  return page
}

/** proc(5): processor time of a process so far, of all its threads; ms at 100 ticks a second. */
function cpuMs({ pid }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const residentMb = ({ pid }: Service): number =>
  Math.round((Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096) / 1e6)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
