import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { overlaid, type SignedInPerson } from '@cufflink/testkit'
import { type Engines, enrol, openEngines, type RunningConsole, startConsoleOn } from '../console-fixture.ts'
import { nurseOf } from './closing-fixture.ts'
import { lockMany } from './many-locked.ts'

const practice = 'riverside'
const ROWS = 400
/** More than sockets and streams hold between the console and a person who reads nothing. */
const BYTES = 100_000
const params = { practice }

let engines: Engines
let console: RunningConsole
let bo: SignedInPerson
/** Told of each record that is read, and when a scan ends. */
let reading = { read: 0, ended: Promise.withResolvers<void>(), untilAborted: false }
const begin = (untilAborted = false): typeof reading => {
  reading = { read: 0, ended: Promise.withResolvers(), untilAborted }
  return reading
}

const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve))

before(async () => {
  engines = await openEngines()
  const { ledger } = engines
  const watched = overlaid(ledger, {
    async *readAt(topic, places, signal) {
      const own = reading
      try {
        for await (const record of ledger.readAt(topic, places, signal)) {
          own.read += 1
          if (own.untilAborted && own.read === ROWS / 4) await aborted(signal)
          yield record
        }
      } finally {
        own.ended.resolve()
      }
    },
  })
  console = await startConsoleOn(engines, { ledger: watched })
  await enrol(console, practice, 'p-1')
  bo = await console.person(practice, nurseOf(practice), 'biller')
  await lockMany(engines, { practice, rows: ROWS, bytes: BYTES })
  // Of another practice, and beside it.
  await enrol(console, 'hillside')
  await lockMany(engines, { practice: 'hillside', rows: 20, bytes: 10 })
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

test('verifying and exporting read the rows of the practice, and no other record of the ledger', async () => {
  begin()
  assert.deepEqual(await bo.call('verifyEvidence', { params }), { closings: 1, lines: ROWS, faults: [] })
  assert.equal(reading.read, ROWS)
  begin()
  const lines = (await bo.call('exportEvidence', { params })).trim().split('\n')
  assert.equal(reading.read, ROWS)
  const parsed = lines.map((text) => JSON.parse(text) as { type: string; data: { sequence?: number } })
  assert.deepEqual(
    parsed.map(({ type, data }) => `${type} ${data.sequence ?? ''}`),
    [...Array.from({ length: ROWS }, (_, index) => `claim.locked ${index + 1}`), 'month.closed '],
  )
})

test('an export that no one takes any more ends, and reads no further than what lies on the way', async () => {
  const { ended } = begin()
  const cancelling = new AbortController()
  const { body } = await fetch(new URL(`/api/practices/${practice}/evidence`, console.url), {
    headers: { cookie: bo.cookie },
    signal: cancelling.signal,
  })
  await body!.getReader().read()
  cancelling.abort()
  await ended.promise
  assert.ok(reading.read < ROWS, `${reading.read} rows were read`)
})

test('a verification ends when the person who asked goes away', async () => {
  const { ended } = begin(true)
  const cancelling = new AbortController()
  const asked = fetch(new URL(`/api/practices/${practice}/evidence/verification`, console.url), {
    headers: { cookie: bo.cookie },
    signal: cancelling.signal,
  })
  while (reading.read < ROWS / 4) await new Promise((next) => setImmediate(next))
  cancelling.abort()
  await assert.rejects(asked, { name: 'AbortError' })
  await ended.promise
  assert.ok(reading.read < ROWS, `${reading.read} rows were read`)
})

test('evidence that is larger than the memory there is can be verified and exported', async () => {
  const script = fileURLToPath(new URL('evidence-memory.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=64', script])
  const { exported, ...verified } = JSON.parse(stdout) as { exported: number }
  assert.deepEqual(verified, { closings: 1, lines: 800, faults: [] })
  assert.ok(exported > 80_000_000)
})
