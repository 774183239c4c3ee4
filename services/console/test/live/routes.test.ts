import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedInPerson, waitFor } from '@cufflink/testkit'
import { enrol, type RunningConsole, startTestConsole } from '../console-fixture.ts'
import { frame, openReader, upgrade as upgradeTo } from './live-reader.ts'

const WITHIN_MS = 5_000
/** Questions at once, of a page that asks one now and then. */
const FLOOD = 5_000
/** More than the kernel's buffers hold. */
const UNREAD_BYTES = 16 * 1_048_576
const PATIENTS = 1_000
/** More than the kernel's buffers and the server's bound hold, some 10 MB, by far. */
const MAX_ASKED = 400
/** The bound, one message more, and what the collector has not yet taken away. */
const MAX_GROWTH_BYTES = 32 * 1_048_576

let console: RunningConsole
let ada: SignedInPerson
before(async () => {
  console = await startTestConsole()
  await enrol(console, 'riverside', 'p-1')
  ada = await console.person('riverside', 'ada')
})
after(() => console[Symbol.asyncDispose]())

const upgrade = (path: string, headers: Readonly<Record<string, string>> = {}, { cookie } = ada) =>
  upgradeTo(new URL(path, console.url), { cookie, ...headers })

const openList = () => openReader(ada, 'livePractice', { practice: 'riverside' })

describe('A websocket', () => {
  test('of a page of another site is refused before it is one', async () => {
    for (const path of ['/live/practices/riverside', '/live/ops'])
      for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1']) {
        const answer = await upgrade(path, { origin })
        assert.ok('refused' in answer, `${path} from ${origin}`)
        assert.equal(answer.refused.statusCode, 403)
        answer.refused.destroy()
      }
  })

  test('of our own page, or of a program, is opened', async () => {
    for (const headers of [{ origin: console.url }, {}]) {
      const answer = await upgrade('/live/practices/riverside', headers)
      assert.ok('socket' in answer)
      answer.socket.destroy()
    }
  })

  test('of a patient that is not there is closed with the reason', async () => {
    using reader = openReader(ada, 'livePatient', {
      practice: 'riverside',
      patient: 'nobody',
      month: '2026-03',
    })
    const { code, reason } = await reader.closed()
    assert.deepEqual([code, reason], [1008, 'PATIENT_UNKNOWN'])
  })

  test('gets a snapshot at once, and another when it asks', async () => {
    using reader = openList()
    await reader.has(1)
    reader.socket.send('{"type":"snapshot.request"}')
    await reader.has(2)
    assert.deepEqual(
      reader.messages.map(({ type }) => type),
      ['snapshot', 'snapshot'],
    )
  })

  test('that says anything else, or too much, is closed', async () => {
    for (const [text, code] of [
      ['{"type":"snapshot"}', 1008],
      ['{"type":"snapshot.request","more":1}', 1008],
      ['{', 1008],
      ['', 1008],
      ['x'.repeat(5_000), 1009],
    ] as const) {
      using reader = openList()
      await reader.has(1)
      reader.socket.send(text)
      assert.equal((await reader.closed()).code, code, text.slice(0, 40))
    }
  })

  test('that asks more than a page does is closed with the reason, and not all it asked is answered', async () => {
    using other = openList()
    using reader = openList()
    await Promise.all([other.has(1), reader.has(1)])
    for (let asked = 0; asked < FLOOD; asked += 1) reader.say({ type: 'snapshot.request' })
    const { code, reason } = await reader.closed()
    assert.deepEqual([code, reason], [1013, 'MESSAGES_TOO_MANY'])
    assert.ok(reader.messages.length < FLOOD / 5, `${reader.messages.length} were answered`)
    await enrol(console, 'riverside', 'p-after-flood')
    await other.has(2)
  })

  test('that was closed for its many questions is read no more, and ends', async () => {
    const answer = await upgrade('/live/practices/riverside')
    assert.ok('socket' in answer)
    const { socket } = answer
    const ended = new Promise((resolve) => socket.on('close', resolve))
    let end = ''
    socket.on('data', (chunk: Buffer) => (end = (end + chunk.toString('latin1')).slice(-200)))
    socket.on('error', () => undefined)
    const question = frame('{"type":"snapshot.request"}'.padEnd(125))
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => question))
    socket.write(many)
    await waitFor(() => end.includes('MESSAGES_TOO_MANY'), { withinMs: WITHIN_MS, what: 'its end' })
    let taken = 0
    const goOn = (error?: Error | null): void => {
      if (error) return
      taken += many.length
      socket.write(many, goOn)
    }
    goOn()
    await ended
    assert.ok(taken < UNREAD_BYTES, `${taken} bytes were taken`)
  })

  test('that leaves at once, known or unknown, harms nobody', async () => {
    for (const patient of ['nobody', 'p-1', 'nobody', 'p-1']) {
      const answer = await upgrade(`/live/practices/riverside/patients/${patient}/months/2026-03`)
      if ('socket' in answer) answer.socket.destroy()
    }
    using reader = openList()
    await reader.has(1)
    await enrol(console, 'riverside', `p-${reader.messages.length + 1}`)
    await reader.has(2)
  })
})

