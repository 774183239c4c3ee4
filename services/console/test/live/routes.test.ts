import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Patch, Window } from '@cufflink/contracts'
import { listRequest, type SignedInPerson, waitFor } from '@cufflink/testkit'
import { enrol, type RunningConsole, startTestConsole } from '../console-fixture.ts'
import { frame, openReader, upgrade as upgradeTo } from './live-reader.ts'

/** Questions at once, of a page that asks one now and then. */
const FLOOD = 5_000
/** More than the kernel's buffers hold. */
const UNREAD_BYTES = 16 * 1_048_576
const PATIENTS = 500
/** Windows that are asked for, as many as a person may: more bytes than the kernel's buffers hold. */
const ASKED = 55

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

const totalOf = (messages: readonly (Window | Patch)[]): number | undefined =>
  messages.findLast(({ total }) => total !== undefined)?.total
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

  test('gets a window at once, and another when it asks', async () => {
    using reader = openList()
    await reader.has(1)
    reader.say({ ...listRequest, first: 1, count: 1 })
    await reader.has(2)
    const [first, asked] = reader.messages
    assert.ok(first?.type === 'window' && asked?.type === 'window')
    assert.deepEqual([first.first, first.count, first.order.key], [0, 100, 'name'])
    assert.deepEqual([asked.first, asked.count], [1, 1])
  })

  test('that says anything else, or too much, is closed', async () => {
    for (const [text, code] of [
      ['{"type":"snapshot"}', 1008],
      ['{"type":"ping","more":1}', 1008],
      [JSON.stringify({ ...listRequest, count: 501 }), 1008],
      [JSON.stringify({ ...listRequest, search: 'x'.repeat(201) }), 1008],
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
    for (let asked = 0; asked < FLOOD; asked += 1) reader.say(listRequest)
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
    const question = frame('{"type":"ping"}'.padEnd(125))
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => question))
    socket.write(many)
    await waitFor(() => end.includes('MESSAGES_TOO_MANY'), { what: 'its end' })
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

  test('that leaves at once, known or unknown, harms no one', async () => {
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
  test('stays connected and gets the newest state once it reads; the others go on', async () => {
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
    await other.until(() => totalOf(other.messages) === PATIENTS, 'all patients')

    const answer = await upgrade('/live/practices/crowded', {}, bo)
    assert.ok('socket' in answer)
    const { socket } = answer
    let closed = false
    socket.on('close', () => (closed = true))
    socket.pause()
    let asked = 0
    const asksAll = (): boolean => {
      socket.write(frame(JSON.stringify(listRequest)))
      asked += 1
      return asked === ASKED
    }
    await waitFor(asksAll, { what: 'the questions', everyMs: 20 })
    await enrol(console, 'crowded', 'p-later')
    await other.until(() => totalOf(other.messages) === PATIENTS + 1, 'a patch to the other reader')
    assert.equal(closed, false)
    let end = ''
    socket.on('data', (chunk: Buffer) => (end = (end + chunk.toString('latin1')).slice(-400_000)))
    socket.resume()
    await waitFor(() => end.includes(`"total":${PATIENTS + 1}`), {
      what: 'the newest state',
    })
    assert.equal(closed, false)
    socket.destroy()
  })
})
