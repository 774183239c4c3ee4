import {
  type ByteReader,
  type ByteWriter,
  createWriter,
  readByte,
  readName,
  readVarint,
  reserve,
  take,
  unreadable,
  unzigzag,
  writeName,
  writeVarint,
  zigzag,
} from '../codec/bytes.ts'
import { minuteOf } from '../codec/entries.ts'
import { DAY_S, firstDayOfMonth } from '../time/calendar.ts'
import {
  countOf,
  MAX_ENTRY_BYTES,
  pick,
  programs,
  readAmendment,
  readHash,
  readInteraction,
  readMark,
  type Source,
  type Target,
  writeAmendment,
  writeHash,
  writeInteraction,
  writeMark,
} from './codec-parts.ts'
import type { Amendment, MinutesDocument, Opening, ProofRun, StretchEntry } from './document.ts'
import { compareAmendments, compareInteractions, compareStretches } from './fold.ts'
import { compareRuns, joinRuns } from './proofs.ts'

/*
 * document     version:1  monthIndex  names  name*  stretches  stretch*  interactions  interaction*
 *              every number a varint unless a width is given; names ascend, the rest names them by position
 * stretch      flags:1  startedAt  hash:4  patient  clinician  [opening]  proofs  proof*  amendments  amendment*  [voided]
 *   flags      1 opening · 4 voided · 8 by hand
 *   startedAt  ms since the stretch before, of the first since the month began
 *   opening    program:1  category  recorded  offset  by hand until (zigzag ms since startedAt), of a timer epoch
 *   proof      length << 1 | stopped  epoch (zigzag since the opening's)  lag (zigzag minutes)
 *              from (zigzag minutes since startedAt)  until (ms of its minute)  offset (zigzag since the opening's)
 */
const VERSION = 2
const has = { opening: 1, voided: 4, byHand: 8 } as const

const writer = createWriter()

/** The bytes of a minutes document: the same for equal documents. */
export function encodeMinutes(document: MinutesDocument): Uint8Array {
  const names = namesOf(document)
  const position = new Map(names.map((name, index) => [name, index]))
  const to = { writer, nameAt: (name: string) => position.get(name) ?? 0 }
  writer.length = 0
  reserve(writer, 32)
  writer.bytes[writer.length++] = VERSION
  writeVarint(writer, document.monthIndex)
  writeVarint(writer, names.length)
  for (const name of names) writeName(writer, name)
  const monthStart = monthStartMs(document.monthIndex)
  reserve(writer, 20)
  writeVarint(writer, document.stretches.length)
  document.stretches.reduce((before, stretch) => writeStretch(to, stretch, before), monthStart)
  reserve(writer, 20)
  writeVarint(writer, document.interactions.length)
  document.interactions.reduce((before, interaction) => writeInteraction(to, interaction, before), monthStart)
  return take(writer)
}

const monthStartMs = (monthIndex: number): number => firstDayOfMonth(monthIndex) * DAY_S * 1000

function namesOf(document: MinutesDocument): readonly string[] {
  const names = new Set<string>()
  for (const { patient, clinician, opening, amendments } of document.stretches) {
    names.add(patient).add(clinician)
    if (opening) names.add(opening.category)
    for (const { category } of amendments) names.add(category)
  }
  for (const { patient, recorded } of document.interactions) {
    names.add(patient)
    if (recorded) names.add(recorded.clinician)
  }
  return [...names].toSorted()
}

function writeStretch(target: Target, stretch: StretchEntry, before: number): number {
  const { writer: to, nameAt } = target
  const { startedAt, opening, proofs, amendments, voided } = stretch
  reserve(to, MAX_ENTRY_BYTES * (1 + proofs.length + amendments.length))
  to.bytes[to.length++] =
    (opening ? has.opening : 0) | (voided ? has.voided : 0) | (opening?.byHand ? has.byHand : 0)
  writeVarint(to, startedAt - before)
  writeHash(to, stretch.idHash)
  writeVarint(to, nameAt(stretch.patient))
  writeVarint(to, nameAt(stretch.clinician))
  if (opening) {
    to.bytes[to.length++] = programs.indexOf(opening.program)
    writeVarint(to, nameAt(opening.category))
    writeMark(to, opening, startedAt)
    writeVarint(to, opening.byHand ? zigzag(opening.until - startedAt) : opening.epoch)
  }
  writeVarint(to, proofs.length)
  for (const run of proofs) writeProof(to, run, stretch)
  writeVarint(to, amendments.length)
  for (const amendment of amendments) writeAmendment(target, amendment, startedAt)
  if (voided) writeMark(to, voided, startedAt)
  return startedAt
}

