import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { mosquittoForTests, redisForTests, startRedis } from '@cufflink/testkit'
import { Redis } from 'ioredis'

test('a Redis that the environment names is shared, each call in a database of its own', async () => {
  await using engine = await startRedis()
  using _ = variable('CUFFLINK_TEST_REDIS', engine.url)
  await using first = await redisForTests()
  await using second = await redisForTests()
  assert.notEqual(first.url, second.url)
  const [one, two] = [new Redis(first.url), new Redis(second.url)]
  await one.set('mine', '1')
  assert.equal(await two.get('mine'), null)
  one.disconnect()
  two.disconnect()
})

test('leaving a shared engine does not end it', async () => {
  await using engine = await startRedis()
  using _ = variable('CUFFLINK_TEST_REDIS', engine.url)
  {
    await using shared = await redisForTests()
    assert.ok(shared.url.startsWith(engine.url))
  }
  await engine.kill() // throws if it were not running
})

test('every use of an engine is recorded with its version and the test file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-log-'))
  const log = join(dir, 'engines.jsonl')
  {
    using _ = variable('CUFFLINK_ENGINES_LOG', log)
    using __ = variable('CUFFLINK_TEST_MOSQUITTO', undefined)
    await using broker = await mosquittoForTests()
    assert.match(broker.url, /^mqtt:\/\/127\.0\.0\.1:\d+$/)
  }
  const { engine, version, testFile } = JSON.parse(readFileSync(log, 'utf8')) as Record<string, string>
  rmSync(dir, { recursive: true })
  assert.equal(engine, 'Mosquitto')
  assert.match(String(version), /^\d+\.\d+/)
  assert.match(String(testFile), /for-tests\.test\.ts$/)
})

function variable(name: string, value: string | undefined): Disposable {
  const before = process.env[name]
  const set = (to: string | undefined): void => {
    if (to === undefined) delete process.env[name]
    else process.env[name] = to
  }
  set(value)
  return { [Symbol.dispose]: () => set(before) }
}
