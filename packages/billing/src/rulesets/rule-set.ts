import type { Program } from '@cufflink/contracts'

/** What a device is for, in billing: the RTM device codes differ by the body system. */
export type Family = 'RPM' | 'RTM-respiratory' | 'RTM-musculoskeletal' | 'RTM-cbt'

/** What a code pays for; its threshold stands in the settings under the same idea. */
export type Role =
  | 'setup'
  | 'device-low'
  | 'device-high'
  | 'time-low'
  | 'time-base'
  | 'time-step'
  | 'physician'

/** P primary text · S secondary · M commonly known · D decision of this project · X sources disagree. */
export type Evidence = 'P' | 'S' | 'M' | 'D' | 'X'

export type CodeRule = {
  readonly code: string
  readonly program: 'RPM' | 'RTM'
  /** Only for device codes of RTM, which differ by body system. */
  readonly family?: Family
  readonly role: Role
  readonly title: string
  readonly source: string
  readonly evidence: Evidence
}

export type CategoryRule = {
  readonly category: string
  readonly title: string
  readonly counts: boolean
  readonly evidence: Evidence
}

export type CredentialRule = {
  readonly credential: string
  readonly title: string
  /** A physician or other qualified health professional: gets the credit first, and may do 99091. */
  readonly qualified: boolean
  readonly counts: boolean
}

export type Settings = {
  readonly setupMinDays: number
  /** Two set-ups of a patient have dates of service at least so many days apart. */
  readonly setupApartDays: number
  readonly deviceLowDays: number
  readonly deviceHighDays: number
  readonly periodDays: number
  readonly anchor: 'first-reading' | 'set-up'
  readonly emptyPeriod: 'continue' | 're-anchor'
  readonly graceDays: number
  readonly timeLowS: number
  readonly timeBaseS: number
  readonly timeStepS: number
  readonly stepCap: number
  /** More units than this are flagged. */
  readonly stepFlag: number
  readonly physicianS: number
  readonly interactiveMinS: number
  readonly emDay: 'exclude-all' | 'exclude-qhp' | 'allow-distinct'
  readonly allow99091: boolean
  readonly idleS: number
  readonly longSessionS: number
  readonly longStaffDayS: number
  /** An upload with readings of more distinct dates than this is flagged. */
  readonly batchDates: number
  /** Readings of one device that arrive not further apart than this are one upload. */
  readonly uploadGapMinutes: number
  /** A reading later than its arrival by more than this is quarantined. */
  readonly futureMinutes: number
  readonly retentionYears: number
}

/**
 * What a practice may decide for itself, for all its patients and dates: over the rule set, under the payer. What is paid
 * for (days, seconds, steps) it may not.
 */
export type PracticeSettings = Partial<Omit<Settings, keyof typeof paidFor>>

/** The thresholds of the codes: a rule set's, or a payer's. */
export const paidFor = {
  setupMinDays: true,
  setupApartDays: true,
  deviceLowDays: true,
  deviceHighDays: true,
  periodDays: true,
  timeLowS: true,
  timeBaseS: true,
  timeStepS: true,
  physicianS: true,
} as const satisfies Partial<Record<keyof Settings, true>>

/** What a payer does otherwise, within its dates. */
export type PayerRule = {
  readonly payer: string
  readonly from: string
  readonly to: string
  readonly settings: Partial<Settings>
  readonly excludedConditions: readonly string[]
}

export type RateRow = { readonly code: string; readonly cents: number }

/** The rules of service dates from `from` to `to`, both included. */
export type RuleSet = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Carried over from the year before; the final rule of this year is not known yet. */
  readonly provisional: boolean
  readonly settings: Settings
  readonly codes: readonly CodeRule[]
  readonly categories: readonly CategoryRule[]
  readonly credentials: readonly CredentialRule[]
  readonly rates: readonly RateRow[]
  readonly payers: readonly PayerRule[]
}

/** The programs that these codes bill; the others only compete for the same minutes. */
export const billedPrograms = ['RPM', 'RTM'] as const satisfies readonly Program[]
