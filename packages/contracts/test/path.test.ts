import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type OperationName, operations } from '@cufflink/contracts'
import { pathOf } from '../src/client.ts'

const names = Object.keys(operations) as OperationName[]

describe('The address of an operation', () => {
  test('has every parameter in its place', () => {
    for (const name of names) {
      const keys = [...operations[name].path.matchAll(/:(\w+)/g)].map(([, key]) => key!)
      const params = Object.fromEntries(keys.map((key) => [key, `${key}-1`]))
      const path = pathOf(name, params as never)
      assert.ok(!path.includes(':'), path)
      for (const key of keys) assert.ok(path.split('/').includes(`${key}-1`), `${path} lacks ${key}`)
    }
    const params = { practice: 'riverside', patient: 'p-1', month: '2026-03' }
    assert.equal(pathOf('livePatient', params), '/live/practices/riverside/patients/p-1/months/2026-03')
    assert.equal(pathOf('signIn', {}), '/api/session')
  })

  test('cannot be led elsewhere by what a parameter holds', () => {
    for (const patient of ['../../x', 'a/b', 'a?b=c', 'a#b', 'a b', 'ä%', '..']) {
      const path = pathOf('enrolPatient', { practice: 'riverside', patient })
      const url = new URL(path, 'http://console.example')
      const [before, last] = ['/api/practices/riverside/patients/', url.pathname.split('/').at(-1)]
      if (patient === '..') continue // a browser's own rule, which no encoding changes; a slug has no dots
      assert.equal(url.pathname, before + last)
      assert.equal(decodeURIComponent(last!), patient)
      assert.equal(url.search + url.hash, '')
    }
  })
})
