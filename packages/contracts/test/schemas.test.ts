import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'

const file = (path: string): URL => new URL(`../${path}`, import.meta.url)
const json = (path: string): unknown => JSON.parse(readFileSync(file(path), 'utf8'))

describe('the JSON Schemas', () => {
  test('and the page of errors are what the contracts say today', () => {
    const script = fileURLToPath(file('../../scripts/schemas.ts'))
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    assert.equal(stderr, '')
    assert.equal(status, 0)
  })

  test('are valid by themselves, in another validator than ours', () => {
    const ajv = new Ajv2020({ allErrors: true })
    for (const name of readdirSync(file('schemas')))
      assert.ok(ajv.compile(json(`schemas/${name}`) as object), name)
  })

  for (const name of readdirSync(file('fixtures'))) {
    test(`of ${name} take its fixtures, and refuse them with a field more, in another validator than ours`, () => {
      const validate = new Ajv2020().compile(json(`schemas/${name}`) as object)
      for (const fact of json(`fixtures/${name}`) as object[]) {
        assert.ok(!validate({ ...fact, more: 1 }))
        assert.ok(validate(fact), JSON.stringify(validate.errors))
      }
    })
  }
})
