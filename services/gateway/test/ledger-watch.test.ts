import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@cufflink/runtime'
import { createLedgerWatch } from '../src/ledger-watch.ts'

test('logs once when the ledger stops taking facts, and once, with how long, when it takes them again', () => {
  const lines: { level: string; code?: string; ms?: number }[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const ledger = { available: true }
  let now = 1_000
  const { look } = createLedgerWatch({
    ledger,
    logger: createLogger({ service: 'gateway', destination }),
    now: () => now,
  })
  const lookTwice = (): void => {
    look()
    look()
  }
  lookTwice()
  assert.equal(lines.length, 0)
  ledger.available = false
  lookTwice()
  now = 4_500
  ledger.available = true
  lookTwice()
  assert.deepEqual(
    lines.map(({ level, code, ms }) => ({ level, code, ms })),
    [
      { level: 'error', code: 'LEDGER_UNAVAILABLE', ms: undefined },
      { level: 'info', code: undefined, ms: 3_500 },
    ],
  )
})
