import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startTestConsole } from './console-fixture.ts'

describe('A console', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org'])
    test(`does not start on ${host} while nobody said that there is no sign-in`, async () => {
      const start = async (): Promise<void> => {
        await using _open = await startTestConsole({ CONSOLE_HTTP_HOST: host })
      }
      await assert.rejects(start, { code: 'CONFIG_INVALID', message: /CONSOLE_WITHOUT_SIGN_IN=true/ })
    })

  test('starts there when somebody did, and on the loopback without a word', async () => {
    const known = { CONSOLE_HTTP_HOST: '0.0.0.0', CONSOLE_WITHOUT_SIGN_IN: 'true' }
    for (const env of [known, {}, { CONSOLE_HTTP_HOST: 'localhost' }]) {
      await using console = await startTestConsole(env)
      assert.equal((await console.call('GET', '/health/ready')).status, 200)
    }
  })
})
