import type { Stretch } from '@cufflink/folds'
import { firstDayOfMonth, zoneClock } from '@cufflink/folds'
import { type Piece, totalMs } from '../../minutes/algebra.ts'
import type { Family, Role, Settings } from '../../rulesets/rule-set.ts'
import { codeOf, type RulesInForce } from '../../rulesets/select.ts'
import type { Context } from '../context.ts'
import { conversationsIn } from '../conversations.ts'
import { credentialAt } from '../enrolment.ts'
import { gate } from '../gates.ts'
import { decisionOf } from '../locks.ts'
import { type CountedTime, countTime, credentialsOf } from '../month.ts'
import type { Warning } from '../signals.ts'
import type { MinutesInput, WorkedTime } from '../worked.ts'
import type { Line, PieceEvidence, TimeEvidence } from './line.ts'
import { lineOf, type Window } from './lines.ts'

type Program = 'RPM' | 'RTM'

/** A calendar month in the practice's zone. */
export function monthWindow(context: Context, monthIndex: number): Window {
  const firstDay = firstDayOfMonth(monthIndex)
  const lastDay = firstDayOfMonth(monthIndex + 1) - 1
  return { clock: 'month', zone: context.enrolment.practiceZone, firstDay, lastDay }
}

const instantsOf = ({ zone, firstDay, lastDay }: Window): { start: number; end: number } => {
  const clock = zoneClock(zone)
  return { start: clock.startOf(firstDay) * 1000, end: clock.startOf(lastDay + 1) * 1000 }
}

/** A patient's month: its rules, its time and its conversations. */
export type Month = {
  readonly window: Window
  /** The same in epoch ms, `end` exclusive. */
  readonly instants: { readonly start: number; readonly end: number }
  readonly rules: RulesInForce
  readonly time: CountedTime
  readonly conversations: TimeEvidence['conversations']
}

export type Worked = { readonly input: MinutesInput; readonly worked: WorkedTime }

export function monthOfPatient(context: Context, { input, worked }: Worked, monthIndex: number): Month {
  const window = monthWindow(context, monthIndex)
  const rules = context.rulesOn(window.lastDay)
  const instants = instantsOf(window)
  const merged = { ...rules.ruleSet, settings: rules.settings }
  const time = countTime(worked, context.enrolment, { rules: merged, window: instants })
  const conversations = conversationsIn(input.minutes, instants, {
    minimumMs: rules.settings.interactiveMinS * 1000,
    asOf: context.asOf,
    knownAt: context.knownAt,
    credentialOf: credentialsOf(context.enrolment, rules.ruleSet),
  })
  return { window, instants, rules, time, conversations }
}

/** The treatment management lines of one program in one month: the base code that stands, and its further steps. */
export function timeLines(context: Context, month: Month, program: Program): readonly Line[] {
  const { window, rules, time, conversations } = month
  const { settings, ruleSet } = rules
  const family: Family = program === 'RPM' ? 'RPM' : 'RTM-respiratory'
  const credited = time.credited.filter(({ stretch }) => stretch.program === program)
  const seconds = Math.floor(totalMs(credited) / 1000)
  const talked = conversations.length > 0
  const have = { seconds, conversations: conversations.length }
  const evidence = timeEvidence(context, month, program)
  const flags = timeWarnings(month, program)
  const make = (role: Role, line: Step): readonly Line[] => {
    const rule = codeOf(ruleSet, role, family)
    if (rule === undefined) return []
    const needsCall = line.missing.seconds === undefined && line.missing.conversation === true
    const many = role === 'time-step' && line.units > settings.stepFlag && !line.held
    const warnings = [
      ...flags,
      ...gate('CALL_NEEDED', needsCall),
      ...gate('MANY_STEPS', many),
      ...gate('OVER_CAP', line.held ?? false),
    ]
    return [lineOf(context, { ...line, rule, rules, window, have, warnings, evidence })]
  }
  const { timeLowS, timeBaseS } = settings
  const low = `${timeLowS} to ${timeBaseS - 1} s and an interactive communication`
  const base = `at least ${timeBaseS} s and an interactive communication`
  const first = make('time-base', { ...needTime(seconds, timeBaseS, talked), threshold: base })
  if (seconds < timeBaseS) {
    return [...make('time-low', { ...needTime(seconds, timeLowS, talked), threshold: low }), ...first]
  }
  const step = codeOf(ruleSet, 'time-step', family)
  const decided = step ? decisionOf(context, step, window) : { released: 0, dismissed: 0 }
  return [
    ...first,
    ...stepsOf(seconds, { talked, settings, decided }).flatMap((one) => make('time-step', one)),
  ]
}

