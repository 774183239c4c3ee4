import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { waitFor } from '@cufflink/testkit'
import { open, publishPacket, session, startListener, weight } from '../harness.ts'

const DAY = 1_790_000_000_000
const DESCRIPTORS = 1_024
const SILENT = 1_100

/** A listener in a process that may have so many descriptors; it ends when its input does. */
const listenerWithFewDescriptors = `
  import { startListener } from '${import.meta.resolve('../harness.ts')}'
  process.stdin.resume().on('end', () => process.exit())
  const { port } = await startListener({ connectDeadlineMs: 120_000 })
  console.log(port)
`

async function startWithFewDescriptors() {
  const limited = `ulimit -n ${DESCRIPTORS} && exec "$0" --input-type=module --eval "$1"`
  const child = spawn('sh', ['-c', limited, process.execPath, listenerWithFewDescriptors], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = await once(child.stdout, 'data')
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}

test(`${SILENT} sockets of one address that send no CONNECT keep no new device out of a process with ${DESCRIPTORS} descriptors`, async () => {
  await using listener = await startWithFewDescriptors()
  await using silent = new AsyncDisposableStack()
  for (let n = 0; n < SILENT; n += 1) {
    const { socket } = await open(listener.port)
    silent.defer(() => void socket.destroy())
  }
  const device = await session(listener.port)
  silent.defer(() => void device.socket.destroy())
  device.send(publishPacket('cuff', 1, weight(DAY)))
  assert.equal(((await device.next()) as { messageId: number }).messageId, 1)
})

test('one more connection without CONNECT closes the oldest of its address, no device and no other address’s', async () => {
  await using listener = await startListener({ maxUnknownConnections: 2 })
  const device = await session(listener.port)
  const other = await open(listener.port, '127.0.0.2')
  const silent = [await open(listener.port), await open(listener.port), await open(listener.port)]
  assert.equal(await silent[0]!.next(), 'closed')
  assert.deepEqual([...listener.app.mqtt.closedBy], [['ADDRESS_CONNECTIONS', 1]])
  await waitFor(() => listener.app.mqtt.connections === 4, { withinMs: 5_000, what: 'the other four' })
  for (const client of [device, other, ...silent.slice(1)]) client.socket.destroy()
})
