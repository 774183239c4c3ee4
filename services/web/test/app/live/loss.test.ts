import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorTable } from '@cufflink/contracts/errors'
import { lossOf, lossText } from '../../../src/app/live/loss.ts'

test('says a reason of the error table as its sentence, whatever the server closed with', () => {
  for (const [code, reason] of [
    [1013, 'MESSAGES_TOO_MANY'],
    [1013, 'SOCKETS_TOO_MANY'],
    [1008, 'PATIENT_UNKNOWN'],
  ] as const)
    assert.equal(
      lossText(lossOf({ code, reason }, true)),
      `The server refused: ${errorTable[reason].message}`,
    )
})

test('says what no table knows as it came, and an accident as one', () => {
  assert.equal(lossText(lossOf({ code: 1008, reason: 'toString' }, true)), 'The server refused: toString')
  assert.equal(lossText(lossOf({ code: 1013, reason: '' }, true)), 'The server closed the connection.')
})
