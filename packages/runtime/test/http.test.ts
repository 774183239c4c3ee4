import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, describe, test } from 'node:test'
import { failure, nameFault, operationSchemas, textFault } from '@cufflink/contracts'
import { Type } from 'typebox'
import {
  Counter,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  type Health,
  listen,
  listenHttp,
} from '../src/index.ts'
import { capture } from './capture.ts'

const silent = createLogger({ service: 'test', level: 'silent' })
const anyPort = { host: '127.0.0.1', port: 0, variable: 'HTTP_PORT', logger: silent }
const healthy = createHealth({ ledger: () => true })
const secret = 'systolic-128'

const serve = async (health: Health = healthy) => {
  const { lines, destination } = capture()
  const logger = createLogger({ service: 'console', destination })
  const metrics = createMetrics({ service: 'console' })
  const app = createHttp({ logger, health, metrics })
  app.get('/api/breaks', async () => {
    throw new Error(secret)
  })
  app.get('/api/down', async () => {
    throw failure('LEDGER_UNAVAILABLE', { cause: new Error(secret) })
  })
  app.get('/page', async () => 'page')
  const body = Type.Object(
    { zone: Type.String({ maxLength: 5 }), count: Type.Integer() },
    { additionalProperties: false },
  )
  app.post('/api/strict', { schema: { body } }, async () => ({ saved: true }))
  app.post('/api/named', { schema: { body: operationSchemas.openPractice.body } }, async () => ({
    saved: true,
  }))
  app.post('/api/reasoned', { schema: { body: operationSchemas.voidVisit.body } }, async () => ({
    saved: true,
  }))
  const querystring = Type.Object({ limit: Type.Integer({ maximum: 10 }) })
  app.get('/api/list', { schema: { querystring } }, async ({ query }) => query)
  const { port } = await listenHttp(app, anyPort)
  const call = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  const post = (payload: string, type = 'application/json', path = '/api/strict') =>
    call(path, { method: 'POST', body: payload, headers: { 'content-type': type } })
  return { app, call, post, lines, metrics, [Symbol.asyncDispose]: () => app.close() }
}

