import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FactOf, Patch, Window } from '@cufflink/contracts'
import { type LedgerSettings, ledgerVariables, openLedger } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import {
  clinicianFacts,
  cookieOf,
  type Desk,
  listRequest,
  openDesk,
  startEmbedded,
  startKafka,
  startRedis,
  startServices,
} from '@cufflink/testkit'
import { Type } from 'typebox'
import { cpuTimeUs } from './cpu-time.ts'
import type { Report } from './report.ts'

const CONSOLES = 2_000
const PRACTICES = 20
const PER_PRACTICE = CONSOLES / PRACTICES
const AT_ONCE = 100
const MEASURED_MS = 30_000
const CHANGES = 200
const PARTITIONS = 8

type System = { readonly name: string; readonly consoleUrl: string; readonly pid: number }

/**
 * 2,000 clinicians at their pages on one console server: what their running timers cost of a core, against the same pages without
 * timers; and how long a change takes from the command to each page that watches the practice.
 */
export async function benchWork(report: Report): Promise<void> {
  report.note(`${CONSOLES} pages in ${PRACTICES} practices, each with a timer and the practice's list.`)
  for (const start of [embedded, distributed]) {
    await using stack = new AsyncDisposableStack()
    await measure(report, await start(stack))
  }
}

async function measure(report: Report, { name, consoleUrl, pid }: System): Promise<void> {
  const watchers = openWatchers(consoleUrl)
  const desks: Desk[] = []
  for (let from = 0; from < CONSOLES; from += AT_ONCE) {
    const part = Array.from({ length: AT_ONCE }, (_, index) => from + index)
    desks.push(
      ...(await Promise.all(
        part.map((n) => openDesk({ consoleUrl, practice: practiceOf(n), user: userOf(n) })),
      )),
    )
  }
  await watchers.ready
  const idle = await coreShare(pid)
  for (let from = 0; from < CONSOLES; from += AT_ONCE)
    await Promise.all(desks.slice(from, from + AT_ONCE).map((desk) => desk.start(patientOf(desk.user))))
  const running = await coreShare(pid)
  const heartbeats = CONSOLES / 4
  report.add({
    bench: `work: ${CONSOLES} running timers, share of a core`,
    engine: name,
    // As rates, so that the ratio is the share: a core is 1.
    ours: running - idle,
    reference: 1,
    cpuUsPerMsg: ((running - idle) * 1_000_000) / heartbeats,
  })
  const delays = await watchers.changes(desks)
  report.add({
    bench: 'work: a change to its watchers',
    engine: name,
    ours: delays.length,
    reference: CHANGES * PER_PRACTICE,
    p50Ms: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
    p99Ms: delays[Math.floor(delays.length * 0.99)] ?? Number.NaN,
  })
  for (const desk of desks) desk.cut()
  watchers.close()
}

/** The share of a core that a process uses over a while. */
async function coreShare(pid: number): Promise<number> {
  await pause(3_000)
  const [before, since] = [cpuTimeUs(pid) ?? 0, performance.now()]
  await pause(MEASURED_MS)
  return ((cpuTimeUs(pid) ?? 0) - before) / 1_000 / (performance.now() - since)
}

