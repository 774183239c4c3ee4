import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startTestConsole } from './console-fixture.ts'

const start = async (env: Record<string, string>): Promise<void> => {
  await using console = await startTestConsole(env)
  assert.equal((await console.call('GET', '/health/ready')).status, 200)
}

describe('A console', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org'])
    test(`does not start on ${host} while nobody named the page's own origin`, async () => {
      await assert.rejects(start({ CONSOLE_HTTP_HOST: host }), {
        code: 'CONFIG_INVALID',
        message: /CONSOLE_ORIGINS/,
      })
    })

  for (const origin of [
    'http://cufflink.example',
    'http://192.0.2.1:3000',
    'https://ok.example,http://not.example',
  ])
    test(`does not start where people would sign in in the clear, from ${origin}`, async () => {
      await assert.rejects(start({ CONSOLE_ORIGINS: origin }), {
        code: 'CONFIG_INVALID',
        message: /in the clear/,
      })
      await assert.rejects(start({ CONSOLE_ORIGINS: origin, CONSOLE_HTTP_HOST: '0.0.0.0' }), {
        code: 'CONFIG_INVALID',
      })
    })

  for (const origin of [
    'http://a b',
    'http://[',
    'https://[::1',
    'ftp://cufflink.example',
    'https://x/y',
    '*',
  ])
    test(`does not start with ${origin}, which is no origin`, async () => {
      await assert.rejects(start({ CONSOLE_ORIGINS: origin }), {
        code: 'CONFIG_INVALID',
        message: /CONSOLE_ORIGINS/,
      })
    })

  test('starts there behind an https origin, and on the loopback without a word', async () => {
    const behind = { CONSOLE_HTTP_HOST: '0.0.0.0', CONSOLE_ORIGINS: 'https://cufflink.example' }
    const own = { CONSOLE_ORIGINS: 'http://localhost:3000,http://127.0.0.1:3000,http://[::1]:3000' }
    for (const env of [behind, own, {}, { CONSOLE_HTTP_HOST: 'localhost' }]) await start(env)
  })
})
