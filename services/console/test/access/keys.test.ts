import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadConfig } from '@cufflink/runtime'
import { consoleKeys } from '../../src/access/keys.ts'
import { ConsoleConfig } from '../../src/index.ts'

const SECRET = 's'.repeat(32)
const OTHER = 'o'.repeat(32)

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cufflink-keys-'))
  try {
    await act(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
const keysOf = (env: Record<string, string>) => consoleKeys(loadConfig(ConsoleConfig, { env }))

describe('The keys of a console', () => {
  test('are made at the first start, for their owner alone, and are the same at the next', () =>
    inFolder(async (folder) => {
      const STATE_DIR = join(folder, 'state')
      const first = keysOf({ STATE_DIR })
      for (const name of ['session.key', 'operator.key'])
        assert.equal((await stat(join(STATE_DIR, name))).mode & 0o777, 0o600, name)
      assert.equal(await readFile(join(STATE_DIR, 'session.key'), 'utf8'), first.session)
      assert.equal(Buffer.from(first.session, 'base64url').length, 32)
      assert.notEqual(first.session, first.operator)
      assert.deepEqual(keysOf({ STATE_DIR }), first)
      await inFolder(async (other) => assert.notEqual(keysOf({ STATE_DIR: other }).session, first.session))
    }))

  test('that are configured make no file', () =>
    inFolder(async (folder) => {
      const STATE_DIR = join(folder, 'state')
      const keys = keysOf({ STATE_DIR, CONSOLE_SESSION_KEY: SECRET, CONSOLE_OPERATOR_KEY: OTHER })
      assert.deepEqual(keys, { session: SECRET, operator: OTHER })
      await assert.rejects(stat(STATE_DIR), { code: 'ENOENT' })
    }))

  test('of a fleet must be given: one for sessions, and without one for operators no one is one', () => {
    const env = { LEDGER_ENGINE: 'kafka', KAFKA_BROKERS: '127.0.0.1:9' }
    assert.throws(() => keysOf(env), { code: 'CONFIG_INVALID', message: /CONSOLE_SESSION_KEY/ })
    assert.deepEqual(keysOf({ ...env, CONSOLE_SESSION_KEY: SECRET }), { session: SECRET })
  })

  test('that are too short are refused, and not repeated in the refusal', () => {
    for (const name of ['CONSOLE_SESSION_KEY', 'CONSOLE_OPERATOR_KEY'])
      assert.throws(
        () => keysOf({ [name]: 'too-short-a-key' }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'CONFIG_INVALID')
          assert.ok(error.message.includes(name) && !error.message.includes('too-short-a-key'))
          return true
        },
      )
  })

  test('of a file that was cut short are refused: with no key anybody could sign', () =>
    inFolder(async (STATE_DIR) => {
      for (const text of ['', '\n', 'abc']) {
        await writeFile(join(STATE_DIR, 'session.key'), text)
        assert.throws(() => keysOf({ STATE_DIR }), { code: 'CONFIG_INVALID', message: /session\.key/ })
      }
    }))
})
