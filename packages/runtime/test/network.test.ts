import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf, networksOf } from '../src/index.ts'

test('An IPv6 address stands for its network of 64 bits, a mapped one for the IPv4 address', () => {
  assert.equal(networkOf('2001:db8:0:1::5'), networkOf('2001:db8::1:ffff:ffff:ffff:ffff'))
  assert.notEqual(networkOf('2001:db8:0:1::5'), networkOf('2001:db8:0:2::5'))
  assert.equal(networkOf('::1'), '0:0:0:0')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
})

test('An address is of a site', () => {
  assert.deepEqual(networksOf('192.0.2.1'), ['192.0.2', '192.0.2.1'])
  assert.deepEqual(networksOf('::ffff:192.0.2.1'), networksOf('192.0.2.1'))
  assert.deepEqual(networksOf('2001:db8:7:1::5'), ['2001:db8:7', '2001:db8:7:1'])
  assert.deepEqual(networksOf('::1'), ['0:0:0', '0:0:0:0'])
})
