import type { Program } from '@cufflink/contracts'
import {
  type ByteReader,
  type ByteWriter,
  createWriter,
  readByte,
  readFixed,
  readName,
  readVarint,
  reserve,
  take,
  unreadable,
  unzigzag,
  writeFixed,
  writeName,
  writeVarint,
  zigzag,
} from '../codec/bytes.ts'
import { DAY_S, firstDayOfMonth } from '../time/calendar.ts'
import type {
  Amendment,
  InteractionEntry,
  Mark,
  MinutesDocument,
  Opening,
  Proof,
  SessionEntry,
} from './document.ts'
import { compareAmendments, compareInteractions, compareSessions } from './fold.ts'

/*
 * document     version:1  monthIndex  names  name*  sessions  session*  interactions  interaction*
 *              every number a varint unless a width is given; names ascend, the rest names them by position
 * session      flags:1  startedAt  hash:4  patient  clinician  [opening]  [proof]  amendments  amendment*  [voided]
 *   flags      1 opening · 2 proof · 4 voided · 8 by hand · 16 stopped
 *   startedAt  ms since the session before, of the first since the month began
 *   opening    program:1  category  recorded  offset
 *   proof      epoch  until (zigzag ms since startedAt)  offset
 *   amendment  hash:4  program:1  category  from  until (zigzag ms since startedAt)  recorded  offset
 * interaction  flags:1  startedAt  hash:4  patient  [clinician  endedAt (zigzag ms)  mode:1  recorded  offset]  [voided]
 *   flags      1 recorded · 4 voided;   mode   direction << 4 | reached << 2 | mode
 * voided       recorded  offset;   recorded is zigzag minutes since startedAt
 */
const VERSION = 1
const programs = ['RPM', 'RTM', 'CCM', 'PCM', 'TCM', 'BHI', 'APCM'] as const satisfies readonly Program[]
const modes = ['phone', 'video', 'in-person'] as const
const directions = ['inbound', 'outbound'] as const
const reachedWhom = ['patient', 'caregiver', 'nobody'] as const
const has = { opening: 1, proof: 2, voided: 4, byHand: 8, stopped: 16 } as const
const MAX_ENTRY_BYTES = 100

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
  writeVarint(writer, document.sessions.length)
  document.sessions.reduce((before, session) => writeSession(to, session, before), monthStart)
  reserve(writer, 20)
  writeVarint(writer, document.interactions.length)
  document.interactions.reduce((before, interaction) => writeInteraction(to, interaction, before), monthStart)
  return take(writer)
}

const monthStartMs = (monthIndex: number): number => firstDayOfMonth(monthIndex) * DAY_S * 1000

