import { hash32 } from '../codec/entries.ts'
import type { MinutesDocument, SessionEntry } from './document.ts'

/**
 * The version of a stretch, for an amendment that must not overwrite another: the highest ledger offset among its
 * opening, its amendments and its void. A proof of presence makes no version. -1 while only proofs are known.
 */
export const versionOf = ({ opening, amendments, voided }: SessionEntry): number =>
  Math.max(opening?.offset ?? -1, voided?.offset ?? -1, ...amendments.map((amendment) => amendment.offset))

/** The stretch of this id that was first written as begun at `startedAt` (epoch ms), in any months and parts. */
export function findSession(
  documents: readonly MinutesDocument[],
  session: string,
  startedAt: number,
): SessionEntry | undefined {
  const idHash = hash32(session)
  return documents
    .flatMap(({ sessions }) => sessions)
    .find((entry) => entry.startedAt === startedAt && entry.idHash === idHash)
}

/**
 * Whether a timer runs, as far as the ledger says: it was started, its end was not said, and nobody has since amended
 * or voided the stretch. Time by hand never runs. An orphan, whose console server died, runs until a server that sees
 * its lease expire says its end.
 */
export const isRunning = ({ opening, proof, amendments, voided }: SessionEntry): boolean =>
  opening !== undefined &&
  !opening.byHand &&
  proof?.stopped !== true &&
  amendments.length === 0 &&
  voided === undefined
