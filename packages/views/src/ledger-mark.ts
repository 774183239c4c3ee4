import type { ErrorCode } from '@cufflink/contracts'
import { EMPTY_HEAD, headAfter, type LedgerRecord } from '@cufflink/ledger'

/**
 * What a follower remembers of the ledger it folded: a document of its shard, written with the watermark. The heads are of the chain
 * over every record from offset 0; from `before` and the last record anybody can make `head` again.
 */
export type LedgerMark = {
  /** The number of the fold that all of the shard's documents are of; 0 of marks that say none. */
  readonly fold: number
  readonly next: number
  /** The head without the last record. */
  readonly before: string
  readonly head: string
  /** While the shard is folded again: why, and the offset at which that is done. */
  readonly again?: FoldAgain
}

export type FoldAgain = { readonly code: ErrorCode; readonly until: number }

/** The key of the document in its shard. */
export const LEDGER_MARK = 'ledger-mark'
/**
 * The number of this program's folds, of every topic and follower. Raised with each change of what a fold writes or of how a document is
 * encoded: a shard of an older number is folded again from the ledger, one of a newer number is left to newer programs (ADR 17).
 */
export const FOLD = 2
export const EMPTY_MARK: LedgerMark = { fold: FOLD, next: 0, before: EMPTY_HEAD, head: EMPTY_HEAD }

/** The mark after consecutive records, of which there is at least one. */
export function markAfter(mark: LedgerMark, records: readonly LedgerRecord[]): LedgerMark {
  const next = records.at(-1)!.offset + 1
  let { before, head } = mark
  for (const record of records) {
    before = head
    head = headAfter(before, record)
  }
  return {
    fold: mark.fold,
    next,
    before,
    head,
    ...(mark.again && next < mark.again.until && { again: mark.again }),
  }
}

/** Whether a record is the last one before the mark. */
export const isLastOf = ({ next, before, head }: LedgerMark, record: LedgerRecord | undefined): boolean =>
  record?.offset === next - 1 && headAfter(before, record) === head

export const encodeMark = (mark: LedgerMark): Uint8Array => new TextEncoder().encode(JSON.stringify(mark))

/** `undefined` of bytes that are none. */
export function decodeMark(bytes: Uint8Array | undefined): LedgerMark | undefined {
  if (bytes === undefined) return undefined
  try {
    const mark = JSON.parse(new TextDecoder().decode(bytes)) as Partial<LedgerMark>
    const { fold = 0, next, before, head } = mark
    return typeof fold === 'number' &&
      typeof next === 'number' &&
      typeof before === 'string' &&
      typeof head === 'string'
      ? { ...(mark as LedgerMark), fold }
      : undefined
  } catch {
    return undefined
  }
}
