import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Operation, type OperationName, operationSchemas, operations } from '@cufflink/contracts'
import { createLogger } from '@cufflink/runtime'
import {
  heapAfterCollection,
  mutateJson,
  pick,
  type Random,
  type SignedInPerson,
  sampleOf,
  seeded,
  waitFor,
} from '@cufflink/testkit'
import fc from 'fast-check'
import { enrol, type RunningConsole, startTestConsole } from '../console-fixture.ts'
import { frame, upgrade } from '../live/live-reader.ts'

/** What stands for a patient's data in everything that is sent here. */
const SECRET = 'zebra-secret'
const PATIENT = 'p-1'
const MONTH = new Date().toISOString().slice(0, 7)
const names = Object.keys(operations) as OperationName[]
const isSocket = (name: OperationName): boolean => (operations[name] as Operation).socket === true
const asked = names.filter((name) => !isSocket(name) && name !== 'signOut')

let console: RunningConsole
let ada: SignedInPerson
let log = ''
const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
before(async () => {
  process.on('unhandledRejection', note)
  const write = (line: string): void => {
    log += line
  }
  console = await startTestConsole(
    {},
    { logger: createLogger({ service: 'test', level: 'debug', destination: { write } }) },
  )
  await enrol(console, 'riverside', PATIENT)
  await console.operator.call('enrolPatient', {
    params: { practice: 'riverside', patient: PATIENT },
    body: { name: SECRET, zone: 'America/New_York' },
  })
  ada = await console.person('riverside', 'ada')
})
after(async () => {
  await console[Symbol.asyncDispose]()
  process.off('unhandledRejection', note)
})

/** The console is as it was, and said nothing of what it was sent. */
async function stands(): Promise<void> {
  assert.equal((await ada.call('whoAmI', {})).user, 'ada')
  assert.equal((await console.call('GET', '/health/ready')).status, 200)
  assert.deepEqual(unhandled, [])
  assert.ok(log.includes('console listens'))
  assert.ok(!log.includes(SECRET), 'a log line holds what was sent')
  const errors = log.split('\n').filter((line) => line.includes('"level":"error"'))
  assert.deepEqual(errors, [])
}

/** `npm run nightly` asks 100,000 times. */
const REQUESTS = Number(process.env['FUZZ_BODIES'] ?? 600)
const SEED = Number(process.env['FUZZ_SEED'] ?? 417)
/** From so many requests on, more is held than what warming up and the facts of a few patients add. */
const REQUESTS_FOR_MEMORY = 50_000
const HEAP_TOLERANCE_BYTES = 64_000_000
const AT_ONCE = 8
const segments = [
  PATIENT,
  'e-1',
  MONTH,
  '2099-12',
  '2000-01',
  'cuff-1',
  't-abc',
  '..',
  '%',
  '%2F',
  '__proto__',
  'constructor',
  SECRET,
  'a'.repeat(300),
  '\u0000',
  '器',
  '',
]
/** What a body may name, so that some of them are taken. */
const texts = [
  PATIENT,
  'e-1',
  'cuff-1',
  'nobody',
  'data-review',
  'clinical-staff',
  MONTH,
  '2026-02-01',
  '2026-02-30',
  'America/New_York',
  'Mars/Olympus',
  'I10',
  '99454',
  '99457',
  'RPM',
  SECRET,
]
const contentTypes = [
  'application/json',
  'application/json',
  'application/json',
  'text/plain',
  'application/json; charset=x',
  '',
]

async function ask(random: Random): Promise<void> {
  const name = pick(random, asked)
  const { method, path }: Operation = operations[name]
  const url = path.replace(/:(\w+)/g, (_, key: string) => {
    if (key === 'practice') return 'riverside'
    const usual = key === 'month' ? MONTH : PATIENT
    return encodeURIComponent(random() < 0.6 ? usual : pick(random, segments))
  })
  const { body } = operationSchemas[name] as { readonly body?: object }
  const content = mutateJson(body === undefined ? { a: [1] } : sampleOf(body, random, texts), random)
  const type = pick(random, contentTypes)
  const headers = { cookie: ada.cookie, ...(type !== '' && { 'content-type': type }) }
  const answer = await fetch(new URL(url, console.url), {
    method,
    headers,
    ...(method !== 'GET' && { body: new Uint8Array(content) }),
  })
  const answered = await answer.text()
  assert.ok(
    answer.status < 500,
    `${method} ${url} ${content.subarray(0, 500).toString()}: ${answer.status} ${answered}`,
  )
}

