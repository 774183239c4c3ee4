import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
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
const MAX_TRIES = 3
const SLOW_BODIES = 1_100
const FIRST_READING = Date.UTC(2021, 0, 1)
const MONTH_MS = 30 * 86_400_000
/** Everything of 127/8 is this machine: each is an address to the limits. */
const OWN_ADDRESS = '127.0.9.9'

/** The address that the n-th made-up name comes from: what one stranger can do, one with many addresses, and one with many networks. */
const floods: Readonly<Record<string, (n: number) => string>> = {
  'from one address': () => '127.0.8.1',
  'from 250 addresses of one network': (n) => `127.0.8.${1 + (n % 250)}`,
  'from 250 addresses of five networks': (n) => `127.8.${n % 5}.${1 + (n % 250)}`,
  'from 250 networks': (n) => `127.${1 + (n % 250)}.0.1`,
}

/**
 * What strangers at the sign-in page can do to others, on the embedded engines: 16 people of the practice sign in beside 300 made-up names
 * a second, each with a browser that is new and with one that they signed in with before, and go on with a session that they had. Devices
 * publish beside all that. Then 1,100 requests whose body never ends, and a device that comes new.
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
  for (const [name, addressOf] of Object.entries(floods)) {
    const flood = startFlood(program.url, addressOf)
    const measured = await beside(program, (run += 1), () => signInAll(program.url, people))
    const { sent, answers } = await flood.stop()
    add(report, `beside made-up names ${name}`, { ...measured, reference: quiet.load })
    report.note(`  ${sent} made-up sign-ins were answered ${JSON.stringify(Object.fromEntries(answers))}`)
  }
  report.note(await slowBodies(program))
}

type Beside = { readonly load: LoadResult; readonly signIns: Readonly<Record<string, readonly Answer[]>> }
type Answer = {
  readonly status: number
  readonly ms: number
  readonly cookie: string
  readonly tries: number
  readonly retryAfterS: number
}

async function beside(
  program: Embedded,
  run: number,
  act: () => Promise<Beside['signIns']>,
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
  report.add({
    bench: `sign-in: PUBACKs, ${what}`,
    engine: 'embedded',
    ours: load.perSecond,
    reference: reference.perSecond,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
  })
  for (const [how, answers] of Object.entries(signIns)) {
    const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b)
    const right = answers.filter(({ status }) => status < 300)
    const atOnce = right.filter(({ tries }) => tries === 1).length
    report.note(
      `  ${how}: ${right.length} of ${answers.length} people, ${atOnce} at the first try, in ${times[times.length >> 1]!.toFixed(0)} ms (median), ${times.at(-1)!.toFixed(0)} ms (longest)`,
    )
  }
}

type Credentials = { readonly user: string; readonly password: string }
/** `cookie` is of a browser that they signed in with, and of their session there. */
type Person = Credentials & { readonly cookie: string }

async function signUpAll(consoleUrl: string): Promise<readonly Person[]> {
  const operator = operatorOf(consoleUrl, testOperatorKey)
  await operator.call('openPractice', {
    params: { practice: PRACTICE },
    body: { name: 'Clinic', zone: 'America/New_York' },
  })
  const people: Person[] = []
  for (let n = 0; n < PEOPLE; n += 1) {
    const [user, password] = [`nurse-${n}`, `a long password ${n}`]
    await operator.call('registerUser', {
      params: { practice: PRACTICE, user },
      body: { name: `Person ${user}`, roles: ['clinician'], credential: 'clinical-staff', password },
    })
    const { cookie } = await signIn(consoleUrl, { user, password }, OWN_ADDRESS)
    people.push({ user, password, cookie })
  }
  return people
}

/** One after the other over the time of the load; who is told to try again later does so. */
async function signInAll(consoleUrl: string, people: readonly Person[]): Promise<Beside['signIns']> {
  const all = (act: (person: Person) => Promise<Answer>) =>
    Promise.all(
      people.map(async (person, index) => {
        await pause((index * (FOR_MS - 4_000)) / people.length)
        return untilTaken(() => act(person))
      }),
    )
  const [fresh, known, session] = await Promise.all([
    all((person) => signIn(consoleUrl, person, OWN_ADDRESS)),
    all((person) => signIn(consoleUrl, person, OWN_ADDRESS, person.cookie)),
    all(({ cookie }) => ask(consoleUrl, { method: 'GET', localAddress: OWN_ADDRESS, headers: { cookie } })),
  ])
  return { 'a new browser': fresh, 'a known browser': known, 'a session that goes on': session }
}

async function untilTaken(act: () => Promise<Answer>): Promise<Answer> {
  const since = performance.now()
  for (let tries = 1; ; tries += 1) {
    const answer = await act()
    if (answer.status !== 429 || tries === MAX_TRIES)
      return { ...answer, tries, ms: performance.now() - since }
    await pause(answer.retryAfterS * 1_000)
  }
}

const signIn = (
  consoleUrl: string,
  { user, password }: Credentials,
  localAddress: string,
  cookie = '',
): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), cookie }
  return ask(consoleUrl, { method: 'POST', localAddress, headers }, JSON.stringify({ user, password }))
}

async function ask(consoleUrl: string, options: RequestOptions, body?: string): Promise<Answer> {
  const since = performance.now()
  const asked = request(new URL('/api/session', consoleUrl), options)
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  const cookies = answer.headers['set-cookie'] ?? []
  return {
    status: answer.statusCode ?? 0,
    ms: performance.now() - since,
    tries: 1,
    retryAfterS: Number(answer.headers['retry-after'] ?? 0),
    cookie: cookies.map((one) => one.split(';')[0]).join('; '),
  }
}

function startFlood(consoleUrl: string, addressOf: (n: number) => string) {
  const answers = new Map<string, number>()
  const waiting = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  const send = async (n: number): Promise<void> => {
    const person = { user: `made-up-${n}`, password: 'not the password' }
    const answer = await signIn(consoleUrl, person, addressOf(n)).then(
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