type Step = Pick<Line, 'missing' | 'units'> & { readonly threshold: string; readonly held?: boolean }

type Stepping = {
  readonly talked: boolean
  readonly settings: Settings
  readonly decided: ReturnType<typeof decisionOf>
}

/** The further steps: those under the cap or released, the first while it is missing, and what is over the cap and undecided. */
function stepsOf(seconds: number, { talked, settings, decided }: Stepping): readonly Step[] {
  const { timeBaseS, timeStepS, stepCap } = settings
  const threshold = `each completed ${timeStepS} s beyond ${timeBaseS} s, at most ${stepCap}`
  const steps = Math.floor((seconds - timeBaseS) / timeStepS)
  if (steps === 0) return [{ ...needTime(seconds, timeBaseS + timeStepS, talked), threshold }]
  const capped = Math.min(stepCap, steps)
  const units = Math.min(steps, capped + decided.released)
  const heldUnits = steps - units - decided.dismissed
  const over = { missing: {}, units: heldUnits, held: true, threshold }
  return [
    ...(units > 0 ? [{ ...needTime(seconds, 0, talked, units), threshold }] : []),
    ...(heldUnits > 0 && talked ? [over] : []),
  ]
}

export function needTime(
  seconds: number,
  threshold: number,
  talked: boolean,
  units = 1,
): Pick<Line, 'missing' | 'units'> {
  const missing = {
    ...(seconds < threshold && { seconds: threshold - seconds }),
    ...(!talked && { conversation: true as const }),
  }
  return { missing, units: Object.keys(missing).length === 0 ? units : 0 }
}

export function timeWarnings({ time }: Month, program: Program): readonly Warning[] {
  const deducted = (why: string): boolean =>
    time.deducted.some((part) => part.why === why && part.stretch.program === program)
  const overlap = time.deducted.some(
    ({ why, by, stretch }) =>
      why === 'STAFF_OVERLAP' && stretch.program === program && by?.patient !== stretch.patient,
  )
  const twoPrograms = time.deducted.some(
    ({ by, stretch }) =>
      by &&
      by.patient === stretch.patient &&
      by.program !== stretch.program &&
      (stretch.program === program || by.program === program),
  )
  return [
    ...gate('STAFF_OVERLAP', overlap),
    ...gate('OTHER_PROGRAM', twoPrograms),
    ...gate('EM_DAY', deducted('EM_DAY')),
    ...gate('LONG_SESSION', time.longStretch),
    ...gate('LONG_STAFF_DAY', time.longStaffDay),
  ]
}

export function timeEvidence({ enrolment }: Context, month: Month, program: Program): TimeEvidence {
  const ofProgram = <Part extends Piece>(pieces: readonly Part[]): readonly Part[] =>
    pieces.filter(({ stretch }) => stretch.program === program)
  const { time, window, conversations } = month
  const show = ({ stretch, start, end }: Piece): PieceEvidence => ({
    clinician: stretch.clinician,
    credential: credentialAt(enrolment, stretch.clinician, stretch.start) ?? 'unknown',
    program: stretch.program,
    category: stretch.category,
    byHand: stretch.byHand,
    start,
    end,
    offset: stretch.offset,
    offsets: offsetsOf(stretch),
  })
  return {
    kind: 'time',
    zone: window.zone,
    credited: ofProgram(time.credited).map(show),
    deducted: ofProgram(time.deducted).map((part) => ({ ...show(part), why: part.why })),
    conversations,
  }
}

const offsetsOf = ({ entry, proofOffset }: Stretch): PieceEvidence['offsets'] => ({
  opening: entry.opening?.offset ?? -1,
  ...(proofOffset !== undefined && { proof: proofOffset }),
  amendments: entry.amendments.map(({ offset }) => offset).toSorted((a, b) => a - b),
  ...(entry.voided && { voided: entry.voided.offset }),
})
