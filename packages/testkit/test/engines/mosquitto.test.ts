import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMosquitto } from '@cufflink/testkit'
import { connectAsync } from 'mqtt'

test('hands a message on, and after kill -9 a client connects again to the same port', async () => {
  await using engine = await startMosquitto()
  const client = await connectAsync(engine.url, { reconnectPeriod: 50, clean: true })
  try {
    await client.subscribeAsync('a/b', { qos: 1 })
    assert.equal(await echoed(client, 'before'), 'before')
    await engine.kill()
    const again = new Promise((resolve) => client.once('connect', resolve))
    await engine.start()
    await again
    await client.subscribeAsync('a/b', { qos: 1 })
    assert.equal(await echoed(client, 'after'), 'after')
  } finally {
    await client.endAsync(true)
  }
})

test('takes lines of configuration, and is ready though it lets no stranger in', async () => {
  await using engine = await startMosquitto({ config: 'allow_anonymous false' })
  await assert.rejects(connectAsync(engine.url, { reconnectPeriod: 0 }, false), /Not authorized/)
})

async function echoed(client: Awaited<ReturnType<typeof connectAsync>>, text: string): Promise<string> {
  const message = new Promise<Buffer>((resolve) => client.once('message', (_, payload) => resolve(payload)))
  await client.publishAsync('a/b', text, { qos: 1 })
  return String(await message)
}
