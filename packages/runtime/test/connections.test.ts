import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import { describe, test } from 'node:test'
import { boundConnections, descriptorsIn } from '../src/http/connections.ts'
import {
  type ConnectionBounds,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  listenHttp,
} from '../src/index.ts'

const HEAD = 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

async function serve(bounds?: ConnectionBounds) {
  const logger = createLogger({ service: 'test', level: 'silent' })
  const app = createHttp({
    logger,
    health: createHealth({}),
    metrics: createMetrics({ service: 'test' }),
    ...(bounds && { bounds }),
  })
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  app.post('/slow', async () => {
    ask()
    await held
    return { done: true }
  })
  const { port } = await listenHttp(app, { host: '127.0.0.1', port: 0, variable: 'HTTP_PORT', logger })
  const sockets: Socket[] = []
  return {
    app,
    asked,
    release,
    async open(localAddress = '127.0.0.1') {
      const socket = connect({ host: '127.0.0.1', port, localAddress })
      socket.on('error', () => undefined)
      sockets.push(socket)
      await once(socket, 'connect')
      return socket
    },
    get: () => fetch(`http://127.0.0.1:${port}/health/live`, { headers: { connection: 'close' } }),
    async [Symbol.asyncDispose]() {
      release()
      for (const socket of sockets) socket.destroy()
      await app.close()
    },
  }
}

/** What a socket says until it is closed, by an end or by a reset. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  // `once` would reject at a reset, which is an answer too: the server closes a socket that still has unread bytes.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return text
}

/** Repeats until disposed, so that a test that fails does not keep its process alive. */
function repeating(act: () => void, everyMs: number): Disposable {
  const timer = setInterval(act, everyMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

describe('A connection to an HTTP server', () => {
  test('is closed when its request does not come in time, however slowly it comes', async () => {
    await using server = await serve()
    const { requestTimeout, headersTimeout, timeout } = server.app.server
    assert.deepEqual([headersTimeout, requestTimeout, timeout], [10_000, 30_000, 120_000])
    Object.assign(server.app.server, { headersTimeout: 200, requestTimeout: 400 })
    const [body, head, silent] = [await server.open(), await server.open(), await server.open()]
    body.write(`${HEAD}Content-Length: 1000\r\n\r\n{`)
    head.write(HEAD)
    using _ = repeating(() => {
      body.write(' ')
      head.write('X: y\r\n')
    }, 20)
    const answers = await Promise.all([body, head, silent].map(untilClosed))
    for (const answer of answers) assert.match(answer, /^(HTTP\/1\.1 408 |$)/)
  })

  test('takes the place of the oldest of its address that says nothing, and no other address’s', async () => {
    await using server = await serve({ total: 100, perAddress: 3 })
    const other = await server.open('127.0.0.2')
    const idle = [await server.open(), await server.open(), await server.open()]
    const first = untilClosed(idle[0]!)
    assert.equal((await server.get()).status, 200)
    await first
    assert.deepEqual(
      [other, ...idle].map(({ destroyed }) => destroyed),
      [false, true, false, false],
    )
  })

  test('takes one over the whole bound too, so that a flood from many addresses keeps no one out', async () => {
    await using server = await serve({ total: 20, perAddress: 5 })
    for (let n = 0; n < 60; n += 1) await server.open(`127.0.1.${1 + (n % 30)}`)
    assert.equal((await server.get()).status, 200)
    assert.ok(server.app.connections.size <= 20, `${server.app.connections.size} are open`)
  })

  test('that is being answered is not closed for another; beyond the bound the new one is', async () => {
    await using server = await serve({ total: 100, perAddress: 1 })
    const working = await server.open()
    working.write(`${HEAD}Connection: close\r\nContent-Length: 2\r\n\r\n{}`)
    const answer = untilClosed(working)
    await server.asked
    await untilClosed(await server.open())
    server.release()
    assert.match(await answer, /^HTTP\/1\.1 200 /)
  })

  test('that is kept counts for its address no longer', async () => {
    await using server = await serve({ total: 100, perAddress: 1 })
    const accepted = once(server.app.server, 'connection')
    const kept = await server.open()
    server.app.connections.keep((await accepted)[0] as Socket)
    const [second, third] = [await server.open(), await server.open()]
    await untilClosed(second)
    assert.deepEqual([kept.destroyed, third.destroyed], [false, false])
  })
})

test('The addresses of one IPv6 network of 64 bits are one, so that a peer that has them all has no more connections', () => {
  const server = createServer()
  boundConnections(server, { total: 100, perAddress: 2 })
  const from = (remoteAddress: string): Socket => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress })
    server.emit('connection', socket)
    return socket
  }
  const other = from('2001:db8:0:2::1')
  const same = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::3'].map(from)
  assert.deepEqual(
    [other, ...same].map(({ destroyed }) => destroyed),
    [false, true, false, false],
  )
})

test('The limit of descriptors is the soft one of the process', () => {
  const limits = 'Max processes             63432                63432                processes\n'
  assert.equal(
    descriptorsIn(`${limits}Max open files            1024                 4096                 files\n`),
    1024,
  )
  assert.equal(descriptorsIn(limits), 10_240)
})
