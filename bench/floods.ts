import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** What a page sends now and then, and where. */
const floods = {
  'presence on the timer': { path: '/work', message: { type: 'presence', idleMs: 0, atMs: 0 } },
  'a window of the list': { path: '', message: listRequest },
} as const

/**
 * What one person's session can do to devices, on the embedded engines: five websockets that send one message as fast as they can, beside
 * a hundred devices at 200 readings a second. A socket that is closed is dialed again after a second.
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
  for (const [name, { path: route, message }] of Object.entries(floods)) {
    const flood = startFlood(new URL(`/live/practices/${PRACTICE}${route}`, program.url), message)
    const measured = await measure()
    const { sent, closed } = flood.stop()
    row(`beside 5 sockets of ${name}`, measured)
    report.note(
      `  p99 ${(measured.p99Ms / quiet.p99Ms).toFixed(1)} × quiet, max ${measured.maxMs.toFixed(0)} ms; ` +
        `${sent} messages sent, ${closed} sockets closed`,
    )
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
      return { sent, closed }
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
