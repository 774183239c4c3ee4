import { randomUUID } from 'node:crypto'
import { testKeys } from '@cufflink/testkit'
import { enrol, openEngines, startConsoleOn } from '../console-fixture.ts'
import { folded, nurseOf } from './closing-fixture.ts'
import { lockMany } from './many-locked.ts'

// Verifies and exports evidence that is larger than the memory that this process may use.

const practice = `practice-${randomUUID().slice(0, 8)}`
await using engines = await openEngines(testKeys)
await using console = await startConsoleOn(engines)
await enrol(console, practice)
const biller = await console.person(practice, nurseOf(practice), 'biller')
await lockMany(engines, { practice, rows: 800, bytes: 100_000 })
await folded(engines)
const verified = await biller.call('verifyEvidence', { params: { practice } })
const { body } = await fetch(new URL(`/api/practices/${practice}/evidence`, console.url), {
  headers: { cookie: biller.cookie },
})
let exported = 0
for await (const bytes of body!) exported += bytes.length
process.stdout.write(JSON.stringify({ ...verified, exported }))
