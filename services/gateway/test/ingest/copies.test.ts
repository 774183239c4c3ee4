import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FactOf, Reading } from '@cufflink/contracts'
import { createCopyFilter } from '../../src/ingest/copies.ts'
import { heldLedger } from '../harness.ts'

const AT = 1_790_000_000_000
const reading: Reading = {
  device: 'cuff',
  measuredAt: AT,
  gatewayReceivedAt: AT + 5_000,
  clockQuality: 'synced',
  measurement: { kind: 'body-weight', weightKg: 80 },
}
const recorded = (more: Partial<Reading> = {}, patient = 'p-1'): FactOf<'reading.recorded'> => ({
  id: 'one',
  type: 'reading.recorded',
  v: 2,
  tenant: 't',
  at: AT,
  by: 'device:cuff',
  data: { patient, reading: { ...reading, ...more } },
})
const parked = (): FactOf<'reading.parked'> => ({ ...recorded(), type: 'reading.parked', data: { reading } })

test('a copy of what is durable takes no row and has nothing to wait for', async () => {
  const ledger = heldLedger()
  const copies = createCopyFilter(ledger)
  await copies.append(recorded()).durable
  const again = copies.append(recorded({ gatewayReceivedAt: AT + 99_000 }))
  assert.deepEqual(again, { copy: true, durable: undefined })
  assert.equal(ledger.facts.length, 1)
})

test('a copy of what is on its way waits for it', async () => {
  const ledger = heldLedger()
  const copies = createCopyFilter(ledger)
  ledger.hold()
  const first = copies.append(recorded())
  const again = copies.append(recorded())
  assert.equal(again.copy, true)
  assert.equal(again.durable, first.durable)
  ledger.release()
  await again.durable
  assert.equal(ledger.facts.length, 1)
})

const different = {
  'a corrected time under the same record id': recorded({ measuredAt: AT + 86_400_000 }),
  'another value under the same record id': recorded({
    measurement: { kind: 'body-weight', weightKg: 81 },
  }),
  'another patient, for the device was given away after the fact': recorded({}, 'p-2'),
  'a clock that is believed now': recorded({ clockQuality: 'estimated' }),
  'a reading that no one had yet': parked(),
}
for (const [what, fact] of Object.entries(different)) {
  test(`no copy, though its id is the same: ${what}`, async () => {
    const ledger = heldLedger()
    const copies = createCopyFilter(ledger)
    await copies.append(recorded()).durable
    assert.equal(copies.append(fact).copy, false)
    assert.equal(ledger.facts.length, 2)
  })
}

test('a copy of a parked reading that has a patient now is that patient’s reading', async () => {
  const ledger = heldLedger()
  const copies = createCopyFilter(ledger)
  await copies.append(parked()).durable
  assert.equal(copies.append(recorded()).copy, false)
  assert.deepEqual(
    ledger.facts.map(({ type }) => type),
    ['reading.parked', 'reading.recorded'],
  )
})

test('without a clock the instant is that of the receipt, and says nothing', async () => {
  const ledger = heldLedger()
  const copies = createCopyFilter(ledger)
  await copies.append(recorded({ clockQuality: 'receipt' })).durable
  assert.equal(copies.append(recorded({ clockQuality: 'receipt', measuredAt: AT + 60_000 })).copy, true)
})

test('what was forgotten is appended once more: the memory is bounded', async () => {
  const ledger = heldLedger()
  const copies = createCopyFilter(ledger)
  await copies.append(recorded()).durable
  for (let n = 0; n < 70_000; n += 1) copies.append({ ...recorded(), id: `other-${n}` })
  assert.equal(copies.append(recorded()).copy, false)
})

test('what the ledger refused is no copy when it comes again', async () => {
  let refuses = true
  const copies = createCopyFilter({
    append: async () => {
      if (refuses) throw new Error('refused')
      return { topic: 'readings', partition: 0, offset: 0 }
    },
  })
  await assert.rejects(copies.append(recorded()).durable!)
  refuses = false
  const again = copies.append(recorded())
  assert.equal(again.copy, false)
  await again.durable
})
