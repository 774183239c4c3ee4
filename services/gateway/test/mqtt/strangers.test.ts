import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@cufflink/testkit'
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
  await using gateway = await startGatewayWithDescriptors(400, state.path)
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

/** The gateway as it is run, on a new ledger. */
async function startGatewayWithDescriptors(descriptors: number, stateDir: string) {
  const main = fileURLToPath(import.meta.resolve('../../src/main.ts'))
  const child = spawn('sh', ['-c', `ulimit -n ${descriptors} && exec "$0" "$1"`, process.execPath, main], {
    env: {
      STATE_DIR: stateDir,
      MQTT_PORT: '0',
      GATEWAY_HTTP_PORT: '0',
      MQTT_CONNECT_DEADLINE_MS: '120000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text
    if (said.includes('gateway listens')) break
  }
  child.stdout.resume()
  const { port } = JSON.parse(said.split('\n').find((line) => line.includes('gateway listens'))!)
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

test('over all addresses one more closes the oldest of the address that has the most', async () => {
  await using listener = await startListener({ maxUnknownConnections: 3 })
  const device = await session(listener.port)
  const few = await open(listener.port, '127.0.0.2')
  const many = [await open(listener.port), await open(listener.port)]
  const late = await open(listener.port, '127.0.0.3')
  assert.equal(await many[0]!.next(), 'closed')
  await waitFor(() => listener.app.mqtt.connections === 4, { withinMs: 5_000, what: 'the other four' })
  for (const client of [device, few, many[1]!, late]) client.socket.destroy()
})

test('one more connection without CONNECT closes the oldest of its address, no device and no other address’s', async () => {
  await using listener = await startListener({ maxAddressConnections: 2 })
  const device = await session(listener.port)
  const other = await open(listener.port, '127.0.0.2')
  const silent = [await open(listener.port), await open(listener.port), await open(listener.port)]
  assert.equal(await silent[0]!.next(), 'closed')
  assert.deepEqual([...listener.app.mqtt.closedBy], [['ADDRESS_CONNECTIONS', 1]])
  await waitFor(() => listener.app.mqtt.connections === 4, { withinMs: 5_000, what: 'the other four' })
  for (const client of [device, other, ...silent.slice(1)]) client.socket.destroy()
})