function writeProof(to: ByteWriter, run: ProofRun, { opening, startedAt }: StretchEntry): void {
  writeVarint(to, (run.to - run.from) * 2 + Number(run.stopped))
  writeVarint(to, zigzag(run.epoch - (opening?.epoch ?? 0)))
  writeVarint(to, zigzag(run.lag))
  writeVarint(to, zigzag(run.from - minuteOf(startedAt)))
  writeVarint(to, run.until - (run.to - run.lag) * 60_000)
  writeVarint(to, zigzag(run.offset - (opening?.offset ?? 0)))
}

/**
 * The document of these bytes.
 * @throws {CufflinkError} INTERNAL, with where and why, when the bytes are not exactly what `encodeMinutes` writes, as where another
 *   version wrote them: who follows the partition folds it again
 */
export function decodeMinutes(bytes: Uint8Array): MinutesDocument {
  const reader: ByteReader = { bytes, at: 0 }
  if (readByte(reader) !== VERSION) throw unreadable(reader, 'its version is unknown')
  const monthIndex = readVarint(reader)
  if (monthIndex > 12 * 8000) throw unreadable(reader, 'its month is out of range')
  const names = Array.from({ length: countOf(reader) }, () => readName(reader))
  const from = { reader, nameAt: () => pick(reader, names, readVarint(reader)) }
  const monthStart = monthStartMs(monthIndex)
  const stretches = readList(from, monthStart, readStretch)
  const interactions = readList(from, monthStart, readInteraction)
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on after its end')
  const document = { monthIndex, stretches, interactions }
  if (!isSorted(document)) throw unreadable(reader, 'its entries are out of order')
  if (!sameBytes(encodeMinutes(document), bytes)) throw unreadable(reader, 'it is not in its shortest form')
  return document
}

function readList<Entry extends { readonly startedAt: number }>(
  from: Source,
  monthStart: number,
  read: (from: Source, before: number) => Entry,
): readonly Entry[] {
  const entries: Entry[] = []
  for (let left = countOf(from.reader); left > 0; left -= 1) {
    entries.push(read(from, entries.at(-1)?.startedAt ?? monthStart))
  }
  return entries
}

function readStretch(from: Source, before: number): StretchEntry {
  const { reader } = from
  const flags = readByte(reader)
  const startedAt = before + readVarint(reader)
  const place = { startedAt, idHash: readHash(reader), patient: from.nameAt(), clinician: from.nameAt() }
  const opening = flags & has.opening ? readOpening(from, flags, startedAt) : undefined
  const proofs: ProofRun[] = []
  for (let left = countOf(reader); left > 0; left -= 1) proofs.push(readProof(reader, opening, startedAt))
  const amendments: Amendment[] = []
  for (let left = countOf(reader); left > 0; left -= 1) amendments.push(readAmendment(from, startedAt))
  const voided = flags & has.voided ? readMark(reader, startedAt) : undefined
  return { ...place, ...(opening && { opening }), proofs, amendments, ...(voided && { voided }) }
}

function readOpening(from: Source, flags: number, startedAt: number): Opening {
  const program = pick(from.reader, programs, readByte(from.reader))
  const category = from.nameAt()
  const mark = readMark(from.reader, startedAt)
  const last = readVarint(from.reader)
  return flags & has.byHand
    ? { program, category, byHand: true, epoch: 0, until: startedAt + unzigzag(last), ...mark }
    : { program, category, byHand: false, epoch: last, until: startedAt, ...mark }
}

function readProof(reader: ByteReader, opening: Opening | undefined, startedAt: number): ProofRun {
  const head = readVarint(reader)
  const epoch = (opening?.epoch ?? 0) + unzigzag(readVarint(reader))
  const lag = unzigzag(readVarint(reader))
  const from = minuteOf(startedAt) + unzigzag(readVarint(reader))
  const to = from + Math.floor(head / 2)
  const until = (to - lag) * 60_000 + readVarint(reader)
  const offset = (opening?.offset ?? 0) + unzigzag(readVarint(reader))
  if (minuteOf(until) !== to - lag || epoch < 0 || offset < 0)
    throw unreadable(reader, 'a proof is out of range')
  return { epoch, lag, from, to, until, stopped: head % 2 === 1, offset }
}

function isSorted({ stretches, interactions }: MinutesDocument): boolean {
  return (
    ascends(stretches, compareStretches) &&
    ascends(interactions, compareInteractions) &&
    stretches.every(({ proofs, amendments }) => areRuns(proofs) && ascends(amendments, compareAmendments))
  )
}

/** Sorted, and none that a run before it should have held. */
const areRuns = (proofs: readonly ProofRun[]): boolean =>
  ascends(proofs, compareRuns) && joinRuns([], proofs).length === proofs.length

const ascends = <Held>(entries: readonly Held[], compare: (a: Held, b: Held) => number): boolean =>
  entries.every((entry, index) => {
    const before = entries[index - 1]
    return before === undefined || compare(before, entry) < 0
  })

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])
