import type { MinutesFact, ReadingFact } from '@cufflink/contracts'
import { at, foldReadings, foldTime, zone } from '@cufflink/folds/invented/facts'
import {
  type Enrolment,
  type Evaluation,
  type EvaluationInput,
  evaluate,
  type LateChange,
  type Line,
  type LockedLine,
  lateChange,
  medicare,
} from '../src/index.ts'

const begin = at('2025-01-01', '00:00')

/** A patient whose file is in order: consent, order and episode since 2025, one cuff, one nurse and one doctor. */
export const enrolment = (changes: Partial<Enrolment> = {}): Enrolment => ({
  patient: 'p-1',
  practiceZone: zone,
  zones: [{ zone, from: 0 }],
  consents: [{ from: begin }],
  orders: [{ from: begin }],
  episodes: [{ episode: 'e-1', from: begin, setUpAt: begin }],
  devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: begin }] }],
  models: [
    { model: 'cuff', family: 'RPM', medical: true, automatic: true },
    { model: 'typed', family: 'RPM', medical: true, automatic: false },
    { model: 'gadget', family: 'RPM', medical: false, automatic: true },
    { model: 'spirometer', family: 'RTM-respiratory', medical: true, automatic: true },
  ],
  visits: [],
  staff: new Map([
    ['nurse-ada', 'clinical-staff'],
    ['nurse-bo', 'clinical-staff'],
    ['dr-lee', 'physician'],
    ['clerk-cy', 'non-clinical'],
  ]),
  established: true,
  billedElsewhere: [],
  locked: [],
  ...changes,
})

export type Case = Partial<Omit<EvaluationInput, 'enrolment' | 'days' | 'minutes' | 'clinicians'>> & {
  readonly enrolment?: Enrolment
  readonly readings?: readonly ReadingFact[]
  readonly time?: readonly MinutesFact[]
  /** Facts of other patients, as the clinicians' parts hold them. */
  readonly elsewhere?: readonly MinutesFact[]
}

/** A small case, long after everything happened unless `asOf` says otherwise. */
export const inputOf = ({ readings = [], time = [], elsewhere = [], ...input }: Case): EvaluationInput => ({
  ruleSets: medicare,
  asOf: at('2027-06-01'),
  ...input,
  enrolment: input.enrolment ?? enrolment(),
  days: foldReadings(readings),
  minutes: foldTime(time),
  clinicians: foldTime(elsewhere),
})

export const evaluated = (small: Case): Evaluation => evaluate(inputOf(small))

/** What became of a line that was billed, in a small case. */
export function changeOf(locked: LockedLine, small: Case): LateChange | undefined {
  const file = small.enrolment ?? enrolment()
  return lateChange(inputOf({ ...small, enrolment: { ...file, locked: [...file.locked, locked] } }), locked)
}

/** The codes that could be billed, with their units: `99457 99458x2`. */
export const billable = ({ lines }: Evaluation, roles = /./): string =>
  lines
    .filter(({ status, role }) => (status === 'supported' || status === 'final') && roles.test(role))
    .map(({ code, units }) => (units === 1 ? code : `${code}x${units}`))
    .join(' ')

export const deviceCode = (evaluation: Evaluation): string => billable(evaluation, /^device/)
export const timeCodes = (evaluation: Evaluation): string => billable(evaluation, /^time/)

export function line(evaluation: Evaluation, code: string): Line {
  const found = evaluation.lines.find((held) => held.code === code)
  if (found === undefined)
    throw new Error(`no line ${code} in ${evaluation.lines.map((held) => held.code).join(' ')}`)
  return found
}