describe('Whatever is asked of a route', () => {
  test('is answered, and never by a defect', async () => {
    const heap: number[] = []
    let done = 0
    const run = async (_: unknown, index: number): Promise<void> => {
      const random = seeded(SEED + index)
      for (let left = REQUESTS / AT_ONCE; left > 0; left -= 1) {
        await ask(random)
        done += 1
        if (done % (REQUESTS / 10) < 1) heap.push(heapAfterCollection())
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, run))
    await stands()
    if (REQUESTS < REQUESTS_FOR_MEMORY) return
    const [middle, last] = [heap[Math.floor(heap.length / 2)]!, heap.at(-1)!]
    assert.ok(
      last < middle + HEAP_TOLERANCE_BYTES,
      `heap, from the start to the end: ${heap.join(' ')} bytes`,
    )
  })

  test('that is no address, or none of ours, is answered as that', async () => {
    for (const path of [
      '/%',
      '/%E0%A4%A',
      '/api/%00',
      '/api/practices/..%2f..',
      '/live',
      '/metrics/x',
      '/api/practices/',
    ])
      assert.ok([400, 404].includes((await console.call('GET', path)).status), path)
    for (const method of ['PATCH', 'PUT', 'OPTIONS'])
      assert.equal((await console.call(method, '/api/session')).status, 404)
    await stands()
  })
})

const sockets = names.filter(isSocket)
const pathOf = (name: OperationName): string =>
  operations[name].path
    .replace(':practice', 'riverside')
    .replace(':patient', PATIENT)
    .replace(':month', MONTH)
async function connectTo(name: OperationName): Promise<Socket> {
  const answer = await upgrade(new URL(pathOf(name), console.url), { cookie: ada.cookie })
  assert.ok('socket' in answer)
  answer.socket.on('error', () => undefined)
  answer.socket.resume()
  return answer.socket
}
const closed = (socket: Socket): Promise<unknown> =>
  waitFor(() => socket.closed || socket.destroyed || socket.readableEnded, {
    what: 'the end',
  })

describe('Whatever comes over a websocket', () => {
  test('ends that socket at most: bytes that are no frames', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sockets),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        async (name, bytes) => {
          const socket = await connectTo(name)
          socket.write(bytes)
          socket.end()
          await closed(socket)
        },
      ),
      { numRuns: 60 },
    )
    await stands()
  })

  test('ends that socket at most: frames of any text', async () => {
    const request = fc.oneof(
      fc.json(),
      fc.string({ maxLength: 60 }),
      fc
        .record({ type: fc.constantFrom('timer.start', 'timer.resume', 'timer.stop', 'presence', SECRET) })
        .map((one) => JSON.stringify(one)),
      fc.constantFrom(
        '{"type":"presence","idleMs":86400000,"atMs":1}',
        '{"type":"presence","idleMs":0,"atMs":9007199254740991}',
        '{"type":"timer.stop","request":1,"reason":"left","atMs":0}',
        `{"type":"timer.resume","request":1,"session":"${SECRET}","idleMs":0,"atMs":0}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sockets),
        fc.array(
          request.filter((text) => Buffer.byteLength(text) < 126),
          { maxLength: 8 },
        ),
        async (name, texts) => {
          const socket = await connectTo(name)
          for (const text of texts) socket.write(frame(text))
          await new Promise(setImmediate)
          socket.destroy()
        },
      ),
      { numRuns: 60 },
    )
    await stands()
  })

  test('ends that connection at most: bytes that are no HTTP', async () => {
    const { hostname, port } = new URL(console.url)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const socket = connect(Number(port), hostname)
        socket.on('error', () => undefined)
        socket.resume()
        socket.end(bytes)
        await closed(socket)
      }),
      { numRuns: 40 },
    )
    await stands()
  })
})
