import { clip, type Piece, totalMs } from '../minutes/algebra.ts'
import type { Session } from '../minutes/sessions.ts'
import type { Family, Role } from '../rulesets/rule-set.ts'
import { codeOf, programOf, type RulesInForce, rulesOn } from '../rulesets/select.ts'
import { dateOf, firstDayOfMonth } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import { conversationsIn } from './conversations.ts'
import type { GridPeriod } from './grid.ts'
import type { Line, PieceEvidence, TimeEvidence } from './line.ts'
import { type Context, gate, lineOf, type Window } from './lines.ts'
import { type CountedTime, countTime, credentialsOf, type MinutesInput } from './month.ts'
import type { Warning } from './signals.ts'

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

export function monthOfPatient(context: Context, input: MinutesInput, monthIndex: number): Month {
  const window = monthWindow(context, monthIndex)
  const rules = rulesOn(context.ruleSets, dateOf(window.lastDay), context.enrolment)
  const instants = instantsOf(window)
  const merged = { ...rules.ruleSet, settings: rules.settings }
  const time = countTime(input, context.enrolment, { rules: merged, window: instants, asOf: context.asOf })
  const conversations = conversationsIn(input.minutes, instants, {
    minimumMs: rules.settings.interactiveMinS * 1000,
    asOf: context.asOf,
    credentialOf: credentialsOf(context.enrolment, rules.ruleSet),
  })
  return { window, instants, rules, time, conversations }
}

/** The treatment management lines of one program in one month: the base code that stands, and its further steps. */
export function timeLines(context: Context, month: Month, program: Program): readonly Line[] {
  const { window, rules, time, conversations } = month
  const { settings, ruleSet } = rules
  const family: Family = program === 'RPM' ? 'RPM' : 'RTM-respiratory'
  const credited = time.credited.filter(({ session }) => session.program === program)
  const seconds = Math.floor(totalMs(credited) / 1000)
  const talked = conversations.length > 0
  const have = { seconds, conversations: conversations.length }
  const evidence = timeEvidence(context, month, program)
  const flags = timeWarnings(month, program)
  const make = (
    role: Role,
    line: Pick<Line, 'missing' | 'units'> & { threshold: string; held?: boolean },
  ): readonly Line[] => {
    const rule = codeOf(ruleSet, role, family)
    if (rule === undefined) return []
    const needsCall = line.missing.seconds === undefined && line.missing.conversation === true
    const warnings = [...flags, ...gate('CALL_NEEDED', needsCall), ...gate('OVER_CAP', line.held ?? false)]
    return [lineOf(context, { ...line, rule, rules, window, have, warnings, evidence })]
  }
  const steps = Math.max(0, Math.floor((seconds - settings.timeBaseS) / settings.timeStepS))
  const units = Math.min(settings.stepCap, steps)
  const next = settings.timeBaseS + settings.timeStepS * (units + 1)
  const step = `each completed ${settings.timeStepS} s beyond ${settings.timeBaseS} s, at most ${settings.stepCap}`
  const low = `${settings.timeLowS} to ${settings.timeBaseS - 1} s and an interactive communication`
  const base = `at least ${settings.timeBaseS} s and an interactive communication`
  const first = make('time-base', { ...need(seconds, settings.timeBaseS, talked), threshold: base })
  if (seconds < settings.timeBaseS) {
    return [...make('time-low', { ...need(seconds, settings.timeLowS, talked), threshold: low }), ...first]
  }
  const earned = units > 0 ? need(seconds, 0, talked, units) : need(seconds, next, talked)
  const over = { missing: {}, units: steps - units, held: true, threshold: step }
  return [
    ...first,
    ...make('time-step', { ...earned, threshold: step }),
    ...(steps > units && talked ? make('time-step', over) : []),
  ]
}

