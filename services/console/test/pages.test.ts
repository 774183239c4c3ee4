import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { nobody, type RunningConsole, startTestConsole } from './console-fixture.ts'

const browser = { ...nobody, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('The console’s pages', () => {
  let console: RunningConsole
  before(async () => {
    console = await startTestConsole()
  })
  after(() => console[Symbol.asyncDispose]())
  const get = (path: string, headers: Record<string, string> = browser) =>
    console.call('GET', path, undefined, headers)

  test('are the app at each of its addresses, with a slash at the end too', async () => {
    for (const path of [
      '/',
      '/ops',
      '/practices/riverside',
      '/practices/riverside/',
      '/practices/r/months/2026-10?x=1',
    ]) {
      const { status, body } = await get(path)
      assert.deepEqual([status, /<div id="root">/.test(String(body))], [200, true], path)
    }
  })

  test('are the app where there is nothing, which says so; a program gets the code', async () => {
    for (const path of ['/nothing', '/practices', '/favicon.ico']) {
      const { status, body, headers } = await get(path)
      assert.deepEqual([status, headers.get('cache-control')], [404, 'no-cache'], path)
      assert.match(String(body), /<div id="root">/)
      assert.equal(((await get(path, nobody)).body as { code: string }).code, 'ROUTE_UNKNOWN')
    }
    for (const path of ['/api/nothing', '/live/nothing', '/assets/nothing.js', '/health/nothing', '/api'])
      assert.equal(((await get(path)).body as { code: string }).code, 'ROUTE_UNKNOWN', path)
  })

  test('are asked for again each time, and only what is named by its content is kept', async () => {
    const { body } = await get('/index.html')
    for (const path of ['/', '/index.html', '/icon.svg', '/ops'])
      assert.equal((await get(path)).headers.get('cache-control'), 'no-cache', path)
    const asset = /"(\/assets\/[^"]+\.js)"/.exec(String(body))?.[1]
    assert.equal((await get(asset!)).headers.get('cache-control'), 'public, max-age=31536000, immutable')
  })
})
