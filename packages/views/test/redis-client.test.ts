import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOf } from '../src/redis/client.ts'

const info = (version: string, policy = 'noeviction') =>
  `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory_policy:${policy}\r\n`

test('A Redis older than 7 is named with its version, a newer one and Valkey are taken', () => {
  for (const version of ['6.2.14', '5.0.7']) {
    const fault = faultOf(info(version)) as Error & { code: string }
    assert.equal(fault.code, 'REDIS_TOO_OLD')
    assert.equal(fault.message, `The views need Redis 7 or newer. This one is Redis ${version}.`)
  }
  for (const version of ['7.0.15', '8.2.0', '10.0.1', '7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1'])
    assert.equal(faultOf(info(version)), undefined, version)
  assert.equal((faultOf(info('7.0.15', 'allkeys-lru')) as { code?: string }).code, 'CONFIG_INVALID')
})