function need(
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

function timeWarnings({ time }: Month, program: Program): readonly Warning[] {
  const deducted = (why: string): boolean =>
    time.deducted.some((part) => part.why === why && part.session.program === program)
  const overlap = time.deducted.some(
    ({ why, by, session }) =>
      why === 'STAFF_OVERLAP' && session.program === program && by?.patient !== session.patient,
  )
  const twoPrograms = time.deducted.some(
    ({ by, session }) =>
      by &&
      by.patient === session.patient &&
      by.program !== session.program &&
      (session.program === program || by.program === program),
  )
  return [
    ...gate('STAFF_OVERLAP', overlap),
    ...gate('OTHER_PROGRAM', twoPrograms),
    ...gate('EM_DAY', deducted('EM_DAY')),
    ...gate('LONG_SESSION', time.longSession),
    ...gate('LONG_STAFF_DAY', time.longStaffDay),
  ]
}

function timeEvidence({ enrolment }: Context, month: Month, program: Program): TimeEvidence {
  const ofProgram = <Part extends Piece>(pieces: readonly Part[]): readonly Part[] =>
    pieces.filter(({ session }) => session.program === program)
  const { time, window, conversations } = month
  const show = ({ session, start, end }: Piece): PieceEvidence => ({
    clinician: session.clinician,
    credential: enrolment.staff.get(session.clinician) ?? 'unknown',
    program: session.program,
    category: session.category,
    byHand: session.byHand,
    start,
    end,
    offset: session.offset,
    offsets: offsetsOf(session),
  })
  return {
    kind: 'time',
    zone: window.zone,
    credited: ofProgram(time.credited).map(show),
    deducted: ofProgram(time.deducted).map((part) => ({ ...show(part), why: part.why })),
    conversations,
  }
}

const offsetsOf = ({ entry, proofOffset }: Session): PieceEvidence['offsets'] => ({
  opening: entry.opening?.offset ?? -1,
  ...(proofOffset !== undefined && { proof: proofOffset }),
  amendments: entry.amendments.map(({ offset }) => offset).toSorted((a, b) => a - b),
  ...(entry.voided && { voided: entry.voided.offset }),
})

/** 99091: a qualified professional's own time in the 30-day period. Shown when switched on, or when there is time for it. */
export function physicianLines(
  context: Context,
  period: GridPeriod,
  { input, timeCodes }: { readonly input: MinutesInput; readonly timeCodes: boolean },
): readonly Line[] {
  const rules = rulesOn(context.ruleSets, period.end, context.enrolment)
  const { settings, ruleSet } = rules
  const rule = codeOf(ruleSet, 'physician', 'RPM')
  if (rule === undefined) return []
  const credentialOf = credentialsOf(context.enrolment, ruleSet)
  const override = context.enrolment.override99091 !== undefined
  const asked = settings.allow99091 || override
  const worked = input.minutes.some(({ sessions }) =>
    sessions.some(({ clinician }) => credentialOf(clinician)?.qualified),
  )
  if (!asked && !worked) return []
  const instants = { start: period.fromSecond * 1000, end: period.toSecond * 1000 }
  const merged = { ...ruleSet, settings }
  const time = countTime(input, context.enrolment, { rules: merged, window: instants, asOf: context.asOf })
  const credited = clip(time.credited, instants).filter(
    ({ session }) =>
      session.program === programOf('RPM') && (credentialOf(session.clinician)?.qualified ?? false),
  )
  const seconds = Math.floor(totalMs(credited) / 1000)
  if (!asked && seconds < settings.physicianS) return []
  const window: Window = {
    clock: 'period',
    zone: period.zone,
    firstDay: period.firstDay,
    lastDay: period.lastDay,
  }
  const month = { window, instants, rules, time: { ...time, credited }, conversations: [] }
  const line = lineOf(context, {
    ...need(seconds, settings.physicianS, true),
    rule,
    rules,
    window,
    have: { seconds },
    threshold: `at least ${settings.physicianS} s by a physician or other qualified professional`,
    warnings: timeWarnings(month, 'RPM'),
    gates: [...gate('PHYSICIAN_CODE_OFF', !asked), ...gate('TIME_CODES_TOO', timeCodes && !override)],
    evidence: timeEvidence(context, month, 'RPM'),
  })
  return [line]
}
