import type { Program } from '@cufflink/contracts'
import type { Amendment, Mark, MinutesDocument, SessionEntry } from './document.ts'

/** One stretch of time as it is known at an instant: amended, or as it was; ms, `end` exclusive. */
export type Session = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly clinician: string
  readonly program: Program
  readonly category: string
  readonly start: number
  readonly end: number
  readonly byHand: boolean
  readonly epoch: number
  /** Of the fact that says so: the latest amendment, else the opening. */
  readonly offset: number
  /** What of it was known: all its offsets. */
  readonly entry: SessionEntry
}

/** Why a stretch, or a part of it, adds nothing. */
export type Deduction =
  | 'VOIDED'
  | 'NOT_POSITIVE'
  | 'IN_THE_FUTURE'
  | 'OVER_24_H'
  | 'OLD_LEASE'
  | 'STAFF_OVERLAP'
  | 'OTHER_PROGRAM'
  | 'CREDITED_TO_OTHER'
  | 'CATEGORY_NEVER_COUNTS'
  | 'CREDENTIAL_NEVER_COUNTS'
  | 'EM_DAY'

const DAY_MS = 86_400_000

export type Resolved = {
  readonly sessions: readonly Session[]
  readonly refused: readonly { readonly session: Session; readonly why: Deduction }[]
}

/** The stretches known at `asOf` (epoch ms); what is zero, negative, in the future or over 24 hours is refused. */
export function resolveSessions(documents: readonly MinutesDocument[], asOf: number): Resolved {
  const sessions: Session[] = []
  const refused: { session: Session; why: Deduction }[] = []
  for (const document of documents) {
    for (const entry of document.sessions) {
      const resolved = resolve(entry, asOf)
      if (resolved === undefined) continue
      const why = refusal(resolved)
      if (why === undefined) sessions.push(resolved.session)
      else refused.push({ session: resolved.session, why })
    }
  }
  return { sessions, refused }
}

type Known = { readonly session: Session; readonly knownAt: number }

/** The entry without what was written after `asOf`; undefined while its beginning is not known. */
function asKnown(entry: SessionEntry, asOf: number): SessionEntry | undefined {
  const known = ({ recordedMinute }: Mark): boolean => recordedMinute * 60_000 <= asOf
  const { opening, voided, amendments, ...rest } = entry
  if (opening === undefined || !known(opening)) return undefined
  return {
    ...rest,
    opening,
    amendments: amendments.filter(known),
    ...(voided && known(voided) && { voided }),
  }
}

/** `knownAt` is the last ms of the minute in which it was written: nobody can have worked later than that. */
function resolve(whole: SessionEntry, asOf: number): Known | undefined {
  const entry = asKnown(whole, asOf)
  if (entry?.opening === undefined) return undefined
  const { opening, proof, startedAt, idHash, patient, clinician } = entry
  const amendment = entry.amendments.reduce<Amendment | undefined>(
    (latest, next) => (latest === undefined || next.offset > latest.offset ? next : latest),
    undefined,
  )
  const { program, category, recordedMinute, offset } = amendment ?? opening
  const byHand = opening.byHand || amendment !== undefined
  const until = proof?.until ?? startedAt
  const session = {
    startedAt,
    idHash,
    patient,
    clinician,
    program,
    category,
    start: amendment?.from ?? startedAt,
    // a running timer is known up to the instant that is asked about
    end: amendment?.until ?? (opening.byHand ? until : Math.min(until, asOf)),
    byHand,
    epoch: byHand ? 0 : (proof?.epoch ?? 0),
    offset,
    entry,
  }
  return { session, knownAt: byHand ? recordedMinute * 60_000 + 59_999 : asOf }
}

function refusal({ session, knownAt }: Known): Deduction | undefined {
  if (session.entry.voided !== undefined) return 'VOIDED'
  if (session.end <= session.start) return 'NOT_POSITIVE'
  if (session.end - session.start > DAY_MS) return 'OVER_24_H'
  if (session.end > knownAt) return 'IN_THE_FUTURE'
  return undefined
}

/** The order in which stretches claim their time: the first started, then the first on the ledger. */
export const firstStarted = (a: Session, b: Session): number =>
  a.start - b.start || a.offset - b.offset || a.startedAt - b.startedAt || a.idHash - b.idHash
