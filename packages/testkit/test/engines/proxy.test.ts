import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { startProxy, staysSilent, waitFor } from '@cufflink/testkit'

test('a black hole holds everything back and loses nothing', async () => {
  await using echo = await startEcho()
  await using proxy = await startProxy(echo)
  const { socket, heard } = await client(proxy.port)
  socket.write('a')
  await waitFor(() => heard() === 'a', { what: 'the echo' })
  proxy.blackHole()
  socket.write('b')
  assert.ok(await staysSilent(once(socket, 'data'), 100))
  proxy.heal()
  await waitFor(() => heard() === 'ab', { what: 'what was held back' })
  socket.destroy()
})

test('a delay holds in both directions and keeps the order', async () => {
  await using echo = await startEcho()
  await using proxy = await startProxy(echo)
  proxy.delay(40)
  const { socket, heard } = await client(proxy.port)
  const startedAt = performance.now()
  for (let digit = 0; digit < 10; digit += 1) socket.write(String(digit))
  await waitFor(() => heard() === '0123456789', { what: 'the echo', everyMs: 1 })
  assert.ok(performance.now() - startedAt >= 79)
  socket.destroy()
})

test('a cut after some bytes lets just those through, then resets; new connections pass', async () => {
  await using echo = await startEcho()
  await using proxy = await startProxy(echo)
  proxy.cut(3)
  const first = await client(proxy.port)
  first.socket.write('abcdef')
  await waitFor(() => first.socket.destroyed, { what: 'the cut' })
  assert.equal(echo.received(), 'abc')
  const second = await client(proxy.port)
  second.socket.write('g')
  await waitFor(() => second.heard() === 'g', { what: 'the echo' })
  second.socket.destroy()
})

type Echo = AsyncDisposable & { host: string; port: number; received(): string }

async function startEcho(): Promise<Echo> {
  let text = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += String(chunk)
      socket.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host: '127.0.0.1',
    port,
    received: () => text,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

async function client(port: number): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  let text = ''
  socket.on('data', (chunk) => (text += String(chunk))).on('error', () => undefined)
  await once(socket, 'connect')
  return { socket, heard: () => text }
}
