import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const service = fileURLToPath(new URL('fixtures/service.ts', import.meta.url))

/** Runs the example service, sends it signals once a line matching `when` is out, and waits for its end. */
const run = async (mode: string, signals: readonly NodeJS.Signals[] = [], when = /"state":"running"/) => {
  using child = spawn(process.execPath, [service], { env: { ...process.env, MODE: mode } })
  let out = ''
  let err = ''
  let sent = false
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  child.stdout.on('data', (chunk) => {
    out += chunk
    if (sent || !when.test(out)) return
    sent = true
    for (const signal of signals) child.kill(signal)
  })
  const [code] = await once(child, 'close')
  return { code: code as number | null, out, err }
}

describe('a process', { concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`drains and exits with 0 on ${signal}`, async () => {
      const { code, out, err } = await run('well', [signal])
      assert.deepEqual([code, err], [0, ''])
      assert.match(out, /ledger closed/)
      assert.match(out, new RegExp(`"signal":"${signal}"`))
      assert.match(out, /"state":"stopped"/)
    })
  }

  test('says in one plain line why it could not start, and exits with 1', async () => {
    const { code, out, err } = await run('misconfigured')
    assert.deepEqual([code, out], [1, ''])
    assert.equal(err, 'CONFIG_INVALID: The configuration is not valid. MQTT_PORT is "x".\n')
  })

  test('closes what it had opened before it says so', async () => {
    const { code, out, err } = await run('port taken')
    assert.equal(code, 1)
    assert.match(out, /ledger closed/)
    assert.doesNotMatch(out, /"error"/, 'a failure of the table is told once, to a person')
    assert.match(err, /^PORT_IN_USE: The port is taken by another program\..* It is port 1883\.\n$/)
  })

  test('says by its code what kept an engine away, and quotes nothing', async () => {
    const { code, out, err } = await run('engine away')
    assert.equal(code, 1)
    assert.match(err, /^LEDGER_UNAVAILABLE: .* The cause: ECONNREFUSED\.\n$/)
    assert.doesNotMatch(out + err, /Jane/)
  })

  test('shows the place of a defect, not its message', async () => {
    const { code, out, err } = await run('defect at start')
    assert.equal(code, 1)
    assert.match(err, /^INTERNAL: A defect in Cufflink \(TypeError\)/)
    assert.match(err, /packages\/runtime\/test\/fixtures\/service\.ts:\d+/)
    assert.doesNotMatch(out + err, /Jane/)
  })

  for (const [mode, name] of [
    ['uncaught', 'SyntaxError'],
    ['unhandled', 'Error'],
  ] as const) {
    test(`drains and exits with 1 on an ${mode} failure, and logs no message`, async () => {
      const { code, out, err } = await run(mode)
      assert.equal(code, 1)
      assert.match(out, /ledger closed/)
      assert.match(out, new RegExp(`"error":\\{"name":"${name}"`))
      assert.match(out, /"state":"failed"/)
      assert.doesNotMatch(out + err, /Jane/)
    })
  }

  test('ends at once on a second signal', async () => {
    const { code, out } = await run('stuck', ['SIGTERM', 'SIGINT'])
    assert.equal(code, 1)
    assert.doesNotMatch(out, /ledger closed/, 'it waited for the stages of stopping')
  })
})
