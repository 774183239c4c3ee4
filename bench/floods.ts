import { mkdtempDisposableSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Fact } from '@cufflink/contracts'
import { openLedger } from '@cufflink/ledger'
import { clinicianFacts, cookieOf, type LoadResult, listRequest, startEmbedded } from '@cufflink/testkit'
import { asEnvironment, register, sqlite } from './ledgers.ts'
import { load } from './load.ts'
import type { Report } from './report.ts'

/** Where `register` puts the load's devices. */
const PRACTICE = 'bench'
const NURSE = 'nurse-0'
const PATIENTS = 500
const SOCKETS = 5
const DEVICES = 100
const READINGS_PER_SECOND = 200
const WARM_UP_MS = 3_000
const FOR_MS = 12_000
const DIAL_AGAIN_MS = 1_000
/** As much as a socket takes before what is unsent is waited for. */
const UNSENT_BYTES = 1 << 20
const REGISTERED_AT = Date.UTC(2021, 0, 1)
const MONTH_MS = 30 * 86_400_000

const SLOW_BODIES = 1_100
const BYTE_EVERY_MS = 5_000
const LOCKED_MS = 4_000
const UNLOCKED_MS = 1_000

type Target = { readonly consoleUrl: string; readonly stateDir: string }
/** Begins at once. `stop` says what was done. */
type Flood = (target: Target) => { stop(): string }

const floods: Readonly<Record<string, Flood>> = {
  '5 sockets of presence on the timer': messages('/work', { type: 'presence', idleMs: 0, atMs: 0 }),
  '5 sockets of a window of the list': messages('', listRequest),
  [`${SLOW_BODIES} sign-ins whose bodies never end`]: slowBodies,
  'a lock on the views, four seconds of five': lockedViews,
}

/**
 * What a session, a stranger or another program can do to devices through the part that serves pages, on the embedded engines, beside a
 * hundred devices at 200 readings a second. A socket that is closed is dialed again after a second.
 */
export async function benchFloods(report: Report): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  await register(sqlite(path))
  await openPractice(path)
  const program = stack.use(await startEmbedded({ stateDir: path, env: asEnvironment(sqlite(path)) }))
  const { hostname: host, port } = new URL(program.mqttUrl)
  let run = 0
  const measure = (): Promise<LoadResult> =>
    load({
      host,
      port: Number(port),
      devices: DEVICES,
      window: 10,
      perSecond: READINGS_PER_SECOND,
      warmUpMs: WARM_UP_MS,
      forMs: FOR_MS,
      firstMeasuredAt: REGISTERED_AT + (run += 1) * MONTH_MS,
    })
  const row = (bench: string, { perSecond, p50Ms, p99Ms }: LoadResult): void =>
    report.add({
      bench: `floods: PUBACKs, ${bench}`,
      engine: 'embedded',
      ours: perSecond,
      reference: quiet.perSecond,
      p50Ms,
      p99Ms,
    })

  const quiet = await measure()
  row('no flood', quiet)
  for (const [name, begin] of Object.entries(floods)) {
    const flood = begin({ consoleUrl: program.url, stateDir: path })
    const measured = await measure()
    const done = flood.stop()
    row(`beside ${name}`, measured)
    report.note(
      `  p99 ${(measured.p99Ms / quiet.p99Ms).toFixed(1)} × quiet, max ${measured.maxMs.toFixed(0)} ms; ${done}`,
    )
  }
}

/** Five websockets of one person that send one message as fast as they can. */
function messages(route: string, message: object): Flood {
  return ({ consoleUrl }) => startFlood(new URL(`/live/practices/${PRACTICE}${route}`, consoleUrl), message)
}

/** Sockets that begin a request and then send a byte of its body now and then. */
function slowBodies({ consoleUrl }: Target) {
  const { hostname: host, port } = new URL(consoleUrl)
  const open = new Set<Socket>()
  let flooding = true
  let closed = 0
  function dial(): void {
    const socket = connect({ host, port: Number(port) })
    open.add(socket)
    socket.on('connect', () =>
      socket.write(
        'POST /api/session HTTP/1.1\r\nhost: console\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      ),
    )
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      if (!flooding) return
      closed += 1
      setTimeout(() => flooding && dial(), DIAL_AGAIN_MS)
    })
  }
  for (let n = 0; n < SLOW_BODIES; n += 1) dial()
  const dripping = setInterval(() => {
    for (const socket of open) if (socket.writable) socket.write(' ')
  }, BYTE_EVERY_MS)
  return {
    stop() {
      flooding = false
      clearInterval(dripping)
      for (const socket of open) socket.destroy()
      return `${closed} sockets closed by the other side`
    },
  }
}

/** Another program that holds the views' file: a backup, a person with `sqlite3`. */
function lockedViews({ stateDir }: Target) {
  const other = new DatabaseSync(join(stateDir, 'views.db'), { timeout: 10_000 })
  let locks = 0
  let timer: NodeJS.Timeout
  function lock(): void {
    other.exec('BEGIN IMMEDIATE')
    locks += 1
    timer = setTimeout(() => {
      other.exec('ROLLBACK')
      timer = setTimeout(lock, UNLOCKED_MS)
    }, LOCKED_MS)
  }
  lock()
  return {
    stop() {
      clearTimeout(timer)
      other.close()
      return `locked ${locks} times`
    },
  }
}

function startFlood(url: URL, message: object) {
  url.protocol = 'ws:'
  const text = JSON.stringify(message)
  const headers = { cookie: cookieOf(NURSE) }
  const open = new Set<WebSocket>()
  let flooding = true
  let sent = 0
  let closed = 0
  function dial(): void {
    const socket = new WebSocket(url, { headers })
    open.add(socket)
    socket.addEventListener('open', pump)
    socket.addEventListener('error', () => undefined)
    socket.addEventListener('close', () => {
      open.delete(socket)
      if (!flooding) return
      closed += 1
      setTimeout(() => flooding && dial(), DIAL_AGAIN_MS)
    })
    // In turns, so that one socket does not keep this process from the others.
    function pump(): void {
      if (!flooding || socket.readyState !== WebSocket.OPEN) return
      for (let n = 0; n < 50 && socket.bufferedAmount < UNSENT_BYTES; n += 1, sent += 1) socket.send(text)
      setTimeout(pump, 1)
    }
  }
  for (let n = 0; n < SOCKETS; n += 1) dial()
  return {
    stop() {
      flooding = false
      for (const socket of open) socket.close()
      return `${sent} messages sent, ${closed} sockets closed`
    },
  }
}

/** The practice of the load's devices, with 500 patients and a nurse, straight on the ledger. */
async function openPractice(dir: string): Promise<void> {
  const ledger = await openLedger(sqlite(dir))
  await Promise.all(practiceFacts().map((fact) => ledger.append(fact)))
  await ledger.close()
}

function practiceFacts(): Fact[] {
  const zone = 'America/New_York'
  const envelope = { v: 1, tenant: PRACTICE, at: REGISTERED_AT, by: 'service:bench' } as const
  return [
    { ...envelope, id: 'open', type: 'practice.opened', data: { name: 'Bench', zone } },
    ...clinicianFacts(PRACTICE, [NURSE], REGISTERED_AT),
    ...Array.from(
      { length: PATIENTS },
      (_, n): Fact => ({
        ...envelope,
        id: `enrol-${n}`,
        type: 'patient.enrolled',
        data: { patient: `p-${n}`, name: `Invented ${n}`, zone, enrolledAt: REGISTERED_AT },
      }),
    ),
  ]
}
