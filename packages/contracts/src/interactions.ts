import { type Static, Type } from 'typebox'
import { InstantMs, Name, Reason, Slug, strict } from './primitives.ts'

const Reached = Type.Enum(['patient', 'caregiver', 'nobody'])

const conversation = {
  patient: Slug,
  clinician: Slug,
  interaction: Slug,
  startedAt: InstantMs,
  endedAt: InstantMs,
  mode: Type.Enum(['phone', 'video', 'in-person']),
  direction: Type.Enum(['inbound', 'outbound']),
  reached: Reached,
}

/** `interaction.recorded`, version 1: a conversation, or the attempt of one. */
export const InteractionRecorded = Type.Object(conversation, {
  ...strict,
  description: 'A conversation, or the attempt of one.',
})

/** Who spoke for the patient. */
export const Caregiver = Type.Object(
  { name: Name, relation: Type.String({ minLength: 1, maxLength: 60 }) },
  strict,
)
export const Outcome = Type.Enum(['talked', 'left-message', 'no-answer', 'declined', 'cut-off'])

const ofSomebody = ['talked', 'cut-off', 'declined'] as const
/** What may have come of it, by the person who was reached, who may refuse; and a line may break in the midst of it. */
export const outcomesOf: Readonly<Record<Static<typeof Reached>, readonly Static<typeof Outcome>[]>> = {
  patient: ofSomebody,
  caregiver: ofSomebody,
  nobody: ['no-answer', 'left-message', 'declined', 'cut-off'],
}

/** Version 2 says what came of it and, of a caregiver, who that was. An attempt is kept and counts for nothing. */
export const InteractionRecordedV2 = Type.Object(
  { ...conversation, outcome: Outcome, caregiver: Type.Optional(Caregiver) },
  { ...strict, description: 'A conversation, or the attempt of one, with who was reached and its outcome.' },
)

/** `interaction.voided`, version 1: the conversation does not count. It stays on the ledger. */
export const InteractionVoided = Type.Object(
  { patient: Slug, interaction: Slug, startedAt: InstantMs, reason: Reason },
  { ...strict, description: 'A conversation that does not count.' },
)
