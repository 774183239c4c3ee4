import { type ErrorCode, failure } from '@cufflink/contracts'
import type { Ledger, LedgerRecord } from '@cufflink/ledger'
import {
  decodeMark,
  EMPTY_MARK,
  encodeMark,
  FOLD,
  type FoldAgain,
  isLastOf,
  LEDGER_MARK,
  type LedgerMark,
  markAfter,
} from './ledger-mark.ts'
import type { Commit, Shard, Views } from './port.ts'

export type FollowedShardOptions = {
  readonly shard: Shard
  readonly ledger: Pick<Ledger, 'startOffsets' | 'endOffsets'>
  readonly views: Pick<Views, 'generation' | 'watermark' | 'load' | 'commit' | 'reset'>
  /** Told when the shard is about to be reset, and why. */
  wasReset(code: ErrorCode): void
}

/**
 * A shard and the ledger partition it is folded from. It sees that the ledger is still the one it was folded from, and by the same fold, before
 * anything is counted on it, and else begins again at 0. `next` is the watermark as far as this process knows; the views decide.
 */
export type FollowedShard = {
  readonly next: number
  /** Why it is being folded again, until that is done. */
  readonly again: FoldAgain | undefined
  /**
   * Reads the watermark. Returns the offset to begin at: one before it, since the record there shows whether the ledger is the same.
   * @throws {CufflinkError} LEDGER_GAP when the ledger no longer holds what is to be folded · VIEWS_NEWER when a newer program folded it
   */
  locate(): Promise<number>
  /** The records that are to be applied; `undefined` when the ledger is another one, and the shard was reset. */
  fresh(records: readonly LedgerRecord[]): Promise<readonly LedgerRecord[] | undefined>
  /** Commits what consecutive records, from `next` on, were folded into. On a mismatch, `locate` says where to go on. */
  commit(
    records: readonly LedgerRecord[],
    folded: Pick<Commit, 'documents' | 'members' | 'changed' | 'late'>,
  ): Promise<'committed' | 'mismatch'>
  /** Forgets the shard, so that it is folded again from 0. @throws {CufflinkError} LEDGER_GAP as `locate` does */
  reset(code: ErrorCode): Promise<void>
}

export function followedShard({ shard, ledger, views, wasReset }: FollowedShardOptions): FollowedShard {
  let mark: LedgerMark = EMPTY_MARK
  /** The generation that the watermark is of. */
  let generation = views.generation
  /** Whether the ledger was seen to hold the last record before the mark. */
  let confirmed = true
  const { topic, partition } = shard
  const offsetOf = async (offsets: Promise<readonly number[]>): Promise<number> =>
    (await offsets)[partition] ?? 0

  /** The watermark with its mark, which someone else may move between two questions, or another generation become live. */
  async function read(): Promise<{ watermark: number; found: LedgerMark | undefined }> {
    generation = views.generation
    const watermark = await views.watermark(shard)
    const [bytes] = await views.load(shard, [LEDGER_MARK])
    const again = await views.watermark(shard)
    return again === watermark && views.generation === generation
      ? { watermark, found: decodeMark(bytes) }
      : read()
  }

  async function locate(): Promise<number> {
    const { watermark, found } = await read()
    if (watermark === 0) {
      await requireWhole()
      // Reset, and nothing committed since.
      mark = mark.again && found === undefined ? { ...EMPTY_MARK, again: mark.again } : EMPTY_MARK
      confirmed = true
      return 0
    }
    mark = { ...EMPTY_MARK, next: watermark }
    if (found !== undefined && found.fold > FOLD)
      throw failure('VIEWS_NEWER', { detail: `It is ${topic}/${partition}.` })
    if (found?.next !== watermark || found.fold < FOLD) return resetAndBegin('VIEWS_UNREADABLE')
    if (watermark > (await offsetOf(ledger.endOffsets(topic)))) return resetAndBegin('VIEWS_AHEAD')
    mark = found
    confirmed = false
    return watermark - 1
  }

  /** What was deleted from the beginning cannot be folded again: the documents that are there are all there is. */
  async function requireWhole(): Promise<void> {
    if ((await offsetOf(ledger.startOffsets(topic))) > 0)
      throw failure('LEDGER_GAP', { detail: `It is ${topic}/${partition}.` })
  }

  async function reset(code: ErrorCode): Promise<void> {
    await requireWhole()
    const until = await offsetOf(ledger.endOffsets(topic))
    // Said first: of a shard that is reset although no answer came in time, it would never be said.
    wasReset(code)
    const { outcome } = await views.reset(shard, mark.next, generation)
    // Another tracker moved it meanwhile: the follower asks again.
    if (outcome === 'mismatch') throw failure('VIEWS_UNAVAILABLE')
    mark = { ...EMPTY_MARK, again: { code, until } }
    confirmed = true
  }

  async function resetAndBegin(code: ErrorCode): Promise<number> {
    await reset(code)
    return 0
  }

  return {
    get next() {
      return mark.next
    },
    get again() {
      return mark.again
    },
    locate,
    reset,
    async fresh(records) {
      if (confirmed) return records
      const from = records.findIndex(({ offset }) => offset >= mark.next - 1)
      if (from < 0) return []
      if (!isLastOf(mark, records[from])) {
        await reset('LEDGER_EXCHANGED')
        return undefined
      }
      confirmed = true
      return records.slice(from + 1)
    },
    async commit(records, folded) {
      const after = markAfter(mark, records)
      const { outcome } = await views.commit(shard, {
        ...folded,
        generation,
        expected: mark.next,
        next: after.next,
        documents: [...folded.documents, { key: LEDGER_MARK, bytes: encodeMark(after) }],
      })
      if (outcome === 'committed') mark = after
      return outcome
    },
  }
}
