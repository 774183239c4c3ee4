import assert from 'node:assert/strict'
import { request as ask, createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import {
  type Engines,
  enrol,
  nobody,
  openEngines,
  type RunningConsole,
  startConsoleOn,
  testPassword,
} from '../console-fixture.ts'

/** Passes everything on, and says who asked: as nginx does with `proxy_add_x_forwarded_for`. */
async function startProxy(to: string) {
  const server = createServer((incoming, answer) => {
    const forwarded = incoming.headers['x-forwarded-for']
    const chain = [forwarded, incoming.socket.remoteAddress].filter((one) => one !== undefined).join(', ')
    const headers = { ...incoming.headers, 'x-forwarded-for': chain }
    const outgoing = ask(new URL(incoming.url!, to), { method: incoming.method!, headers }, (reply) => {
      answer.writeHead(reply.statusCode!, reply.headers)
      reply.pipe(answer)
    })
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Signs in from an address of this machine. @returns the status */
function signInFrom(localAddress: string, url: string, more: { password?: string; said?: string } = {}) {
  const { password = testPassword, said } = more
  const headers = { 'content-type': 'application/json', ...(said && { 'x-forwarded-for': said }) }
  return new Promise<number>((resolve, reject) => {
    ask(new URL('/api/session', url), { method: 'POST', localAddress, headers, agent: false }, (reply) => {
      reply.resume()
      resolve(reply.statusCode!)
    })
      .on('error', reject)
      .end(JSON.stringify({ user: 'nora', password }))
  })
}

const guess = { password: 'guess' }

describe('Behind a proxy', () => {
  let engines: Engines
  let plain: RunningConsole
  before(async () => {
    engines = await openEngines()
    plain = await startConsoleOn(engines)
    await enrol(plain, 'riverside')
    await plain.person('riverside', 'nora')
  })
  after(async () => {
    await plain[Symbol.asyncDispose]()
    await engines[Symbol.asyncDispose]()
  })

  test('that is named two clients are two addresses, whatever they say of themselves', async () => {
    await using console = await startConsoleOn(engines, { env: { CONSOLE_PROXIES: '127.0.0.1' } })
    await using proxy = await startProxy(console.url)
    for (let n = 0; n < 10; n += 1)
      assert.equal(await signInFrom('127.0.0.2', proxy.url, { ...guess, said: `198.51.100.${n}` }), 401)
    assert.equal(await signInFrom('127.0.0.2', proxy.url, { said: '198.51.100.99' }), 429)
    assert.equal(await signInFrom('127.0.0.3', proxy.url), 200)
  })

  test('what clients say of their address is not believed, unless a proxy is named', async () => {
    for (let n = 0; n < 10; n += 1)
      assert.equal(await signInFrom('127.0.0.4', plain.url, { ...guess, said: `198.51.100.${n}` }), 401)
    assert.equal(await signInFrom('127.0.0.4', plain.url, { said: '198.51.100.99' }), 429)
    const { status } = await plain.call('GET', '/health/live', undefined, nobody)
    assert.equal(status, 200)
  })
})
