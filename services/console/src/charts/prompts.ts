import { tallyMonth } from '@cufflink/billing'
import type { ReadChart } from '@cufflink/charts'
import type { FactOf, Prompt } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { localDate } from '@cufflink/folds'

/** A note as it reads now. */
export type StandingNote = {
  readonly data: FactOf<'note.written'>['data']
  /** Of the fact that says so. */
  readonly id: string
  readonly offset: number
  readonly amendments: number
}

/** The notes of a record as they read now, by when they were noted. */
export function standingNotes(records: FactList): readonly StandingNote[] {
  const notes = new Map<string, StandingNote>()
  for (const { fact, offset } of records) {
    if (fact.type !== 'note.written' && fact.type !== 'note.amended') continue
    const { note } = fact.data
    const amendments = fact.type === 'note.amended' ? (notes.get(note)?.amendments ?? 0) + 1 : 0
    notes.set(note, { data: fact.data, id: fact.id, offset, amendments })
  }
  return [...notes.values()].toSorted((a, b) => a.data.notedAt - b.data.notedAt)
}

const parts = {
  dataReviewed: { prompt: 'data-reviewed', text: 'Say which data you reviewed.' },
  assessment: { prompt: 'assessment', text: 'Say what you make of it: stable, better, worse, and why.' },
  decision: { prompt: 'decision', text: 'Say what you decided, or what you taught the patient.' },
  nextStep: { prompt: 'next-step', text: 'Say what happens next, and when.' },
} as const

/** What an audit would look for in a note and not find. */
export function missingIn({ data }: StandingNote): readonly Prompt[] {
  const texts = Object.entries(parts).flatMap(([part, prompt]) =>
    data[part as keyof typeof parts].trim() === '' ? [prompt] : [],
  )
  const unlinked = data.readings.length === 0
  return [
    ...(unlinked ? [{ prompt: 'readings', text: 'Link the readings that you reviewed.' }] : []),
    ...texts,
  ]
}

/** What the record of a calendar month still lacks before its time can be locked. */
export function promptsOf(chart: ReadChart): readonly Prompt[] {
  const notes = standingNotes(chart.records).filter(({ data }) => isInMonth(chart, data.notedAt))
  const complete = notes.some((note) => missingIn(note).length === 0)
  const prompts: Prompt[] = []
  const isTimed = isWorked(chart) && tallyMonth(chart.input, chart.month).seconds > 0
  // Without time that counts there is nothing that a note would have to explain.
  if (isTimed && notes.length === 0)
    prompts.push({ prompt: 'note', text: 'Write a note for this month: nothing says what the time was for.' })
  else if (isTimed && !complete)
    prompts.push({
      prompt: 'note-incomplete',
      text: 'Complete a note of this month: data reviewed, assessment, decision or education, next step.',
    })
  if (pendingProposals(chart.records).some(({ startedAt }) => isInMonth(chart, startedAt)))
    prompts.push({ prompt: 'approval', text: 'Time entered by hand waits for approval.' })
  if (chart.file.some(({ fact }) => fact.type === 'consent.recorded') && !costShareTold(chart.file))
    prompts.push({
      prompt: 'cost-share',
      text: 'Record that the patient was told of their share of the cost.',
    })
  return prompts
}

/** An older consent does not say; then no one is asked again. */
function costShareTold(file: FactList): boolean {
  const consent = file.findLast(({ fact }) => fact.type === 'consent.recorded')?.fact
  return consent?.type !== 'consent.recorded' || consent.v === 1 || consent.data.costShareExplained
}

export type Proposal = FactOf<'entry.proposed'>['data']

/** What was decided of time by hand. Of decisions that cross the first on the ledger holds. */
export const decisionOf = (records: FactList, session: string): FactOf<'entry.decided'> | undefined =>
  records.flatMap(({ fact }) =>
    fact.type === 'entry.decided' && fact.data.session === session ? [fact] : [],
  )[0]

/** The time by hand that waits for a decision, or was approved and is not on the ledger yet: that is approved again. */
export function pendingProposals(records: FactList): readonly Proposal[] {
  const entered = new Set(
    records.flatMap(({ fact }) => (fact.type === 'time.entered' ? [fact.data.session] : [])),
  )
  return records.flatMap(({ fact }) => {
    if (fact.type !== 'entry.proposed') return []
    const decision = decisionOf(records, fact.data.session)?.data.decision
    const pending = decision === undefined || (decision === 'approved' && !entered.has(fact.data.session))
    return pending ? [fact.data] : []
  })
}

/** Whether an instant (ms) lies in the chart's month, in the practice's zone. */
export const isInMonth = (
  { month, practice }: Pick<ReadChart, 'month' | 'practice'>,
  instant: number,
): boolean => localDate(instant, practice.zone).startsWith(month)

/** Whether there is any work in the chart's month, also such as does not count. */
export const isWorked = (chart: ReadChart): boolean =>
  chart.minutes.some(({ stretches, interactions }) =>
    [...stretches, ...stretches.flatMap(({ amendments }) => amendments), ...interactions].some((one) =>
      isInMonth(chart, 'from' in one ? one.from : one.startedAt),
    ),
  )
