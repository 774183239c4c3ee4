import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startWithDescriptors, waitFor } from '@cufflink/testkit'
import {
  type Client,
  connectPacket,
  open,
  publishPacket,
  session,
  startListener,
  weight,
} from '../harness.ts'

const DAY = 1_790_000_000_000
const DESCRIPTORS = 1_024
const SILENT = 1_500

/** A listener in a process that may have so many descriptors; it ends when its input does. */
const listenerWithFewDescriptors = `
  import { startListener } from '${import.meta.resolve('../harness.ts')}'
  process.stdin.resume().on('end', () => process.exit())
  const { port } = await startListener({ connectDeadlineMs: 120_000, maxUnknownConnections: 256 })
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

for (const addresses of [1, 3])
  test(`${SILENT} sockets of ${addresses} addresses that send no CONNECT keep no new device out of a process with ${DESCRIPTORS} descriptors, and close none that is in`, async () => {
    await using listener = await startWithFewDescriptors()
    await using opened = new AsyncDisposableStack()
    const first = await session(listener.port, 'cuff', { clientId: 'first' })
    opened.defer(() => void first.socket.destroy())
    for (let n = 0; n < SILENT; n += 1) {
      const { socket } = await open(listener.port, `127.0.0.${2 + (n % addresses)}`)
      opened.defer(() => void socket.destroy())
    }
    const second = await session(listener.port)
    opened.defer(() => void second.socket.destroy())
    for (const [n, device] of [first, second].entries()) {
      device.send(publishPacket('cuff', n + 1, weight(DAY + n)))
      assert.equal(((await device.next()) as { messageId: number }).messageId, n + 1)
    }
  })

test('unless it is set, a quarter of the descriptors that a gateway may have is for those that send no CONNECT', async () => {
  using state = mkdtempDisposableSync(join(tmpdir(), 'cufflink-gateway-'))
  await using gateway = await startWithDescriptors({
    main: fileURLToPath(import.meta.resolve('../../src/main.ts')),
    env: {
      STATE_DIR: state.path,
      MQTT_PORT: '0',
      GATEWAY_HTTP_PORT: '0',
      MQTT_CONNECT_DEADLINE_MS: '120000',
    },
    descriptors: 400,
    listens: 'gateway listens',
  })
  await using opened = new AsyncDisposableStack()
  const silent: Client[] = []
  for (let n = 0; n < 101; n += 1) {
    const client = await open(gateway.port)
    opened.defer(() => void client.socket.destroy())
    silent.push(client)
  }
  assert.equal(await silent[0]!.next(), 'closed')
  silent[1]!.send(connectPacket('stranger'))
  assert.equal(((await silent[1]!.next()) as { cmd: string }).cmd, 'connack', 'the second one was kept')
})

test('over all addresses one more closes the oldest of the address that has the most', async () => {
  await using listener = await startListener({ maxUnknownConnections: 3 })
  const device = await session(listener.port)
  const few = await open(listener.port, '127.0.0.2')
  const many = [await open(listener.port), await open(listener.port)]
  const late = await open(listener.port, '127.0.0.3')
  assert.equal(await many[0]!.next(), 'closed')
  await waitFor(() => listener.app.mqtt.connections === 4, { what: 'the other four' })
  for (const client of [device, few, many[1]!, late]) client.socket.destroy()
})

test('one more connection without CONNECT closes the oldest of its address, no device and no other address’s', async () => {
  await using listener = await startListener({ maxAddressConnections: 2 })
  const device = await session(listener.port)
  const other = await open(listener.port, '127.0.0.2')
  const silent = [await open(listener.port), await open(listener.port), await open(listener.port)]
  assert.equal(await silent[0]!.next(), 'closed')
  assert.deepEqual([...listener.app.mqtt.closedBy], [['ADDRESS_CONNECTIONS', 1]])
  await waitFor(() => listener.app.mqtt.connections === 4, { what: 'the other four' })
  for (const client of [device, other, ...silent.slice(1)]) client.socket.destroy()
})
