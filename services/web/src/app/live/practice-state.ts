import type { Patch, Pong, PracticeMessage, Window } from '@cufflink/contracts'
import { patched } from '@cufflink/contracts/list'
import type { Clock } from '../../ui/time/clock.ts'
import type { LiveEvent } from './channel.ts'
import type { Loss } from './loss.ts'

/** How often a patient's count went up while their line was in the window, and when last. */
export type Rise = { readonly times: number; readonly atMs: number }

/** What of a practice's list the page has: one window of it. */
export type PatientList = {
  readonly window: Window
  readonly clock: Clock
  /** By patient. */
  readonly rises: ReadonlyMap<string, Rise>
}

/** Only `live` is current: in `catching up` a patch was missed and the window is awaited again, in `stale` there is no connection. */
export type PracticeState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | { readonly phase: 'live'; readonly list: PatientList }
  | { readonly phase: 'catching up'; readonly list: PatientList }
  | { readonly phase: 'stale'; readonly list: PatientList; readonly loss: Loss }

export const initialPractice: PracticeState = { phase: 'connecting' }

export const evolvePractice = (state: PracticeState, event: LiveEvent<PracticeMessage>): PracticeState => {
  if (event.type === 'lost') return lost(state, event.loss)
  const { message, atMs } = event
  switch (message.type) {
    case 'window':
      return { phase: 'live', list: listOf(message, atMs, state) }
    case 'patch':
      return withPatch(state, message, atMs)
    case 'pong':
      return alive(state, message, atMs)
  }
}

const lost = (state: PracticeState, loss: Loss): PracticeState =>
  state.phase === 'connecting' ? { phase: 'connecting', loss } : { phase: 'stale', list: state.list, loss }

/** Another window repeats some of what is known; nothing in it flashes. */
const listOf = (window: Window, atMs: number, before: PracticeState): PatientList => ({
  window,
  clock: { now: window.now, atMs, rate: window.clockRate },
  rises: before.phase === 'connecting' ? new Map() : risesIn(window, before.list.rises),
})

const withPatch = (state: PracticeState, patch: Patch, atMs: number): PracticeState => {
  if (state.phase === 'connecting' || state.phase === 'catching up') return state
  const { list } = state
  const window = state.phase === 'live' ? patched(list.window, patch) : undefined
  if (window === undefined) return { phase: 'catching up', list }
  const clock = { ...list.clock, now: patch.now, atMs }
  return { phase: 'live', list: { window, clock, rises: risen(list, window, patch, atMs) } }
}

/** A connection that lives; of another version, something was missed. */
const alive = (state: PracticeState, { version, now }: Pong, atMs: number): PracticeState => {
  if (state.phase === 'connecting' || state.phase === 'catching up') return state
  const { list } = state
  return state.phase === 'live' && version === list.window.version
    ? { phase: 'live', list: { ...list, clock: { ...list.clock, now, atMs } } }
    : { phase: 'catching up', list }
}

type Rises = PatientList['rises']

const risen = ({ window: before, rises }: PatientList, after: Window, patch: Patch, atMs: number): Rises => {
  const days = new Map(before.rows.map(({ patient, dataDays }) => [patient, dataDays]))
  const up = patch.rows.filter(({ patient, dataDays }) => dataDays > (days.get(patient) ?? dataDays))
  if (up.length === 0 && patch.patients === undefined) return rises
  const more = up.map(({ patient }): [string, Rise] => [
    patient,
    { times: (rises.get(patient)?.times ?? 0) + 1, atMs },
  ])
  return risesIn(after, new Map([...rises, ...more]))
}

const risesIn = ({ rows }: Window, rises: Rises): Rises =>
  new Map(
    rows.flatMap(({ patient }) => {
      const rise = rises.get(patient)
      return rise === undefined ? [] : [[patient, rise]]
    }),
  )