function namesOf(document: MinutesDocument): readonly string[] {
  const names = new Set<string>()
  for (const { patient, clinician, opening, amendments } of document.sessions) {
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

type Target = { readonly writer: ByteWriter; nameAt(name: string): number }

function writeSession({ writer: to, nameAt }: Target, session: SessionEntry, before: number): number {
  const { startedAt, opening, proof, amendments, voided } = session
  reserve(to, MAX_ENTRY_BYTES * (1 + amendments.length))
  to.bytes[to.length++] =
    (opening ? has.opening : 0) |
    (proof ? has.proof : 0) |
    (voided ? has.voided : 0) |
    (opening?.byHand ? has.byHand : 0) |
    (proof?.stopped ? has.stopped : 0)
  writeVarint(to, startedAt - before)
  writeHash(to, session.idHash)
  writeVarint(to, nameAt(session.patient))
  writeVarint(to, nameAt(session.clinician))
  if (opening) {
    to.bytes[to.length++] = programs.indexOf(opening.program)
    writeVarint(to, nameAt(opening.category))
    writeMark(to, opening, startedAt)
  }
  if (proof) {
    writeVarint(to, proof.epoch)
    writeVarint(to, zigzag(proof.until - startedAt))
    writeVarint(to, proof.offset)
  }
  writeVarint(to, amendments.length)
  for (const amendment of amendments) {
    writeHash(to, amendment.idHash)
    to.bytes[to.length++] = programs.indexOf(amendment.program)
    writeVarint(to, nameAt(amendment.category))
    writeVarint(to, zigzag(amendment.from - startedAt))
    writeVarint(to, zigzag(amendment.until - startedAt))
    writeMark(to, amendment, startedAt)
  }
  if (voided) writeMark(to, voided, startedAt)
  return startedAt
}

function writeInteraction(
  { writer: to, nameAt }: Target,
  interaction: InteractionEntry,
  before: number,
): number {
  const { startedAt, recorded, voided } = interaction
  reserve(to, MAX_ENTRY_BYTES)
  to.bytes[to.length++] = (recorded ? has.opening : 0) | (voided ? has.voided : 0)
  writeVarint(to, startedAt - before)
  writeHash(to, interaction.idHash)
  writeVarint(to, nameAt(interaction.patient))
  if (recorded) {
    writeVarint(to, nameAt(recorded.clinician))
    writeVarint(to, zigzag(recorded.endedAt - startedAt))
    to.bytes[to.length++] =
      (directions.indexOf(recorded.direction) << 4) |
      (reachedWhom.indexOf(recorded.reached) << 2) |
      modes.indexOf(recorded.mode)
    writeMark(to, recorded, startedAt)
  }
  if (voided) writeMark(to, voided, startedAt)
  return startedAt
}

function writeHash(to: ByteWriter, hash: number): void {
  writeFixed(to, hash & 0xffff, 2)
  writeFixed(to, hash >>> 16, 2)
}

function writeMark(to: ByteWriter, mark: Mark, startedAt: number): void {
  writeVarint(to, zigzag(mark.recordedMinute - Math.floor(startedAt / 60_000)))
  writeVarint(to, mark.offset)
}

/**
 * The document of these bytes.
 * @throws {CufflinkError} INTERNAL, with where and why, when the bytes are not exactly what `encodeMinutes` writes
 */
export function decodeMinutes(bytes: Uint8Array): MinutesDocument {
  const reader: ByteReader = { bytes, at: 0 }
  if (readByte(reader) !== VERSION) throw unreadable(reader, 'its version is unknown')
  const monthIndex = readVarint(reader)
  if (monthIndex > 12 * 8000) throw unreadable(reader, 'its month is out of range')
  const names = Array.from({ length: countOf(reader) }, () => readName(reader))
  const from = { reader, nameAt: () => pick(reader, names, readVarint(reader)) }
  const monthStart = monthStartMs(monthIndex)
  const sessions = readList(from, monthStart, readSession)
  const interactions = readList(from, monthStart, readInteraction)
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on after its end')
  const sorted =
    ascends(sessions, compareSessions) &&
    ascends(interactions, compareInteractions) &&
    sessions.every(({ amendments }) => ascends(amendments, compareAmendments))
  if (!sorted) throw unreadable(reader, 'its entries are out of order')
  const document = { monthIndex, sessions, interactions }
  if (!sameBytes(encodeMinutes(document), bytes)) throw unreadable(reader, 'it is not in its shortest form')
  return document
}

type Source = { readonly reader: ByteReader; nameAt(): string }

/** A count of things that each take at least one byte. */
function countOf(reader: ByteReader): number {
  const count = readVarint(reader)
  if (count > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  return count
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

function readSession(from: Source, before: number): SessionEntry {
  const { reader } = from
  const flags = readByte(reader)
  if (flags > 31) throw unreadable(reader, 'a flag is unknown')
  const startedAt = before + readVarint(reader)
  const idHash = readHash(reader)
  const patient = from.nameAt()
  const clinician = from.nameAt()
  const opening = flags & has.opening ? readOpening(from, flags, startedAt) : undefined
  const proof = flags & has.proof ? readProof(reader, flags, startedAt) : undefined
  const amendments: Amendment[] = []
  for (let left = countOf(reader); left > 0; left -= 1) amendments.push(readAmendment(from, startedAt))
  const voided = flags & has.voided ? readMark(reader, startedAt) : undefined
  return {
    startedAt,
    idHash,
    patient,
    clinician,
    ...(opening && { opening }),
    ...(proof && { proof }),
    amendments,
    ...(voided && { voided }),
  }
}

function readOpening(from: Source, flags: number, startedAt: number): Opening {
  const program = pick(from.reader, programs, readByte(from.reader))
  const category = from.nameAt()
  return { program, category, byHand: (flags & has.byHand) !== 0, ...readMark(from.reader, startedAt) }
}

function readProof(reader: ByteReader, flags: number, startedAt: number): Proof {
  const epoch = readVarint(reader)
  const until = startedAt + unzigzag(readVarint(reader))
  return { epoch, until, stopped: (flags & has.stopped) !== 0, offset: readVarint(reader) }
}

function readAmendment(from: Source, startedAt: number): Amendment {
  const { reader } = from
  const idHash = readHash(reader)
  const program = pick(reader, programs, readByte(reader))
  const category = from.nameAt()
  const start = startedAt + unzigzag(readVarint(reader))
  const until = startedAt + unzigzag(readVarint(reader))
  return { idHash, program, category, from: start, until, ...readMark(reader, startedAt) }
}

function readInteraction(from: Source, before: number): InteractionEntry {
  const { reader } = from
  const flags = readByte(reader)
  const startedAt = before + readVarint(reader)
  const entry = { startedAt, idHash: readHash(reader), patient: from.nameAt() }
  const recorded = flags & has.opening ? readConversation(from, startedAt) : undefined
  const voided = flags & has.voided ? readMark(reader, startedAt) : undefined
  return { ...entry, ...(recorded && { recorded }), ...(voided && { voided }) }
}

function readConversation(from: Source, startedAt: number): NonNullable<InteractionEntry['recorded']> {
  const { reader } = from
  const clinician = from.nameAt()
  const endedAt = startedAt + unzigzag(readVarint(reader))
  const packed = readByte(reader)
  const mode = pick(reader, modes, packed & 3)
  const reached = pick(reader, reachedWhom, (packed >>> 2) & 3)
  const direction = pick(reader, directions, packed >>> 4)
  return { clinician, mode, direction, reached, endedAt, ...readMark(reader, startedAt) }
}

function readMark(reader: ByteReader, startedAt: number): Mark {
  const recordedMinute = Math.floor(startedAt / 60_000) + unzigzag(readVarint(reader))
  return { recordedMinute, offset: readVarint(reader) }
}

const readHash = (reader: ByteReader): number => readFixed(reader, 2) + readFixed(reader, 2) * 0x10000

function pick<Value>(reader: ByteReader, values: readonly Value[], index: number): Value {
  const value = values[index]
  if (value === undefined) throw unreadable(reader, 'a position is out of range')
  return value
}

const ascends = <Held>(entries: readonly Held[], compare: (a: Held, b: Held) => number): boolean =>
  entries.every((entry, index) => {
    const before = entries[index - 1]
    return before === undefined || compare(before, entry) < 0
  })

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])