/** A list of its practice on every page; a change is seen when a patient's row says that another clinician works there. */
function openWatchers(consoleUrl: string) {
  const seen = new Map<string, number>()
  const delays: number[] = []
  const opened: Promise<void>[] = []
  const sockets: WebSocket[] = []
  for (let n = 0; n < CONSOLES; n += 1) {
    const url = new URL(`/live/practices/${practiceOf(n)}`, consoleUrl)
    url.protocol = 'ws:'
    const socket = new WebSocket(url, { headers: { cookie: cookieOf(userOf(n)) } })
    const first = Promise.withResolvers<void>()
    socket.addEventListener('message', ({ data }) => {
      first.resolve()
      const at = performance.now()
      const { rows } = JSON.parse(String(data)) as Window | Patch
      for (const { patient, working } of rows) {
        const changedAt = seen.get(`${practiceOf(n)} ${patient}`)
        if (changedAt !== undefined && working.length === 0) delays.push(at - changedAt)
      }
    })
    socket.addEventListener('open', () => socket.send(JSON.stringify(listRequest)))
    opened.push(first.promise)
    sockets.push(socket)
  }
  return {
    ready: Promise.all(opened),
    /** Stops some timers, one after the other. @returns the delays until each watching page showed it, ascending. */
    async changes(desks: readonly Desk[]): Promise<number[]> {
      for (const desk of desks.slice(0, CHANGES)) {
        const n = Number(desk.user.slice('nurse-'.length))
        seen.set(`${practiceOf(n)} ${patientOf(desk.user)}`, performance.now())
        desk.stop()
        await pause(50)
      }
      await pause(3_000)
      return delays.toSorted((a, b) => a - b)
    },
    close() {
      for (const socket of sockets) socket.close()
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const practiceOf = (n: number): string => `practice-${n % PRACTICES}`
const userOf = (n: number): string => `nurse-${n}`
const patientOf = (user: string): string => user.replace('nurse', 'p')

/** Practices, people and a patient for each of them, straight on the ledger. */
async function register(settings: LedgerSettings): Promise<void> {
  const ledger = await openLedger(settings)
  const at = Date.now() - 86_400_000
  const envelope = { v: 1, at, by: 'service:bench' } as const
  const zone = 'America/New_York'
  const practices = Array.from(
    { length: PRACTICES },
    (_, n): FactOf<'practice.opened'> => ({
      ...envelope,
      id: `open-${n}`,
      tenant: practiceOf(n),
      type: 'practice.opened',
      data: { name: `Practice ${n}`, zone },
    }),
  )
  const people = Array.from({ length: CONSOLES }, (_, n) =>
    clinicianFacts(practiceOf(n), [userOf(n)], at),
  ).flat()
  const patients = Array.from(
    { length: CONSOLES },
    (_, n): FactOf<'patient.enrolled'> => ({
      ...envelope,
      id: `enrol-${n}`,
      tenant: practiceOf(n),
      type: 'patient.enrolled',
      data: { patient: patientOf(userOf(n)), name: 'Invented', zone, enrolledAt: at },
    }),
  )
  await Promise.all([...practices, ...people, ...patients].map((fact) => ledger.append(fact)))
  await ledger.close()
}

const settings = (env: Readonly<Record<string, string>>): LedgerSettings =>
  loadConfig(Type.Object(ledgerVariables), { env: { LEDGER_PARTITIONS: String(PARTITIONS), ...env } })

async function embedded(stack: AsyncDisposableStack): Promise<System> {
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  await register(settings({ STATE_DIR: folder.path }))
  const program = stack.use(
    await startEmbedded({ stateDir: folder.path, env: { LEDGER_PARTITIONS: String(PARTITIONS) } }),
  )
  return { name: 'sqlite', consoleUrl: program.url, pid: program.pid }
}

async function distributed(stack: AsyncDisposableStack): Promise<System> {
  const [kafka, redis] = await Promise.all([startKafka({ java: [] }), startRedis()])
  stack.use(kafka)
  stack.use(redis)
  await register(settings({ LEDGER_ENGINE: 'kafka', KAFKA_BROKERS: kafka.brokers.join(',') }))
  const env = {
    LEDGER_ENGINE: 'kafka',
    KAFKA_BROKERS: kafka.brokers.join(','),
    LEDGER_PARTITIONS: String(PARTITIONS),
    VIEWS_ENGINE: 'redis',
    REDIS_URL: redis.url,
    LOG_LEVEL: 'warn',
  }
  const { console } = stack.use(await startServices({ env }))
  return { name: 'kafka+redis', consoleUrl: console.url, pid: console.pid }
}
