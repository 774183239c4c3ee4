import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CufflinkError, errorTable, failure, rowOf } from '../src/index.ts'

const rows = Object.entries(errorTable)

describe('the error table', () => {
  for (const [code, row] of rows) {
    test(`${code} says what happened in whole sentences, and how to answer`, () => {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/)
      assert.match(row.message, /^[A-Z].*[.]$/)
      assert.ok(Number.isInteger(row.http) && row.http >= 400 && row.http < 600)
      // MQTT 3.1.1 §3.2.2.3: 1 to 5 refuse, the rest are reserved.
      if ('connack' in row) assert.ok(row.connack >= 1 && row.connack <= 5)
    })
  }

  test('no two codes say the same', () => {
    assert.equal(new Set(rows.map(([, { message }]) => message)).size, rows.length)
  })

  test('what is worth trying again is not answered as the fault of the request, but for a conflict or a late one', () => {
    for (const [code, row] of rows) {
      if (row.class === 'transient') assert.ok(row.http >= 500 || [408, 409, 429].includes(row.http), code)
    }
  })
})

describe('a failure', () => {
  test('has its code, the static message with its detail, and its cause', () => {
    const cause = new Error('EADDRINUSE')
    const error = failure('PORT_IN_USE', { detail: 'It is port 1883.', cause })
    assert.ok(error instanceof CufflinkError)
    assert.equal(error.code, 'PORT_IN_USE')
    assert.equal(error.message, `${errorTable.PORT_IN_USE.message} It is port 1883.`)
    assert.equal(error.cause, cause)
    assert.equal(failure('LEDGER_CLOSED').message, errorTable.LEDGER_CLOSED.message)
  })

  test('leads to its row, and everything else to that of a defect', () => {
    assert.equal(rowOf(failure('REGISTRY_LOADING')).connack, 3)
    for (const other of [new Error('x'), 'x', undefined, { code: 'PORT_IN_USE' }]) {
      assert.equal(rowOf(other).code, 'INTERNAL')
    }
  })
})
