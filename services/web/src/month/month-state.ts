import type { MonthLine, MonthMessage } from '@cufflink/contracts'
import type { LiveEvent } from '../app/live/channel.ts'
import type { Loss } from '../app/live/loss.ts'
import { inPlace } from './patient-order.ts'

type Of<Type> = Extract<MonthMessage, { type: Type }>
export type Progress = Pick<Of<'month.progress'>, 'step' | 'done' | 'of'>
export type Ended = Pick<Of<'month.closing-ended'>, 'closing' | 'locked' | 'code'>

/** A patient’s name and lines; the same object until the server says something else of the patient. */
export type PatientLines = {
  readonly patient: string
  readonly name: string
  readonly lines: readonly MonthLine[]
  /** The lines could not be worked out. */
  readonly failed: boolean
}

export type Sheet = {
  readonly month: string
  readonly practice: Of<'month'>['practice']
  /** The server's clock when the month was named last, and how many patients it said there are. */
  readonly now: number
  readonly clockRate: number
  readonly patients: number
  readonly of: ReadonlyMap<string, PatientLines>
  /** Patients by name. Kept in order as they come, so that nothing is sorted again with each message. */
  readonly order: readonly PatientLines[]
  /** How far the server is, while it evaluates or locks. */
  readonly progress?: Progress
  /** How the last closing ended that this page saw. */
  readonly ended?: Ended
}

export type MonthState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | { readonly phase: 'live'; readonly sheet: Sheet; readonly lastMessageMs: number }
  | { readonly phase: 'stale'; readonly sheet: Sheet; readonly lastMessageMs: number; readonly loss: Loss }

export const initialMonth: MonthState = { phase: 'connecting' }

export const evolveMonthSheet = (state: MonthState, event: LiveEvent<MonthMessage>): MonthState => {
  if (event.type === 'lost') return lost(state, event.loss)
  const { message, atMs: lastMessageMs } = event
  const known = state.phase === 'connecting' ? undefined : state.sheet
  if (message.type === 'month') return { phase: 'live', sheet: opened(message, known), lastMessageMs }
  // Before the month is named there is nothing to add to.
  if (known === undefined) return state
  // After a loss the server begins with the month's name; what comes before is of the line that was lost.
  if (state.phase === 'stale') return state
  return { phase: 'live', sheet: told(known, message), lastMessageMs }
}

const lost = (state: MonthState, loss: Loss): MonthState =>
  state.phase === 'connecting'
    ? { phase: 'connecting', loss }
    : { phase: 'stale', loss, sheet: state.sheet, lastMessageMs: state.lastMessageMs }

/** The month's name comes first, and now and then again. What is known of its lines stays until they are told again. */
const opened = (message: Of<'month'>, known: Sheet | undefined): Sheet => {
  const { type: _, ...named } = message
  return { of: new Map(), order: [], ...known, ...named }
}

const told = (sheet: Sheet, message: Exclude<MonthMessage, Of<'month'>>): Sheet => {
  switch (message.type) {
    case 'month.lines':
      return withLines(sheet, message)
    case 'month.progress': {
      const { progress: _, ...others } = sheet
      const { step, done, of } = message
      return done < of ? { ...others, progress: { step, done, of } } : others
    }
    case 'month.closing-ended': {
      const { progress: _, ...others } = sheet
      const { type: _type, ...ended } = message
      return { ...others, ended }
    }
  }
}

const withLines = (sheet: Sheet, { patients, lines, failed }: Of<'month.lines'>): Sheet => {
  const perPatient = Map.groupBy(lines, ({ patient }) => patient)
  const of = new Map(sheet.of)
  const fresh: PatientLines[] = []
  for (const patient of patients) {
    const own = perPatient.get(patient) ?? []
    const name = own[0]?.name ?? of.get(patient)?.name ?? patient
    const one = { patient, name, lines: own, failed: failed.includes(patient) }
    of.set(patient, one)
    fresh.push(one)
  }
  return { ...sheet, of, order: inPlace(sheet.order, fresh) }
}
