import {
  historyOf,
  isSameLine,
  type Line,
  type LineName,
  rulesOn,
  type StandingClaim,
  standingClaims,
  takesPlace,
  wasSubmitted,
} from '@cufflink/billing'
import { type ReadChart } from '@cufflink/charts'
import type { CodeLine, MonthLine, Prompt } from '@cufflink/contracts'
import { linesOf } from '../charts/chart.ts'
import { codeLineOf } from '../charts/lines.ts'
import { isWorked, promptsOf } from '../charts/prompts.ts'

/** A line of the month's sheet beside the line of the rules that it stands for; without one when it was locked as something else. */
export type SheetLine = {
  readonly shown: MonthLine
  readonly line?: Line
  /** It could be locked, but that it went to the payer before: only if someone asks for this very line. */
  readonly sentBefore?: boolean
}

/**
 * Every line of a patient that belongs to a month: those whose window ends in it. A month in which no one worked asks no one for
 * what blocks it.
 */
export function sheetOf(chart: ReadChart): readonly SheetLine[] {
  const prompts = promptsOf(chart)
  const own = linesOf(chart).filter((line) => line.to.startsWith(chart.month) && isOwed(chart, line))
  const sheet = own.map((line): SheetLine => {
    const one = shown(chart, line, prompts)
    const sentBefore = one.standing === 'ready' && wasSubmitted(one.history)
    return { shown: sentBefore ? { ...one, standing: 'held' } : one, line, sentBefore }
  })
  const otherwise = standingClaims(chart.claims)
    .filter(({ to }) => to.startsWith(chart.month))
    .filter((claim) => !own.some((line) => isOf(line, claim)))
    .map((claim): SheetLine => ({ shown: lockedOtherwise(chart, claim) }))
  return [...sheet, ...otherwise]
}

const isOwed = (chart: ReadChart, { blocks, clock, locked }: Line): boolean =>
  blocks.length === 0 || clock !== 'month' || locked !== undefined || isWorked(chart)

/** A set-up is locked wherever its dates have moved. */
const isOf = ({ locked }: Line, { code, from, to }: StandingClaim): boolean =>
  locked !== undefined && locked.code === code && locked.from === from && locked.to === to

function shown(chart: ReadChart, line: Line, all: readonly Prompt[]): MonthLine {
  // What the time was for concerns the codes that pay for time.
  const prompts = all.filter(({ prompt }) => line.clock === 'month' || prompt === 'cost-share')
  const standing = standingClaims(chart.claims)
  const history = historyOf(chart.claims, (claim) => wasInPlaceOf(chart, { line, claim, standing }))
  return {
    patient: chart.patient,
    name: chart.enrolled.name,
    standing: standingOf(line, prompts),
    line: codeLineOf(line),
    prompts,
    history,
  }
}

type InPlace = {
  readonly line: Line
  readonly claim: LineName
  readonly standing: readonly StandingClaim[]
}

/**
 * Whether a claim, standing or not, was for what the line is for: under another code of the same kind, too, and of other dates where it was
 * unlocked since, for then the grid may have moved.
 */
function wasInPlaceOf({ input }: ReadChart, { line, claim, standing }: InPlace): boolean {
  if (!takesPlace(input.ruleSets, line.code, claim.code)) return false
  if (claim.from === line.from && claim.to === line.to) return true
  const mayHaveMoved = line.clock === 'episode' || !standing.some((one) => isSameLine(one, claim))
  return mayHaveMoved && claim.from <= line.to && claim.to >= line.from
}

function standingOf(line: Line, prompts: readonly Prompt[]): MonthLine['standing'] {
  const { locked, status, units, warnings } = line
  // What is over the cap has the name of what is locked, and is not.
  if (status === 'held') return 'held'
  if (locked !== undefined) return 'locked'
  if (status === 'blocked' || status === 'short') return status
  // Another code was billed in its place: a person says what becomes of that one first.
  if (warnings.includes('LOCKED_OTHERWISE')) return 'held'
  if (units > 0 && prompts.length > 0) return 'blocked'
  return status === 'final' ? 'ready' : 'open'
}

/** A line that stands locked though what is known now gives another: the queue of changes has both. */
function lockedOtherwise({ patient, enrolled, input, claims }: ReadChart, claim: StandingClaim): MonthLine {
  const { code, from, to, units, amountCents } = claim
  const { ruleSet } = rulesOn(input.ruleSets, to, input.enrolment)
  const rule = ruleSet.codes.find((one) => one.code === code)
  const line: CodeLine = {
    code,
    program: rule?.program ?? 'RPM',
    title: rule?.title ?? '',
    clock: rule?.role.startsWith('time') === true ? 'month' : 'period',
    from,
    to,
    status: 'final',
    units,
    have: {},
    missing: {},
    reach: { possible: true, daysLeft: 0 },
    finalOn: to,
    blocks: [],
    warnings: [],
    amountCents,
    locked: true,
    threshold: '',
    source: rule?.source ?? '',
  }
  const history = historyOf(claims, (one) => isSameLine(one, claim))
  return { patient, name: enrolled.name, standing: 'locked', line, prompts: [], history }
}
