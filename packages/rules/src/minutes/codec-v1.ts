import { type ByteReader, readByte, readVarint, unreadable, unzigzag } from '../codec/bytes.ts'
import { minuteOf } from '../codec/entries.ts'
import { countOf, pick, programs, readAmendment, readHash, readMark, type Source } from './codec-parts.ts'
import type { Amendment, Opening, ProofRun, SessionEntry } from './document.ts'

/*
 * Version 1, which is only read. It kept of all proofs the latest, without when it was written: it is taken to have been
 * written at once. The lease under which a timer was started was not kept: it is taken to be that of the latest proof.
 *
 * session      flags:1  startedAt  hash:4  patient  clinician  [opening]  [proof]  amendments  amendment*  [voided]
 *   flags      1 opening · 2 proof · 4 voided · 8 by hand · 16 stopped
 *   opening    program:1  category  recorded  offset
 *   proof      epoch  until (zigzag ms since startedAt)  offset
 */
const has = { opening: 1, proof: 2, voided: 4, byHand: 8, stopped: 16 } as const

type Proof = {
  readonly epoch: number
  readonly until: number
  readonly stopped: boolean
  readonly offset: number
}

export function readSessionV1(from: Source, before: number): SessionEntry {
  const { reader } = from
  const flags = readByte(reader)
  if (flags > 31) throw unreadable(reader, 'a flag is unknown')
  const startedAt = before + readVarint(reader)
  const place = { startedAt, idHash: readHash(reader), patient: from.nameAt(), clinician: from.nameAt() }
  const begun = flags & has.opening ? readOpening(from, startedAt) : undefined
  const proof = flags & has.proof ? readProof(reader, startedAt) : undefined
  const amendments: Amendment[] = []
  for (let left = countOf(reader); left > 0; left -= 1) amendments.push(readAmendment(from, startedAt))
  const voided = flags & has.voided ? readMark(reader, startedAt) : undefined
  const byHand = (flags & has.byHand) !== 0
  const opening = begun && {
    ...begun,
    byHand,
    epoch: byHand ? 0 : (proof?.epoch ?? 0),
    until: byHand ? (proof?.until ?? startedAt) : startedAt,
  }
  const latest = proof && { ...proof, stopped: (flags & has.stopped) !== 0 }
  const proofs = latest && !byHand && latest.offset !== opening?.offset ? [runOf(latest)] : []
  return { ...place, ...(opening && { opening }), proofs, amendments, ...(voided && { voided }) }
}

function runOf({ epoch, until, stopped, offset }: Proof): ProofRun {
  const minute = minuteOf(until)
  return { epoch, lag: 0, from: minute, to: minute, until, stopped, offset }
}

function readOpening(from: Source, startedAt: number): Omit<Opening, 'byHand' | 'epoch' | 'until'> {
  const program = pick(from.reader, programs, readByte(from.reader))
  const category = from.nameAt()
  return { program, category, ...readMark(from.reader, startedAt) }
}

function readProof(reader: ByteReader, startedAt: number): Omit<Proof, 'stopped'> {
  const epoch = readVarint(reader)
  const until = startedAt + unzigzag(readVarint(reader))
  return { epoch, until, offset: readVarint(reader) }
}
