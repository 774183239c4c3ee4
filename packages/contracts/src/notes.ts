import { Type } from 'typebox'
import { DeviceId, InstantMs, Reason, Slug, strict, typedText } from './primitives.ts'

const TEXT_LENGTH = 4_000
const Text = Type.String({ maxLength: TEXT_LENGTH })

/** A reading that was looked at: the device and when it measured; `offset` is its place on its partition of `readings`. */
export const ReviewedReading = Type.Object(
  { device: DeviceId, measuredAt: InstantMs, offset: Type.Integer({ minimum: 0 }) },
  strict,
)

/** What an audit looks for in a note; a text that is empty is missing. */
export const noteContent = {
  category: Slug,
  readings: Type.Array(ReviewedReading, { maxItems: 200 }),
  dataReviewed: Text,
  assessment: Text,
  decision: Text,
  nextStep: Text,
}

const Typed = typedText(TEXT_LENGTH)
/** The same in a request. */
export const typedNote = {
  ...noteContent,
  dataReviewed: Typed,
  assessment: Typed,
  decision: Typed,
  nextStep: Typed,
}

const note = { patient: Slug, clinician: Slug, note: Slug, notedAt: InstantMs }

/** `note.written`, version 1: data reviewed, assessment, decision or education, next step. `notedAt` says which month it is of. */
export const NoteWritten = Type.Object(
  { ...note, ...noteContent },
  { ...strict, description: 'A clinical note.' },
)

/** `note.amended`, version 1: the note reads like this from now on; what it was stays on the ledger. */
export const NoteAmended = Type.Object(
  { ...note, ...noteContent, reason: Reason },
  { ...strict, description: 'A clinical note, amended.' },
)
