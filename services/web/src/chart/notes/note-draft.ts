import type { BodyOf, Prompt } from '@cufflink/contracts'
import { isReviewed } from '../../app/live/read-record.ts'
import { isNumber, isText, listOf, optional, shape } from '../../app/live/shape.ts'
import type { ChartNote, ReviewedReading } from '../parts.ts'
import { readingKey } from '../reading-text.ts'

export const noteParts = ['dataReviewed', 'assessment', 'decision', 'nextStep'] as const
export type NotePart = (typeof noteParts)[number]

export const partNames = {
  dataReviewed: 'Data reviewed',
  assessment: 'Assessment',
  decision: 'Decision or education',
  nextStep: 'Next step',
} as const satisfies Record<NotePart, string>

/** A note as it is being written. With `amends` it will stand in that note's place, for a reason. */
export type NoteDraft = Readonly<Record<NotePart, string>> & {
  readonly category: string
  readonly readings: readonly ReviewedReading[]
  readonly reason: string
  readonly amends?: Pick<ChartNote, 'note' | 'notedAt' | 'version'>
}

export const isNoteDraft = shape<NoteDraft>({
  category: isText,
  readings: listOf(isReviewed),
  dataReviewed: isText,
  assessment: isText,
  decision: isText,
  nextStep: isText,
  reason: isText,
  amends: optional(
    shape<NonNullable<NoteDraft['amends']>>({ note: isText, notedAt: isNumber, version: isNumber }),
  ),
})

export const emptyNote = (category: string): NoteDraft => ({
  category,
  readings: [],
  dataReviewed: '',
  assessment: '',
  decision: '',
  nextStep: '',
  reason: '',
})

export type NoteEvent =
  | { readonly type: 'typed'; readonly part: NotePart | 'reason'; readonly text: string }
  | { readonly type: 'category'; readonly category: string }
  | { readonly type: 'reading'; readonly reading: ReviewedReading }
  | { readonly type: 'readings'; readonly readings: readonly ReviewedReading[]; readonly linked: boolean }
  | { readonly type: 'amend'; readonly note: ChartNote }
  /** The note was amended elsewhere meanwhile; this one will stand in the place of that. */
  | { readonly type: 'accept'; readonly version: number }
  | { readonly type: 'clear' }

export const evolveNote = (draft: NoteDraft, event: NoteEvent): NoteDraft => {
  switch (event.type) {
    case 'typed':
      return { ...draft, [event.part]: event.text }
    case 'category':
      return { ...draft, category: event.category }
    case 'reading': {
      const linked = isLinked(draft, event.reading)
      return { ...draft, readings: withReadings(draft, [event.reading], !linked) }
    }
    case 'readings':
      return { ...draft, readings: withReadings(draft, event.readings, event.linked) }
    case 'amend':
      return amending(event.note)
    case 'accept':
      return draft.amends === undefined
        ? draft
        : { ...draft, amends: { ...draft.amends, version: event.version } }
    case 'clear':
      return emptyNote(draft.category)
  }
}

export const isLinked = ({ readings }: Pick<NoteDraft, 'readings'>, reading: ReviewedReading): boolean =>
  readings.some((one) => readingKey(one) === readingKey(reading))

/** The most a note may link. */
const mostReadings = 200

const withReadings = (
  draft: NoteDraft,
  readings: readonly ReviewedReading[],
  linked: boolean,
): readonly ReviewedReading[] => {
  const named = new Map(readings.map((reading) => [readingKey(reading), reading]))
  const others = draft.readings.filter((one) => !named.has(readingKey(one)))
  return (linked ? [...others, ...named.values()] : others).slice(0, mostReadings)
}

const amending = (note: ChartNote): NoteDraft => {
  const { category, readings, dataReviewed, assessment, decision, nextStep, notedAt, version } = note
  const amends = { note: note.note, notedAt, version }
  return { category, readings, dataReviewed, assessment, decision, nextStep, reason: '', amends }
}

const lacking = {
  dataReviewed: { prompt: 'data-reviewed', text: 'Say which data you reviewed.' },
  assessment: { prompt: 'assessment', text: 'Say what you make of it: stable, better, worse, and why.' },
  decision: { prompt: 'decision', text: 'Say what you decided, or what you taught the patient.' },
  nextStep: { prompt: 'next-step', text: 'Say what happens next, and when.' },
} as const satisfies Record<NotePart, Prompt>

/** What an audit would look for in the note and not find; as the server will see it (`charts/prompts.ts`). */
export const missingIn = (draft: NoteDraft): readonly Prompt[] => [
  ...(draft.readings.length === 0
    ? [{ prompt: 'readings', text: 'Link the readings that you reviewed.' }]
    : []),
  ...noteParts.flatMap((part) => (draft[part].trim() === '' ? [lacking[part]] : [])),
]

/** Whether there is anything in it that closing the form would lose. */
export const isBegun = (draft: NoteDraft): boolean =>
  draft.amends !== undefined || draft.readings.length > 0 || noteParts.some((part) => draft[part] !== '')

export const noteBody = (draft: NoteDraft): BodyOf<'writeNote'> => {
  const { category, readings, dataReviewed, assessment, decision, nextStep } = draft
  return { category, readings: [...readings], dataReviewed, assessment, decision, nextStep }
}
