import type { Program } from '@cufflink/contracts'
import {
  type ByteReader,
  type ByteWriter,
  readByte,
  readFixed,
  readVarint,
  reserve,
  unreadable,
  unzigzag,
  writeFixed,
  writeVarint,
  zigzag,
} from '../codec/bytes.ts'
import type { Amendment, InteractionEntry, Mark, Outcome } from './document.ts'

/*
 * The smaller parts of a minutes document.
 *
 * amendment    hash:4  program:1  category  from  until (zigzag ms since startedAt)  recorded  offset
 * interaction  flags:1  startedAt  hash:4  patient  [clinician  endedAt (zigzag ms)  mode:1  recorded  offset]  [voided]
 *   flags      1 recorded · 4 voided;   mode   outcome << 5 | direction << 4 | reached << 2 | mode (outcome 0: not said)
 * voided       recorded  offset;   recorded is zigzag minutes since startedAt
 */
export const programs = [
  'RPM',
  'RTM',
  'CCM',
  'PCM',
  'TCM',
  'BHI',
  'APCM',
] as const satisfies readonly Program[]
const modes = ['phone', 'video', 'in-person'] as const
const directions = ['inbound', 'outbound'] as const
const reachedPerson = ['patient', 'caregiver', 'nobody'] as const
const outcomes = [
  undefined,
  'talked',
  'left-message',
  'no-answer',
  'declined',
  'cut-off',
] as const satisfies readonly (Outcome | undefined)[]
const has = { recorded: 1, voided: 4 } as const
export const MAX_ENTRY_BYTES = 100

export type Target = { readonly writer: ByteWriter; nameAt(name: string): number }
export type Source = { readonly reader: ByteReader; nameAt(): string }

export function writeAmendment(
  { writer: to, nameAt }: Target,
  amendment: Amendment,
  startedAt: number,
): void {
  writeHash(to, amendment.idHash)
  to.bytes[to.length++] = programs.indexOf(amendment.program)
  writeVarint(to, nameAt(amendment.category))
  writeVarint(to, zigzag(amendment.from - startedAt))
  writeVarint(to, zigzag(amendment.until - startedAt))
  writeMark(to, amendment, startedAt)
}

export function readAmendment(from: Source, startedAt: number): Amendment {
  const { reader } = from
  const idHash = readHash(reader)
  const program = pick(reader, programs, readByte(reader))
  const category = from.nameAt()
  const start = startedAt + unzigzag(readVarint(reader))
  const until = startedAt + unzigzag(readVarint(reader))
  return { idHash, program, category, from: start, until, ...readMark(reader, startedAt) }
}

export function writeInteraction(
  { writer: to, nameAt }: Target,
  interaction: InteractionEntry,
  before: number,
): number {
  const { startedAt, recorded, voided } = interaction
  reserve(to, MAX_ENTRY_BYTES)
  to.bytes[to.length++] = (recorded ? has.recorded : 0) | (voided ? has.voided : 0)
  writeVarint(to, startedAt - before)
  writeHash(to, interaction.idHash)
  writeVarint(to, nameAt(interaction.patient))
  if (recorded) {
    writeVarint(to, nameAt(recorded.clinician))
    writeVarint(to, zigzag(recorded.endedAt - startedAt))
    to.bytes[to.length++] =
      (outcomes.indexOf(recorded.outcome) << 5) |
      (directions.indexOf(recorded.direction) << 4) |
      (reachedPerson.indexOf(recorded.reached) << 2) |
      modes.indexOf(recorded.mode)
    writeMark(to, recorded, startedAt)
  }
  if (voided) writeMark(to, voided, startedAt)
  return startedAt
}

export function readInteraction(from: Source, before: number): InteractionEntry {
  const { reader } = from
  const flags = readByte(reader)
  const startedAt = before + readVarint(reader)
  const entry = { startedAt, idHash: readHash(reader), patient: from.nameAt() }
  const recorded = flags & has.recorded ? readConversation(from, startedAt) : undefined
  const voided = flags & has.voided ? readMark(reader, startedAt) : undefined
  return { ...entry, ...(recorded && { recorded }), ...(voided && { voided }) }
}

function readConversation(from: Source, startedAt: number): NonNullable<InteractionEntry['recorded']> {
  const { reader } = from
  const clinician = from.nameAt()
  const endedAt = startedAt + unzigzag(readVarint(reader))
  const packed = readByte(reader)
  const mode = pick(reader, modes, packed & 3)
  const reached = pick(reader, reachedPerson, (packed >>> 2) & 3)
  const direction = pick(reader, directions, (packed >>> 4) & 1)
  if (packed >>> 5 >= outcomes.length) throw unreadable(reader, 'a position is out of range')
  const outcome = outcomes[packed >>> 5]
  const what = outcome === undefined ? {} : { outcome }
  return { clinician, mode, direction, reached, endedAt, ...what, ...readMark(reader, startedAt) }
}

export function writeMark(to: ByteWriter, mark: Mark, startedAt: number): void {
  writeVarint(to, zigzag(mark.recordedMinute - Math.floor(startedAt / 60_000)))
  writeVarint(to, mark.offset)
}

export function readMark(reader: ByteReader, startedAt: number): Mark {
  const recordedMinute = Math.floor(startedAt / 60_000) + unzigzag(readVarint(reader))
  return { recordedMinute, offset: readVarint(reader) }
}

export function writeHash(to: ByteWriter, hash: number): void {
  writeFixed(to, hash & 0xffff, 2)
  writeFixed(to, hash >>> 16, 2)
}

export const readHash = (reader: ByteReader): number => readFixed(reader, 2) + readFixed(reader, 2) * 0x10000

/** A count of things that each take at least one byte. */
export function countOf(reader: ByteReader): number {
  const count = readVarint(reader)
  if (count > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  return count
}

export function pick<Value>(reader: ByteReader, values: readonly Value[], index: number): Value {
  const value = values[index]
  if (value === undefined) throw unreadable(reader, 'a position is out of range')
  return value
}
