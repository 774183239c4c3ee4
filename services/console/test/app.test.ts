import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { waitFor } from '@cufflink/testkit'
import { type Engines, enrol, openEngines, startConsoleOn, startTestConsole } from './console-fixture.ts'
import { openReader, upgrade } from './live/live-reader.ts'

const start = async (env: Record<string, string>): Promise<void> => {
  await using console = await startTestConsole(env)
  assert.equal((await console.call('GET', '/health/ready')).status, 200)
}

describe('A console', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org'])
    test(`does not start on ${host} while no one named the page's own origin`, async () => {
      await assert.rejects(start({ CONSOLE_HTTP_HOST: host }), {
        code: 'CONFIG_INVALID',
        message: /CONSOLE_ORIGINS/,
      })
    })

  for (const origin of [
    'http://cufflink.example',
    'http://192.0.2.1:3000',
    'https://ok.example,http://not.example',
  ])
    test(`does not start where people would sign in in the clear, from ${origin}`, async () => {
      await assert.rejects(start({ CONSOLE_ORIGINS: origin }), {
        code: 'CONFIG_INVALID',
        message: /in the clear/,
      })
      await assert.rejects(start({ CONSOLE_ORIGINS: origin, CONSOLE_HTTP_HOST: '0.0.0.0' }), {
        code: 'CONFIG_INVALID',
      })
    })

  for (const origin of [
    'http://a b',
    'http://[',
    'https://[::1',
    'ftp://cufflink.example',
    'https://x/y',
    '*',
  ])
    test(`does not start with ${origin}, which is no origin`, async () => {
      await assert.rejects(start({ CONSOLE_ORIGINS: origin }), {
        code: 'CONFIG_INVALID',
        message: /CONSOLE_ORIGINS/,
      })
    })

  test('starts there behind an https origin, and on the loopback without a word', async () => {
    const behind = { CONSOLE_HTTP_HOST: '0.0.0.0', CONSOLE_ORIGINS: 'https://cufflink.example' }
    const own = { CONSOLE_ORIGINS: 'http://localhost:3000,http://127.0.0.1:3000,http://[::1]:3000' }
    for (const env of [behind, own, {}, { CONSOLE_HTTP_HOST: 'localhost' }]) await start(env)
  })
})

/** What keeps this process from ending, by its kind; while it is waited for, as the wait is a timer too. */
const counted = (): Record<string, number> => {
  const kinds = process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|Immediate/.test(kind))
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]))
}

describe('A console that ends', () => {
  let engines: Engines
  before(async () => {
    engines = await openEngines()
  })
  after(() => engines[Symbol.asyncDispose]())
  const resources = () => waitFor(counted, { what: 'a count' })
  const restAt = (before: Record<string, number>): Promise<unknown> =>
    waitFor(() => isDeepStrictEqual(counted(), before), {
      what: `nothing to be left of ${JSON.stringify(counted())} but ${JSON.stringify(before)}`,
    })

  test('leaves nothing that keeps the process, no matter who was connected, not even a dead client', async () => {
    const before = await resources()
    const console = await startConsoleOn(engines)
    await enrol(console, 'riverside', 'p-1')
    const ada = await console.person('riverside', 'ada')
    const params = { practice: 'riverside', patient: 'p-1', month: new Date().toISOString().slice(0, 7) }
    const work = openReader(ada, 'liveWork', params)
    await work.opened()
    work.say({ type: 'timer.start', request: 1, patient: 'p-1', program: 'RPM', category: 'data-review' })
    for (const name of ['livePractice', 'livePatient', 'liveMonth', 'liveOps'] as const)
      await openReader(ada, name, params).has(1)
    // It says nothing any more, not even goodbye.
    const dead = await upgrade(new URL('/live/ops', console.url), { cookie: ada.cookie })
    assert.ok('socket' in dead)
    dead.socket.pause()
    dead.socket.on('error', () => undefined)
    const from = performance.now()
    await console[Symbol.asyncDispose]()
    assert.ok(performance.now() - from < 20_000, `${performance.now() - from} ms`)
    dead.socket.destroy()
    await restAt(before)
  })

  test('before it began leaves nothing either: the port is taken', async () => {
    await using other = await startConsoleOn(engines)
    const before = await resources()
    const CONSOLE_HTTP_PORT = new URL(other.url).port
    await assert.rejects(startConsoleOn(engines, { env: { CONSOLE_HTTP_PORT } }), { code: 'PORT_IN_USE' })
    await restAt(before)
  })
})
