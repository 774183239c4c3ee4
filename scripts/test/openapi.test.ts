import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operations } from '@cufflink/contracts'
import { Validator } from '@seriousme/openapi-schema-validator'

const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string }>>
}

test('docs/openapi.json is OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(document)
  assert.deepEqual(errors ?? [], [])
  assert.equal(valid, true)
  assert.equal(validator.version, '3.1')
})

test('docs/openapi.json has every operation of HTTP, once', () => {
  const described = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  const expected = Object.entries(operations).flatMap(([name, operation]) =>
    'socket' in operation ? [] : [name],
  )
  assert.deepEqual(described.toSorted(), expected.toSorted())
})