describe('an HTTP server', () => {
  test('says that it is alive, and whether it is ready', async () => {
    await using server = await serve()
    assert.equal((await server.call('/health/live')).status, 200)
    const ready = await server.call('/health/ready')
    assert.equal(ready.status, 200)
    assert.deepEqual(await ready.json(), { ok: true, checks: { ledger: true } })
  })

  test('is not ready while a check answers no, throws or does not answer, and names it', async () => {
    const checks = {
      ledger: () => true,
      views: () => false,
      registry: () => Promise.reject(new Error(secret)),
      stuck: () => new Promise(() => {}),
    }
    await using server = await serve(createHealth(checks))
    const ready = await server.call('/health/ready')
    assert.equal(ready.status, 503)
    assert.deepEqual(await ready.json(), {
      ok: false,
      checks: { ledger: true, views: false, registry: false, stuck: false },
    })
    assert.equal((await server.call('/health/live')).status, 200)
  })

  test('shows its metrics, labelled with its service, and no one else’s', async () => {
    await using server = await serve()
    await using other = await serve()
    const registers = [server.metrics]
    new Counter({ name: 'cufflink_test_total', help: 'A test', registers }).inc()
    const text = await (await server.call('/metrics')).text()
    assert.match(text, /^cufflink_test_total\{service="console"\} 1$/m)
    assert.match(text, /^process_cpu_seconds_total\{service="console"\}/m)
    assert.doesNotMatch(await (await other.call('/metrics')).text(), /cufflink_test_total/)
  })

  test('answers a failure of the error table with its code and status, and when to try again', async () => {
    await using server = await serve()
    const reply = await server.call('/api/down')
    assert.equal(reply.status, 503)
    assert.equal(reply.headers.get('retry-after'), '1')
    const { code, message } = (await reply.json()) as Record<string, string>
    assert.equal(code, 'LEDGER_UNAVAILABLE')
    assert.match(message ?? '', /Nothing was saved/)
  })

  test('answers a defect without what it said or where, and logs where', async () => {
    await using server = await serve()
    const reply = await server.call('/api/breaks')
    assert.equal(reply.status, 500)
    const text = await reply.text()
    assert.deepEqual(Object.keys(JSON.parse(text)), ['code', 'message'])
    assert.equal(JSON.parse(text).code, 'INTERNAL')
    assert.doesNotMatch(text + server.lines.join(''), new RegExp(secret))
    assert.match(server.lines.join(''), /http\.test\.ts/)
  })

  test('answers an unknown address in the same form', async () => {
    await using server = await serve()
    for (const path of ['/api/nothing', '/nothing', '/%ff', '/api/%zz']) {
      const reply = await server.call(path)
      const { code } = (await reply.json()) as Record<string, string>
      assert.match(`${reply.status} ${code}`, /^(404 ROUTE_UNKNOWN|400 REQUEST_INVALID)$/, path)
      assert.equal(reply.headers.get('x-content-type-options'), 'nosniff')
    }
  })

  test('names the property and the rule of a wrong body, never the value', async () => {
    await using server = await serve()
    const wrong = await server.post(JSON.stringify({ zone: secret, count: '7', [secret]: 1 }))
    assert.equal(wrong.status, 400)
    const text = await wrong.text()
    assert.equal(JSON.parse(text).code, 'REQUEST_INVALID')
    assert.match(text, /body\.zone must not have more than 5 characters/)
    assert.match(text, /body\.count must be integer/)
    assert.deepEqual(JSON.parse(text).violations, [
      { property: 'body.zone', rule: 'maxLength' },
      { property: 'body.count', rule: 'type' },
    ])
    assert.doesNotMatch(text, new RegExp(secret))
    assert.equal((await server.post(JSON.stringify({ zone: 'UTC', count: 7 }))).status, 200)
  })

  test('says in words what is wrong with a name', async () => {
    await using server = await serve()
    const body = JSON.stringify({ name: 'Ada\u202eLovelace', zone: 'UTC' })
    const wrong = await server.post(body, 'application/json', '/api/named')
    assert.equal(wrong.status, 400)
    const { message, violations } = (await wrong.json()) as { message: string; violations: unknown }
    assert.ok(message.endsWith(` body.name ${nameFault}.`), message)
    assert.deepEqual(violations, [{ property: 'body.name', rule: 'name' }])
  })

  test('says in words what is wrong with a reason', async () => {
    await using server = await serve()
    const wrong = await server.post(
      JSON.stringify({ reason: 'Not\u202ebilled' }),
      'application/json',
      '/api/reasoned',
    )
    assert.equal(wrong.status, 400)
    const { message, violations } = (await wrong.json()) as { message: string; violations: unknown }
    assert.ok(message.endsWith(` body.reason ${textFault}.`), message)
    assert.deepEqual(violations, [{ property: 'body.reason', rule: 'text' }])
  })

  test('refuses what is no JSON, too large or of another type without quoting it', async () => {
    await using server = await serve()
    for (const [reply, status] of [
      [await server.post(`{"zone": ${secret}`), 400],
      [await server.post(''), 400],
      [await server.post('{"__proto__": {"zone": 1}}'), 400],
      [await server.post(JSON.stringify({ zone: 'x'.repeat(70_000) })), 413],
      [await server.post(secret, 'text/csv'), 415],
    ] as const) {
      assert.equal(reply.status, status)
      const text = await reply.text()
      assert.equal(JSON.parse(text).code, 'REQUEST_INVALID')
      assert.doesNotMatch(text, new RegExp(secret))
    }
    assert.deepEqual(server.lines, [])
  })

  test('makes numbers of a query before it checks it', async () => {
    await using server = await serve()
    assert.deepEqual(await (await server.call('/api/list?limit=7')).json(), { limit: 7 })
    assert.match(await (await server.call('/api/list?limit=11')).text(), /querystring\.limit must be <= 10/)
  })

  test('lets no cache keep what is of the API, and no other page show the page', async () => {
    await using server = await serve()
    for (const path of ['/api/down', '/health/live', '/metrics', '/api/nothing']) {
      assert.equal((await server.call(path)).headers.get('cache-control'), 'no-store', path)
    }
    const { headers } = await server.call('/page')
    assert.equal(headers.get('cache-control'), null)
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of ["default-src 'self'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(rule), rule)
  })

  test('lets a page speak to the host it came from, and to no other', async () => {
    await using server = await serve()
    const sources = async (host: string) => {
      const reply = await server.app.inject({ url: '/page', headers: { host } })
      return /connect-src ([^;]*);/.exec(String(reply.headers['content-security-policy']))?.[1]
    }
    assert.equal(await sources('cufflink.example:8443'), "'self' ws://cufflink.example:8443")
    assert.equal(await sources('[::1]:3000'), "'self' ws://[::1]:3000")
    assert.equal(await sources("x *; script-src 'unsafe-inline'"), "'self'", 'a host that is none')
  })

  test('does not log requests', async () => {
    await using server = await serve()
    await server.call('/page?patient=p-0042')
    assert.deepEqual(server.lines, [])
  })
})

describe('listening', () => {
  const holder = createServer()
  after(() => holder.close())

  test('tells which port it got, and which variable to change when the port is taken', async () => {
    const { port } = await listen(holder, anyPort)
    assert.ok(port > 0)
    await using server = await serve()
    await server.app.close()
    const taken = { ...anyPort, port, variable: 'MQTT_PORT' }
    for (const attempt of [
      listen(createServer(), taken),
      listenHttp(
        createHttp({
          logger: createLogger({ service: 'x', level: 'silent' }),
          health: healthy,
          metrics: server.metrics,
        }),
        taken,
      ),
    ]) {
      await assert.rejects(attempt, (error: Error & { code: string }) => {
        assert.equal(error.code, 'PORT_IN_USE')
        assert.match(error.message, new RegExp(`port ${port} on 127\\.0\\.0\\.1; the variable is MQTT_PORT`))
        return true
      })
    }
  })

  test('outlives a connection that could not be accepted, and logs it', async () => {
    const { lines, destination } = capture()
    const logger = createLogger({ service: 'test', level: 'warn', destination })
    await using server = await serve()
    const plain = createServer()
    await listen(plain, { ...anyPort, logger })
    for (const one of [plain, server.app.server])
      assert.doesNotThrow(() => one.emit('error', Object.assign(new Error('accept'), { code: 'EMFILE' })))
    plain.close()
    assert.match(lines.join(''), /EMFILE.*a connection could not be accepted/)
    assert.equal((await server.call('/health/live')).status, 200)
  })

  test('says that an address is not one of this machine', async () => {
    const elsewhere = { ...anyPort, host: '192.0.2.1' }
    await assert.rejects(listen(createServer(), elsewhere), { code: 'CONFIG_INVALID' })
  })
})
