import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startWithDescriptors, testKeys, waitFor } from '@cufflink/testkit'

const main = fileURLToPath(import.meta.resolve('../../src/main.ts'))

test('unless it is set, half of the descriptors that a console may have is for connections, and half of these for an address', async () => {
  using state = mkdtempDisposableSync(join(tmpdir(), 'cufflink-console-'))
  await using console = await startWithDescriptors({
    main,
    env: { STATE_DIR: state.path, CONSOLE_HTTP_PORT: '0', ...testKeys },
    descriptors: 400,
    listens: 'console listens',
  })
  await using opened = new AsyncDisposableStack()
  const silent: Socket[] = []
  let closed = 0
  for (let n = 0; n < 101; n += 1) {
    const socket = connect(console.port, '127.0.0.1')
      .on('close', () => (closed += 1))
      .on('error', () => undefined) // a reset closes it too
    opened.defer(() => void socket.destroy())
    await once(socket, 'connect')
    silent.push(socket.resume())
  }
  const [oldest, second] = silent
  await waitFor(() => oldest!.closed, { what: 'the oldest to be closed' })
  second!.write('GET /health/live HTTP/1.1\r\nhost: console\r\n\r\n')
  const [answer] = await once(second!, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 200/)
  assert.equal(closed, 1)
})
