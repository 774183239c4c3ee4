import { hash32, minuteOf } from '../codec/entries.ts'
import type { MinutesDocument, StretchEntry } from './document.ts'
import { provenAt } from './proofs.ts'

/**
 * The version of a stretch, for an amendment that must not overwrite another: the highest ledger offset among its
 * opening, its amendments and its void. A proof of presence makes no version. -1 while only proofs are known.
 */
export const versionOf = ({ opening, amendments, voided }: StretchEntry): number =>
  Math.max(opening?.offset ?? -1, voided?.offset ?? -1, ...amendments.map((amendment) => amendment.offset))

/** The stretch of this id that was first written as begun at `startedAt` (epoch ms), in any months and parts. */
export function findStretch(
  documents: readonly MinutesDocument[],
  session: string,
  startedAt: number,
): StretchEntry | undefined {
  const idHash = hash32(session)
  return documents
    .flatMap(({ stretches }) => stretches)
    .find((entry) => entry.startedAt === startedAt && entry.idHash === idHash)
}

/** The entry without what was written after `asOf` (epoch ms); undefined while its beginning is not known. */
export function asKnown(entry: StretchEntry, asOf: number): StretchEntry | undefined {
  const minute = minuteOf(asOf)
  const known = ({ recordedMinute }: { readonly recordedMinute: number }): boolean => recordedMinute <= minute
  const { opening, voided, amendments, proofs, ...rest } = entry
  if (opening === undefined || !known(opening)) return undefined
  return {
    ...rest,
    opening,
    proofs: proofs.filter(({ from }) => from <= minute),
    amendments: amendments.filter(known),
    ...(voided && known(voided) && { voided }),
  }
}

/**
 * Whether a timer runs, as far as the ledger says at `asOf` (epoch ms): it was started, its end was not said, and no one
 * has since amended or voided the stretch. Time by hand never runs. An orphan, whose console server died, runs until a
 * server that sees its lease expire says its end.
 */
export function isRunning(entry: StretchEntry, asOf: number = Number.POSITIVE_INFINITY): boolean {
  const known = asKnown(entry, asOf)
  if (known === undefined || known.voided !== undefined || known.amendments.length > 0) return false
  return provenAt(known, minuteOf(asOf))?.stopped === false
}

/** The last proof of presence in a stretch, as far as the ledger knows; its beginning while there is none. Epoch ms. */
export const provenUntil = (entry: StretchEntry): number => provenAt(entry)?.until ?? entry.startedAt
