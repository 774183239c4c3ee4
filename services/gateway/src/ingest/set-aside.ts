import { setTimeout as sleep } from 'node:timers/promises'
import { type Ledger, readableFact } from '@cufflink/ledger'
import type { ParkedAt } from './waiting.ts'

/** Records that are read at once: some 10 ms. */
const CHUNK = 5_000
const RETRY_MS = 1_000

export type SetAsideOptions = {
  readonly ledger: Pick<Ledger, 'partitionOf' | 'endOffsets' | 'read'>
  /** Places a reading; true when it need not be looked at again, for it is placed or waits in memory. */
  place(fact: ParkedAt['fact']): boolean
}

/** Parked readings that are on the ledger only; of each device it is known where the first of them lies. */
export type SetAside = {
  has(device: string): boolean
  add(device: string, offset: number): void
  /** Reads those of a device again and places what is somebody's by now; the rest stays. One device after the other. */
  look(device: string): Promise<void>
  close(): void
}

export function createSetAside({ ledger, place }: SetAsideOptions): SetAside {
  const firsts = new Map<string, number>()
  const closing = new AbortController()
  let looking = Promise.resolve()

  function add(device: string, offset: number): void {
    firsts.set(device, Math.min(offset, firsts.get(device) ?? offset))
  }

  async function look(device: string): Promise<void> {
    const from = firsts.get(device)
    if (from === undefined) return
    // What is set aside meanwhile is added again.
    firsts.delete(device)
    try {
      for (const { fact, offset } of await unplaced(device, from)) if (!place(fact)) add(device, offset)
    } catch {
      add(device, from)
      await sleep(RETRY_MS, undefined, { signal: closing.signal }).then(
        () => look(device),
        () => undefined,
      )
    }
  }

  async function unplaced(device: string, from: number): Promise<readonly ParkedAt[]> {
    const partition = ledger.partitionOf(device)
    const end = (await ledger.endOffsets('unassigned'))[partition] ?? 0
    const found = new Map<string, ParkedAt>()
    for (let next = from; next < end; ) {
      closing.signal.throwIfAborted()
      const records = await ledger.read('unassigned', partition, next, Math.min(CHUNK, end - next))
      for (const { key, text, offset } of records) {
        const fact = key === device ? readableFact(text) : undefined
        if (fact?.type === 'reading.parked') found.getOrInsert(fact.id, { fact, offset })
        if (fact?.type === 'reading.placed') found.delete(fact.data.readingId)
      }
      next = (records.at(-1)?.offset ?? end) + 1
      // Devices are answered in between.
      await new Promise(setImmediate)
    }
    return [...found.values()]
  }

  return {
    has: (device) => firsts.has(device),
    add,
    look(device) {
      looking = looking.then(() => look(device))
      return looking
    },
    close: () => closing.abort(),
  }
}
