import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FactOf, ReadingFact } from '@cufflink/contracts'
import type { LedgerRecord } from '@cufflink/ledger'
import { overlaid } from '@cufflink/testkit'
import { type DocumentWrite, decodeMark, LEDGER_MARK, openSqliteViews, type Views } from '@cufflink/views'

export const AT = Date.UTC(2026, 9, 1, 12)
const DAY_MS = 86_400_000

/** An invented reading of a patient of practice `t`; the same number is the same reading. */
export const recorded = (number: number, patient = 'p-1'): FactOf<'reading.recorded'> => ({
  id: `reading-${number}`,
  type: 'reading.recorded',
  v: 1,
  tenant: 't',
  at: AT,
  by: 'device:cuff',
  data: {
    patient,
    reading: {
      device: 'cuff',
      measuredAt: AT + number * DAY_MS,
      gatewayReceivedAt: AT + number * DAY_MS,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
})

export const retracted = (number: number, patient = 'p-1'): FactOf<'reading.retracted'> => ({
  id: `retraction-${number}`,
  type: 'reading.retracted',
  v: 1,
  tenant: 't',
  at: AT,
  by: 'user:tester',
  data: {
    patient,
    device: 'cuff',
    measuredAt: AT + number * DAY_MS,
    readingId: `reading-${number}`,
    reason: 'a test',
  },
})

/** Records of one partition, from an offset on. */
export const records = (facts: readonly (ReadingFact | string)[], from = 0): LedgerRecord[] =>
  facts.map((fact, index) => ({
    topic: 'readings',
    partition: 0,
    offset: from + index,
    key: typeof fact === 'string' ? 't/p-1' : `t/${fact.data.patient}`,
    text: typeof fact === 'string' ? fact : JSON.stringify(fact),
  }))

/** What a tracker asks of a ledger whose partition holds so many facts. */
export const ledgerOf = (end: number) => ({
  startOffsets: async () => [0],
  endOffsets: async () => [end],
})

/** Bytes of a ledger mark, as a program wrote them whose fold has a number so much higher. */
export const ofOtherFold = (bytes: Uint8Array, more: number): Uint8Array => {
  const mark = decodeMark(bytes)!
  return new TextEncoder().encode(JSON.stringify({ ...mark, fold: mark.fold + more }))
}

/** Views as a program sees and writes them whose fold has the next number. */
export function viewsOfNextFold(views: Views): Views {
  const written = ({ key, bytes }: DocumentWrite): DocumentWrite => ({
    key,
    bytes: key === LEDGER_MARK ? ofOtherFold(bytes, 1) : bytes,
  })
  return overlaid(views, {
    load: async (shard, keys) =>
      (await views.load(shard, keys)).map((bytes, index) =>
        bytes !== undefined && keys[index] === LEDGER_MARK ? ofOtherFold(bytes, -1) : bytes,
      ),
    commit: (shard, commit) => views.commit(shard, { ...commit, documents: commit.documents.map(written) }),
  })
}

/** Views on a file of their own, which goes with them. */
export async function temporaryViews() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-tracker-'))
  const views = await openSqliteViews({ path: join(folder.path, 'views.db') })
  return Object.assign(views, {
    async [Symbol.asyncDispose]() {
      await views.close()
      folder.remove()
    },
  })
}