test('A person has a number of websockets: one more is turned away with the reason until one is closed, and no one else is', async () => {
  await using own = await startTestConsole({ CONSOLE_PERSON_SOCKETS: '4' })
  await enrol(own, 'riverside', 'p-1')
  const [eve, bo] = [await own.person('riverside', 'eve'), await own.person('riverside', 'bo')]
  const listOf = (person: SignedInPerson) => openReader(person, 'livePractice', { practice: 'riverside' })
  using held = new DisposableStack()
  const first = held.use(listOf(eve))
  await first.has(1)
  for (let n = 1; n < 4; n += 1) await held.use(listOf(eve)).has(1)
  const { code, reason } = await held.use(listOf(eve)).closed()
  assert.deepEqual([code, reason], [1013, 'SOCKETS_TOO_MANY'])
  await held.use(listOf(bo)).has(1)
  first.socket.close()
  await first.closed()
  await held.use(listOf(eve)).has(1)
})

describe('A reader that does not read', () => {
  test('is dropped before what waits for it fills the memory, and the others go on', async () => {
    const patients = Array.from({ length: PATIENTS }, (_, index) => `slow-${index}`)
    await enrol(console, 'crowded')
    const bo = await console.person('crowded', 'bo')
    await Promise.all(
      patients.map((patient) =>
        console.call('PUT', `/api/practices/crowded/patients/${patient}`, {
          name: 'Ada Example'.repeat(10),
          zone: 'America/New_York',
        }),
      ),
    )
    using other = openReader(bo, 'livePractice', { practice: 'crowded' })
    await other.has(1)
    const snapshotBytes = JSON.stringify(other.messages[0]).length
    assert.ok(snapshotBytes > 200_000)

    const answer = await upgrade('/live/practices/crowded', {}, bo)
    assert.ok('socket' in answer)
    const { socket } = answer
    socket.pause()
    let dropped = false
    socket.on('error', () => (dropped = true))
    socket.on('close', () => (dropped = true))
    const before = process.memoryUsage().external
    let peak = before
    let asked = 0
    const request = frame('{"type":"snapshot.request"}')
    await waitFor(
      () => {
        for (let each = 0; each < 10 && !dropped; each += 1) socket.write(request)
        asked += 10
        peak = Math.max(peak, process.memoryUsage().external)
        return dropped || asked >= MAX_ASKED
      },
      { withinMs: 20_000, what: 'the reader to be dropped', everyMs: 10 },
    )
    assert.ok(dropped, `still there after ${asked} snapshots of ${snapshotBytes} bytes`)
    assert.ok(peak - before < MAX_GROWTH_BYTES, `${peak - before} bytes more`)
    socket.destroy()
    await enrol(console, 'crowded', 'p-later')
    await waitFor(() => other.messages.at(-1)?.patients.some(({ patient }) => patient === 'p-later'), {
      withinMs: WITHIN_MS,
      what: 'a patch to the other reader',
    })
  })
})
