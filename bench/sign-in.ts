import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectDevice,
  type Embedded,
  type LoadResult,
  operatorOf,
  startEmbedded,
  testOperatorKey,
} from '@cufflink/testkit'
import { asEnvironment, register, sqlite } from './ledgers.ts'
import { load } from './load.ts'
import type { Report } from './report.ts'

const PRACTICE = 'clinic'
const PEOPLE = 16
const MADE_UP_PER_SECOND = 300
const FOR_MS = 12_000
const WARM_UP_MS = 2_000
const DEVICES = 100
const READINGS_PER_SECOND = 200
const SLOW_BODIES = 1_100
const FIRST_READING = Date.UTC(2021, 0, 1)
const MONTH_MS = 30 * 86_400_000
/** Everything of 127/8 is this machine: each is an address to the limits. */
const OWN_ADDRESS = '127.0.9.9'

/** Where made-up names come from: what one stranger can do, and what one with many addresses. */
const floods = { 'from one address': 1, 'from 250 addresses': 250 } as const

/**
 * What strangers at the sign-in page can do to others, on the embedded engines: 16 people of the practice sign in beside 300 made-up names
 * a second, and devices publish beside both. Then 1,100 requests whose body never ends, and a device that comes new.
 */
export async function benchSignIn(report: Report): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  await register(sqlite(path))
  const program = stack.use(await startEmbedded({ stateDir: path, env: asEnvironment(sqlite(path)) }))
  const people = await signUpAll(program.url)

  const quiet = await beside(program, 0, () => signInAll(program.url, people))
  add(report, 'no flood', { ...quiet, reference: quiet.load })
  let run = 0
  for (const [name, addresses] of Object.entries(floods)) {
    const flood = startFlood(program.url, addresses)
    const measured = await beside(program, (run += 1), () => signInAll(program.url, people))
    const { sent, answers } = await flood.stop()
    add(report, `beside made-up names ${name}`, { ...measured, reference: quiet.load })
    report.note(`  ${sent} made-up sign-ins were answered ${JSON.stringify(Object.fromEntries(answers))}`)
  }
  report.note(await slowBodies(program))
}

type Beside = { readonly load: LoadResult; readonly signIns: readonly SignIn[] }
type SignIn = { readonly status: number; readonly ms: number }

async function beside(
  program: Embedded,
  run: number,
  act: () => Promise<readonly SignIn[]>,
): Promise<Beside> {
  const { hostname: host, port } = new URL(program.mqttUrl)
  const loading = load({
    host,
    port: Number(port),
    devices: DEVICES,
    window: 10,
    perSecond: READINGS_PER_SECOND,
    warmUpMs: WARM_UP_MS,
    forMs: FOR_MS,
    firstMeasuredAt: FIRST_READING + run * MONTH_MS,
  })
  await pause(WARM_UP_MS)
  const signIns = await act()
  return { load: await loading, signIns }
}

function add(
  report: Report,
  what: string,
  { load, signIns, reference }: Beside & { reference: LoadResult },
): void {
  const times = signIns.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const right = signIns.filter(({ status }) => status < 300).length
  report.add({
    bench: `sign-in: PUBACKs, ${what}`,
    engine: 'embedded',
    ours: load.perSecond,
    reference: reference.perSecond,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
  })
  report.note(
    `  ${right} of ${signIns.length} people signed in, in ${times[times.length >> 1]!.toFixed(0)} ms (median), ${times.at(-1)!.toFixed(0)} ms (longest)`,
  )
}

type Person = { readonly user: string; readonly password: string }

async function signUpAll(consoleUrl: string): Promise<readonly Person[]> {
  const operator = operatorOf(consoleUrl, testOperatorKey)
  await operator.call('openPractice', {
    params: { practice: PRACTICE },
    body: { name: 'Clinic', zone: 'America/New_York' },
  })
  const people = Array.from({ length: PEOPLE }, (_, n) => ({
    user: `nurse-${n}`,
    password: `a long password ${n}`,
  }))
  for (const { user, password } of people)
    await operator.call('registerUser', {
      params: { practice: PRACTICE, user },
      body: { name: `Person ${user}`, roles: ['clinician'], credential: 'clinical-staff', password },
    })
  return people
}

/** One after the other over the time of the load, each from a browser that is new. */
async function signInAll(consoleUrl: string, people: readonly Person[]): Promise<readonly SignIn[]> {
  const signIns = people.map(async (person, index) => {
    await pause((index * (FOR_MS - 4_000)) / people.length)
    return signIn(consoleUrl, person, OWN_ADDRESS)
  })
  return Promise.all(signIns)
}

async function signIn(consoleUrl: string, body: Person, localAddress: string): Promise<SignIn> {
  const since = performance.now()
  const asked = request(new URL('/api/session', consoleUrl), {
    method: 'POST',
    localAddress,
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
  })
  asked.end(JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return { status: answer.statusCode ?? 0, ms: performance.now() - since }
}

function startFlood(consoleUrl: string, addresses: number) {
  const answers = new Map<string, number>()
  const waiting = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  const send = async (n: number): Promise<void> => {
    const from = `127.0.8.${1 + (n % addresses)}`
    const person = { user: `made-up-${n}`, password: 'not the password' }
    const answer = await signIn(consoleUrl, person, from).then(
      ({ status }) => String(status),
      () => 'cut off',
    )
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * MADE_UP_PER_SECOND
    for (; sent < due; sent += 1) {
      const one = send(sent).finally(() => waiting.delete(one))
      waiting.add(one)
    }
  }, 5)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(waiting)
      return { sent, answers }
    },
  }
}

/** Requests to the console that never end, and what becomes of a device that connects beside them. */
async function slowBodies(program: Embedded): Promise<string> {
  const { hostname: host, port } = new URL(program.url)
  const sockets: Socket[] = []
  const head =
    'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{'
  for (let n = 0; n < SLOW_BODIES; n += 1) {
    const socket = connect({ host, port: Number(port), localAddress: '127.0.8.1' })
    socket.on('error', () => undefined)
    socket.on('connect', () => socket.write(head))
    sockets.push(socket)
  }
  await pause(2_000)
  const since = performance.now()
  const device = connectDevice({ url: program.mqttUrl, device: 'dev-0', secret: 'secret-0' })
  await device.publish(JSON.stringify({ kind: 'body-weight', weightKg: 80, measuredAt: Date.now() }))
  const took = performance.now() - since
  await device.close()
  const open = sockets.filter(({ destroyed }) => !destroyed).length
  for (const socket of sockets) socket.destroy()
  return `${SLOW_BODIES} requests whose body never ends: ${open} held open; a device connected beside them and had its PUBACK in ${took.toFixed(0)} ms.`
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
