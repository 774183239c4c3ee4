import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startRedis, staysSilent } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { isAlive } from './processes.ts'

test('an append-only Redis has its data after kill -9, on the same port', async () => {
  await using engine = await startRedis({ appendOnly: true, config: { appendfsync: 'always' } })
  const redis = client(engine.url)
  try {
    await redis.set('kept', 'yes')
    const before = engine.pid
    await engine.kill()
    assert.equal(isAlive(before), false)
    await engine.start()
    assert.notEqual(engine.pid, before)
    assert.equal(await redis.get('kept'), 'yes')
  } finally {
    redis.disconnect()
  }
})

test('a paused Redis keeps its connections and says nothing until it is resumed', async () => {
  await using engine = await startRedis()
  const redis = client(engine.url)
  try {
    await redis.ping()
    engine.pause()
    const answer = redis.ping()
    assert.ok(await staysSilent(answer, 150))
    engine.resume()
    assert.equal(await answer, 'PONG')
  } finally {
    redis.disconnect()
  }
})

test('a folder that was given outlives the engine, with what was saved in it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-given-'))
  try {
    {
      await using engine = await startRedis({ appendOnly: true, dir })
      const redis = client(engine.url)
      await redis.set('kept', 'yes')
      redis.disconnect()
    }
    await using again = await startRedis({ appendOnly: true, dir })
    const redis = client(again.url)
    assert.equal(await redis.get('kept'), 'yes')
    redis.disconnect()
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('a Redis that cannot start says what it logged', async () => {
  await assert.rejects(
    startRedis({ config: { 'no-such-setting': '1' } }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ENGINE_FAILED')
      assert.match(error.message, /no-such-setting/)
      return true
    },
  )
})

test('a Redis that is to end by itself tells how it ended', async () => {
  await using engine = await startRedis({ appendOnly: true })
  await assert.rejects(engine.startToEnd(), /redis is running already/)
  await engine.kill()
  await writeFile(join(engine.dir, 'appendonlydir', 'appendonly.aof.manifest'), 'no manifest')
  assert.equal(await engine.startToEnd(), 'code 1')
  assert.throws(() => engine.pid, /redis is not running/)
})

function client(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 20 })
  redis.on('error', () => undefined) // it is killed on purpose
  return redis
}
