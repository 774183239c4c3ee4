import type { Patch, PatientRow, Pong, PracticeMessage, Snapshot, StaffDay } from '@cufflink/contracts'
import type { Clock } from '../time/clock.ts'
import type { LiveEvent } from './channel.ts'
import type { Loss } from './loss.ts'

/** A patient's line, and when its count last went up on this page. */
export type TrackedRow = {
  readonly row: PatientRow
  readonly rises: number
  readonly roseAtMs?: number
}

export type PatientList = {
  readonly practice: Snapshot['practice']
  readonly version: number
  readonly clock: Clock
  readonly rows: ReadonlyMap<string, TrackedRow>
  /** By clinician. */
  readonly staff: ReadonlyMap<string, StaffDay>
}

/** Only `live` is current: in `catching up` a patch was missed and a snapshot is awaited, in `stale` there is no connection. */
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
    case 'snapshot':
      return {
        phase: 'live',
        list: listOf(message, atMs, state.phase === 'connecting' ? undefined : state.list),
      }
    case 'patch':
      return patched(state, message, atMs)
    case 'pong':
      return alive(state, message, atMs)
  }
}

/** Ask once for a snapshot when the list begins to lack one. */
export const asksForSnapshot = (before: PracticeState, after: PracticeState): boolean =>
  after.phase === 'catching up' && before.phase !== 'catching up'

const lost = (state: PracticeState, loss: Loss): PracticeState =>
  state.phase === 'connecting' ? { phase: 'connecting', loss } : { phase: 'stale', list: state.list, loss }

const patched = (state: PracticeState, patch: Patch, atMs: number): PracticeState => {
  switch (state.phase) {
    case 'connecting':
    case 'catching up':
      return state
    case 'stale':
      return { phase: 'catching up', list: state.list }
    case 'live':
      return patch.version === state.list.version + 1
        ? { phase: 'live', list: withPatch(state.list, patch, atMs) }
        : { phase: 'catching up', list: state.list }
  }
}

/** A line that lives; of another version, something was missed. */
const alive = (state: PracticeState, { version, now }: Pong, atMs: number): PracticeState => {
  if (state.phase === 'connecting' || state.phase === 'catching up') return state
  const { list } = state
  return state.phase === 'live' && version === list.version
    ? { phase: 'live', list: { ...list, clock: { ...list.clock, now, atMs } } }
    : { phase: 'catching up', list }
}

/** A snapshot repeats most of what is known; nothing in it flashes, and what is the same stays the same object. */
const listOf = (snapshot: Snapshot, atMs: number, known: PatientList | undefined): PatientList => ({
  practice: snapshot.practice,
  version: snapshot.version,
  clock: { now: snapshot.now, atMs, rate: snapshot.clockRate },
  rows: new Map(snapshot.patients.map((row) => [row.patient, repeated(known?.rows.get(row.patient), row)])),
  staff: withDays(new Map(), snapshot.staff),
})

const repeated = (known: TrackedRow | undefined, row: PatientRow): TrackedRow => {
  if (known === undefined) return { row, rises: 0 }
  return JSON.stringify(known.row) === JSON.stringify(row) ? known : { row, rises: known.rises }
}

const withPatch = (list: PatientList, patch: Patch, atMs: number): PatientList => ({
  ...list,
  version: patch.version,
  clock: { ...list.clock, now: patch.now, atMs },
  rows: patch.patients.length === 0 ? list.rows : withRows(list.rows, patch.patients, atMs),
  staff: withDays(list.staff, patch.staff),
})

const withRows = (
  known: PatientList['rows'],
  patients: readonly PatientRow[],
  atMs: number,
): PatientList['rows'] => {
  const rows = new Map(known)
  for (const row of patients) rows.set(row.patient, tracked(rows.get(row.patient), row, atMs))
  return rows
}

const withDays = (
  staff: ReadonlyMap<string, StaffDay>,
  days: readonly StaffDay[],
): ReadonlyMap<string, StaffDay> =>
  days.length === 0 ? staff : new Map([...staff, ...days.map((day) => [day.clinician, day] as const)])

const tracked = (known: TrackedRow | undefined, row: PatientRow, atMs: number): TrackedRow => {
  if (known === undefined) return { row, rises: 0 }
  return row.dataDays > known.row.dataDays
    ? { row, rises: known.rises + 1, roseAtMs: atMs }
    : { ...known, row }
}
