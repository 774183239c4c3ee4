import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { PracticeMessage } from '@cufflink/contracts'
import { waitFor } from '@cufflink/testkit'
import { enrol, type RunningConsole, startTestConsole } from '../console-fixture.ts'

const WITHIN_MS = 5_000
const PATIENTS = 1_000
/** More than the kernel's buffers and the server's bound hold, some 10 MB, by far. */
const MAX_ASKED = 400
/** The bound, one message more, and what the collector has not yet taken away. */
const MAX_GROWTH_BYTES = 32 * 1_048_576

let console: RunningConsole
before(async () => {
  console = await startTestConsole()
  await enrol(console, 'riverside', 'p-1')
})
after(() => console[Symbol.asyncDispose]())

/** Asks for a websocket with these headers. Resolves with the open socket, or with what it was answered instead. */
async function upgrade(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ socket: Socket } | { refused: IncomingMessage }> {
  const request = get(new URL(path, console.url), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...headers,
    },
  })
  return Promise.race([
    once(request, 'upgrade').then(([, socket]) => ({ socket: socket as Socket })),
    once(request, 'response').then(([refused]) => ({ refused: refused as IncomingMessage })),
  ])
}

function openReader(path: string) {
  const url = new URL(path, console.url)
  url.protocol = 'ws:'
  const socket = new WebSocket(url)
  const messages: PracticeMessage[] = []
  let closed: CloseEvent | undefined
  socket.addEventListener('message', ({ data }) => {
    messages.push(JSON.parse(String(data)) as PracticeMessage)
  })
  socket.addEventListener('close', (event) => {
    closed = event
  })
  return {
    socket,
    messages,
    has: (count: number) =>
      waitFor(() => messages.length >= count, { withinMs: WITHIN_MS, what: `${count} messages` }),
    closed: () => waitFor(() => closed, { withinMs: WITHIN_MS, what: 'the socket to be closed' }),
    [Symbol.dispose]: () => socket.close(),
  }
}

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

  test('of a practice that is not there is closed with the reason', async () => {
    using reader = openReader('/live/practices/nowhere')
    const { code, reason } = await reader.closed()
    assert.deepEqual([code, reason], [1008, 'PRACTICE_UNKNOWN'])
  })

  test('gets a snapshot at once, and another when it asks', async () => {
    using reader = openReader('/live/practices/riverside')
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
      using reader = openReader('/live/practices/riverside')
      await reader.has(1)
      reader.socket.send(text)
      assert.equal((await reader.closed()).code, code, text.slice(0, 40))
    }
  })

  test('that leaves at once, known or unknown, harms nobody', async () => {
    for (const practice of ['nowhere', 'riverside', 'nowhere', 'riverside']) {
      const answer = await upgrade(`/live/practices/${practice}`)
      if ('socket' in answer) answer.socket.destroy()
    }
    using reader = openReader('/live/practices/riverside')
    await reader.has(1)
    await enrol(console, 'riverside', `p-${reader.messages.length + 1}`)
    await reader.has(2)
  })
})

describe('A reader that does not read', () => {
  /** A client's frame (RFC 6455 §5.2): masked with zeros. */
  function frame(text: string): Buffer {
    const payload = Buffer.from(text)
    return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
  }

  test('is dropped before what waits for it fills the memory, and the others go on', async () => {
    const patients = Array.from({ length: PATIENTS }, (_, index) => `slow-${index}`)
    await enrol(console, 'crowded')
    await Promise.all(
      patients.map((patient) =>
        console.call('PUT', `/api/practices/crowded/patients/${patient}`, {
          name: 'Ada Example'.repeat(10),
          zone: 'America/New_York',
        }),
      ),
    )
    using other = openReader('/live/practices/crowded')
    await other.has(1)
    const snapshotBytes = JSON.stringify(other.messages[0]).length
    assert.ok(snapshotBytes > 200_000)

    const answer = await upgrade('/live/practices/crowded')
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
