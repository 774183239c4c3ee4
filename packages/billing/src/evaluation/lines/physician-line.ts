import type { Stretch } from '@cufflink/folds'
import { clip, totalMs } from '../../minutes/algebra.ts'
import { codeOf } from '../../rulesets/select.ts'
import type { Context } from '../context.ts'
import { gate } from '../gates.ts'
import type { GridPeriod } from '../grid.ts'
import { countTime, credentialsOf } from '../month.ts'
import type { Gate } from '../signals.ts'
import type { WorkedTime } from '../worked.ts'
import type { Line } from './line.ts'
import { lineOf } from './lines.ts'
import { type Month, needTime, timeEvidence, timeWarnings } from './time-lines.ts'

type Physician = {
  readonly period: GridPeriod
  readonly worked: WorkedTime
  /** The months that the period touches in which treatment management of RPM stands. */
  readonly managed: () => readonly Month[]
  readonly gates: readonly Gate[]
}

/** 99091: a qualified professional's own time in the 30-day period. Shown when switched on, or when there is time for it. */
export function physicianLines(
  context: Context,
  { period, worked, managed, gates }: Physician,
): readonly Line[] {
  const { enrolment } = context
  const rules = context.rulesOn(period.lastDay)
  const { settings, ruleSet } = rules
  const rule = codeOf(ruleSet, 'physician', 'RPM')
  if (rule === undefined) return []
  const credentialOf = credentialsOf(enrolment, ruleSet)
  const isQualified = ({ clinician, start }: Stretch): boolean =>
    credentialOf(clinician, start)?.qualified ?? false
  const override = enrolment.override99091 !== undefined
  const asked = settings.allow99091 || override
  if (!asked && !worked.own.stretches.some(isQualified)) return []
  const instants = { start: period.fromSecond * 1000, end: period.toSecond * 1000 }
  const time = countTime(worked, enrolment, { rules: { ...ruleSet, settings }, window: instants })
  const credited = time.credited.filter(({ stretch }) => stretch.program === 'RPM' && isQualified(stretch))
  const seconds = Math.floor(totalMs(credited) / 1000)
  if (!asked && seconds < settings.physicianS) return []
  const { zone, firstDay, lastDay } = period
  const window = { clock: 'period', zone, firstDay, lastDay } as const
  const month = { window, instants, rules, time: { ...time, credited }, conversations: [] }
  const beside = managed()
  const twice = beside.some((held) => clip(credited, held.instants).length > 0)
  const line = lineOf(context, {
    ...needTime(seconds, settings.physicianS, true),
    rule,
    rules,
    window,
    have: { seconds },
    threshold: `at least ${settings.physicianS} s by a physician or other qualified professional`,
    warnings: [...timeWarnings(month, 'RPM'), ...gate('TIME_PAID_TWICE', override && twice)],
    gates: [
      ...gates,
      ...gate('PHYSICIAN_CODE_OFF', !asked),
      ...gate('TIME_CODES_TOO', beside.length > 0 && !override),
    ],
    evidence: timeEvidence(context, month, 'RPM'),
    episode: period.episode,
  })
  return [line]
}
