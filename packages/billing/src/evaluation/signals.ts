import type { Settings } from '../rulesets/rule-set.ts'

/**
 * What stops a line (`block`) and what a person should look at (`warn`). Text for people, where `{name}` stands for a
 * setting (see `signalText`); `evidence` as in the rule data.
 */
export const signals = {
  NO_CONSENT: { kind: 'block', text: 'No consent is on record.', evidence: 'P' },
  NO_ORDER: { kind: 'block', text: 'No order is on record.', evidence: 'S' },
  AFTER_DEATH: { kind: 'block', text: 'These dates begin after the patient’s death.', evidence: 'D' },
  NOT_ESTABLISHED: {
    kind: 'block',
    text: 'The patient is not an established patient of the practice.',
    evidence: 'S',
  },
  RPM_AND_RTM: {
    kind: 'block',
    text: 'RPM and RTM are both at hand in this month: someone must choose one.',
    evidence: 'S',
  },
  OTHER_PROGRAM_CHOSEN: {
    kind: 'block',
    text: 'The other of RPM and RTM was chosen for this patient.',
    evidence: 'S',
  },
  BILLED_ELSEWHERE: {
    kind: 'block',
    text: 'Another practice billed a code of this kind in these dates.',
    evidence: 'S',
  },
  CONDITION_EXCLUDED: {
    kind: 'block',
    text: 'The payer does not cover the patient’s condition.',
    evidence: 'S',
  },
  PHYSICIAN_CODE_OFF: { kind: 'block', text: 'The practice has not switched this code on.', evidence: 'S' },
  TIME_CODES_TOO: {
    kind: 'block',
    text: 'Treatment management is billed in the same dates; a written reason is needed.',
    evidence: 'S',
  },
  NO_SET_UP: { kind: 'block', text: 'No set-up is on record for this episode.', evidence: 'S' },
  SET_UP_TOO_SOON: {
    kind: 'block',
    text: 'Another set-up of this patient has a date of service less than {setupApartDays} days away.',
    evidence: 'S',
  },
  PERIODS_OVERLAP: {
    kind: 'block',
    text: 'A code of this kind stands, or was billed, in another period that has some of these dates.',
    evidence: 'D',
  },
  DISMISSED: { kind: 'block', text: 'A person decided that this is not billed.', evidence: 'D' },
  PERIOD_CUT: {
    kind: 'block',
    text: 'These dates are no whole period: a period that was billed, or its grid, begins right behind them.',
    evidence: 'D',
  },
  SEVERAL_USERS: {
    kind: 'block',
    text: 'Readings of one device came under several of its user slots, and it is not known which are the patient’s.',
    evidence: 'D',
  },
  DEVICE_WITHOUT_MANAGEMENT: {
    kind: 'warn',
    text: 'Device supply is supported but no treatment management.',
    evidence: 'P',
  },
  MANAGEMENT_WITHOUT_DEVICE: {
    kind: 'warn',
    text: 'Treatment management is supported but no device supply.',
    evidence: 'S',
  },
  UNION_ONLY: {
    kind: 'warn',
    text: 'Only all devices together reach {deviceHighDays} dates, none does alone.',
    evidence: 'X',
  },
  TZ_SENSITIVE: {
    kind: 'warn',
    text: 'Counted in UTC or in the practice’s zone the code would be another.',
    evidence: 'D',
  },
  BATCH_UPLOAD: {
    kind: 'warn',
    text: 'One upload carried readings of more than {batchDates} distinct dates.',
    evidence: 'D',
  },
  GUESSED_CLOCK: {
    kind: 'warn',
    text: 'Readings with a guessed clock count for the date of their upload.',
    evidence: 'D',
  },
  AFTER_GRACE: {
    kind: 'warn',
    text: 'A counted reading became known after the {graceDays} days of grace.',
    evidence: 'D',
  },
  SPANS_RULES: {
    kind: 'warn',
    text: 'The period spans a change of rules and takes those of its last day.',
    evidence: 'D',
  },
  PROVISIONAL_RULES: {
    kind: 'warn',
    text: 'The final rule of this year is not known yet: last year’s stands in.',
    evidence: 'D',
  },
  RULES_STAND_IN: {
    kind: 'warn',
    text: 'No rule set holds these dates: the nearest one stands in.',
    evidence: 'D',
  },
  STAFF_OVERLAP: {
    kind: 'warn',
    text: 'A clinician was with two patients at once; the later stretch was trimmed.',
    evidence: 'D',
  },
  OTHER_PROGRAM: {
    kind: 'warn',
    text: 'Minutes were logged under two programs; each counts for one.',
    evidence: 'S',
  },
  LONG_SESSION: {
    kind: 'warn',
    text: 'A stretch of time is over {longSessionS}: please check it.',
    evidence: 'D',
  },
  LONG_STAFF_DAY: {
    kind: 'warn',
    text: 'A clinician has over {longStaffDayS} on one date: please check it.',
    evidence: 'D',
  },
  EM_DAY: { kind: 'warn', text: 'Seconds on a date with an E/M visit were taken out.', evidence: 'M' },
  CALL_NEEDED: {
    kind: 'warn',
    text: 'The time is there; an interactive communication is missing.',
    evidence: 'P',
  },
  TIME_PAID_TWICE: {
    kind: 'warn',
    text: 'Seconds of this line are in treatment management too: the written reason must cover that.',
    evidence: 'D',
  },
  LOCKED_OTHERWISE: {
    kind: 'warn',
    text: 'Another code was billed for these dates in the place of this one: see the late change.',
    evidence: 'D',
  },
  MANY_STEPS: {
    kind: 'warn',
    text: 'More than {stepFlag} units in one month: expect the payer to ask for the record.',
    evidence: 'S',
  },
  CODE_IS_NEW: {
    kind: 'warn',
    text: 'A counted date lies before this code existed: a person decides.',
    evidence: 'D',
  },
  OVER_CAP: { kind: 'warn', text: 'Units over the cap are held for review.', evidence: 'S' },
} as const satisfies Record<string, { kind: 'block' | 'warn'; text: string; evidence: string }>

export type Signal = keyof typeof signals

/** What a signal says to a person, with the settings in force: `over 1 h`, `more than 3 distinct dates`. */
export const signalText = (signal: Signal, settings: Settings): string =>
  signals[signal].text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (!(name in settings)) return whole
    const value = settings[name as keyof Settings]
    return typeof value === 'number' && name.endsWith('S') ? spell(value) : String(value)
  })

/** `1 h`, `90 min`, `45 s` */
const spell = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`

export type Gate = { [Name in Signal]: (typeof signals)[Name]['kind'] extends 'block' ? Name : never }[Signal]
export type Warning = Exclude<Signal, Gate>
