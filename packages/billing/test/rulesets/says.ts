import assert from 'node:assert/strict'
import { CufflinkError } from '@cufflink/contracts'

/** That a configuration is refused with this detail. */
export const says = (run: () => unknown, detail: RegExp): void =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof CufflinkError && error.code === 'CONFIG_INVALID')
    assert.match(error.message, detail)
    return true
  })
