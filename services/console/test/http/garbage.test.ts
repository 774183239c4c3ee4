import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Operation, type OperationName, operations } from '@cufflink/contracts'
import { createLogger } from '@cufflink/runtime'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
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

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(PATIENT, 'e-1', MONTH, '2099-12', '2000-01', 'cuff-1', 't-abc') },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('..', '%', '%2F', '__proto__', 'constructor', SECRET, 'a'.repeat(300)),
)
const plausible = fc.record(
  {
    patient: segment,
    zone: fc.constantFrom('America/New_York', 'Mars/Olympus', '', SECRET),
    name: fc.string(),
    from: fc.oneof(fc.integer(), fc.double(), fc.constant(Date.now() - 60_000)),
    until: fc.oneof(fc.integer(), fc.constant(Date.now())),
    startedAt: fc.constantFrom(Date.now(), 946_684_800_000, 4_102_444_800_000, -1, 0.5, 1e308),
    program: fc.constantFrom('RPM', 'CCM', 'XYZ'),
    category: fc.constantFrom('data-review', 'coffee'),
    reason: fc.constantFrom(SECRET, ''),
    lines: fc.array(fc.anything(), { maxLength: 3 }),
    clinician: segment,
    version: fc.integer(),
    user: fc.constantFrom('ada', 'nobody', SECRET),
    password: fc.constantFrom('x', SECRET),
    code: fc.constantFrom('99457', SECRET),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  plausible.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"__proto__":{"a":1}}',
    `"${SECRET}"`,
    '['.repeat(30_000),
    '{"a":'.repeat(10_000),
  ),
)
const contentType = fc.constantFrom('application/json', 'text/plain', 'application/json; charset=x', '')

describe('Whatever is asked of a route', () => {
  test('is answered, and never by a defect', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...asked),
        fc.array(segment, { minLength: 4, maxLength: 4 }),
        body,
        contentType,
        async (name, segments, content, type) => {
          const { method, path }: Operation = operations[name]
          let index = 0
          const url = path.replace(/:(\w+)/g, (_, key: string) =>
            key === 'practice' ? 'riverside' : encodeURIComponent(segments[(index += 1) % segments.length]!),
          )
          const headers = { cookie: ada.cookie, ...(type !== '' && { 'content-type': type }) }
          const sends = method !== 'GET' && { body: content }
          const answer = await fetch(new URL(url, console.url), { method, headers, ...sends })
          const text = await answer.text()
          assert.notEqual(answer.status, 500, `${method} ${url}: ${text}`)
          if (answer.status === 429) return
          assert.ok(answer.status < 500, `${answer.status} ${text}`)
        },
      ),
      { numRuns: 600 },
    )
    await stands()
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
    withinMs: 5_000,
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
