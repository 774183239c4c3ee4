import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createClient, Refused } from '../src/client.ts'

type Request = { method: string; url: string; headers: IncomingMessage['headers']; body: string }

/** A server that notes what it is asked, and answers what it is told to. */
const requests: Request[] = []
let answer = { status: 204, type: 'application/json', body: '' }
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
})
let base = ''
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

let keys = 0
const client = (operatorKey?: string) =>
  createClient({
    fetch,
    base,
    commandKey: () => `key-${(keys += 1)}`,
    ...(operatorKey !== undefined && { operatorKey }),
  })
const answers = (status: number, body: unknown = '', type = 'application/json; charset=utf-8'): void => {
  answer = { status, type, body: typeof body === 'string' ? body : JSON.stringify(body) }
}
const last = (): Request => requests.at(-1)!

const params = { practice: 'riverside', patient: 'p-1' }
const consent = { mode: 'verbal', costShareExplained: true } as const

describe('A call', () => {
  test('goes to the address of the operation, by its method, with its body', async () => {
    answers(204)
    assert.equal(await client().call('recordConsent', { params, body: consent }), undefined)
    const { method, url, headers, body } = last()
    assert.deepEqual([method, url], ['POST', '/api/practices/riverside/patients/p-1/consents'])
    assert.equal(headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(body), consent)
    assert.equal(headers.authorization, undefined)
  })

  test('names each command by a key of its own, or by the one it is given; a question has none', async () => {
    answers(204)
    await client().call('recordConsent', { params, body: consent })
    const first = last().headers['idempotency-key']
    await client().call('recordConsent', { params, body: consent })
    const second = last().headers['idempotency-key']
    assert.ok(first !== undefined && second !== undefined && first !== second)
    await client().call('recordConsent', { params, body: consent, commandKey: 'again' })
    assert.equal(last().headers['idempotency-key'], 'again')
    answers(200, { practices: [] })
    await client().call('listPractices', {})
    const { method, headers, body } = last()
    assert.deepEqual(
      [method, headers['idempotency-key'], headers['content-type'], body],
      ['GET', undefined, undefined, ''],
    )
  })

  test('carries the operator’s key where there is one', async () => {
    answers(200, { practices: [] })
    await client('the-key').call('listPractices', {})
    assert.equal(last().headers.authorization, 'Bearer the-key')
  })

  test('gives what it was answered: JSON, text, or nothing', async () => {
    answers(202, { closing: 'c-1' })
    const body = { lines: [{ patient: 'p-1', code: '99457', from: '2026-03-01', to: '2026-03-31' }] }
    const closed = await client().call('closeMonth', { params: { ...params, month: '2026-03' }, body })
    assert.deepEqual(closed, { closing: 'c-1' })
    answers(200, 'Patient p-1', 'text/plain; charset=utf-8')
    assert.equal(
      await client().call('explainMonth', { params: { ...params, month: '2026-03' } }),
      'Patient p-1',
    )
    answers(200, '{"a":1}\n{"a":2}\n', 'application/x-ndjson')
    assert.equal(await client().call('exportEvidence', { params }), '{"a":1}\n{"a":2}\n')
  })

  test('that is refused throws the code, the status, the sentence and what stands in the way', async () => {
    const conflicts = [{ patient: 'p-2', start: 1, end: 2 }]
    answers(409, { code: 'TIME_OVERLAPS', message: 'You have other time.', conflicts })
    await assert.rejects(client().call('recordConsent', { params, body: consent }), (error: unknown) => {
      assert.ok(error instanceof Refused)
      const { code, status, message } = error
      assert.deepEqual([code, status, message], ['TIME_OVERLAPS', 409, 'You have other time.'])
      assert.deepEqual(error.conflicts, conflicts)
      return true
    })
  })

  test('that something else than a console answers throws all the same', async () => {
    for (const [body, type] of [
      ['<html>Bad gateway</html>', 'text/html'],
      ['{"code":', 'application/json'],
      ['null', 'application/json'],
      ['', 'application/json'],
    ] as const) {
      answers(502, body, type)
      await assert.rejects(client().call('whoAmI', {}), {
        name: 'Refused',
        code: 'INTERNAL',
        status: 502,
        conflicts: [],
      })
    }
  })

  test('can be given up, and fails as fetch does where nothing answers', async () => {
    const given = AbortSignal.abort()
    await assert.rejects(client().call('whoAmI', { signal: given }), { name: 'AbortError' })
    const nowhere = createClient({ fetch, base: 'http://127.0.0.1:1', commandKey: () => 'x' })
    await assert.rejects(nowhere.call('whoAmI', {}), TypeError)
  })
})
