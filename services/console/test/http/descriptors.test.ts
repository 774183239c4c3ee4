import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { testKeys } from '@cufflink/testkit'

const main = fileURLToPath(import.meta.resolve('../../src/main.ts'))

/** The console as it is run, on a new state, with so many descriptors. */
async function startConsoleWithDescriptors(descriptors: number, stateDir: string) {
  const child = spawn('sh', ['-c', `ulimit -n ${descriptors} && exec "$0" "$1"`, process.execPath, main], {
    env: { STATE_DIR: stateDir, CONSOLE_HTTP_PORT: '0', ...testKeys },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text
    if (said.includes('console listens')) break
  }
  child.stdout.resume()
  const { port } = JSON.parse(said.split('\n').find((line) => line.includes('console listens'))!)
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

test('unless it is set, half of the descriptors that a console may have is for connections, and half of these for an address', async () => {
  using state = mkdtempDisposableSync(join(tmpdir(), 'cufflink-console-'))
  await using console = await startConsoleWithDescriptors(400, state.path)
  await using opened = new AsyncDisposableStack()
  const silent: Socket[] = []
  let closed = 0
  for (let n = 0; n < 101; n += 1) {
    const socket = connect(console.port, '127.0.0.1').on('close', () => (closed += 1))
    opened.defer(() => void socket.destroy())
    await once(socket, 'connect')
    silent.push(socket.resume())
  }
  const [oldest, second] = silent
  if (!oldest!.closed) await once(oldest!, 'close')
  second!.write('GET /health/live HTTP/1.1\r\nhost: console\r\n\r\n')
  const [answer] = await once(second!, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 200/)
  assert.equal(closed, 1)
})
