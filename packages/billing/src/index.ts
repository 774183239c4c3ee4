export {
  type AuditedPatient,
  type AuditInput,
  auditedPatient,
  type Flag,
  type Measure,
  plausibilityList,
  selfAudit,
} from './audit/self-audit.ts'
export {
  type BilledElsewhere,
  beginningOf,
  type CredentialChange,
  credentialAt,
  type DeviceOnFile,
  type Enrolment,
  type LockedLine,
  type ModelOnFile,
  type Visit,
  zoneAt,
} from './evaluation/enrolment.ts'
export {
  enrolmentOf,
  nativeModel,
  type PracticeFile,
  type RecordedFact,
} from './evaluation/enrolment-facts.ts'
export { episodesOf } from './evaluation/episodes.ts'
export {
  countedDates,
  type Evaluation,
  type EvaluationInput,
  evaluate,
  evaluateMonth,
  isTold,
} from './evaluation/evaluate.ts'
export { explain, explainMonth } from './evaluation/explain.ts'
export { type GridPeriod } from './evaluation/grid.ts'
export { type DeviceEvidence, type Line, type Status, type TimeEvidence } from './evaluation/lines/line.ts'
export { isMet } from './evaluation/lines/patient-lines.ts'
export { takesPlace } from './evaluation/locks.ts'
export { qualificationAt } from './evaluation/month.ts'
export { type OnFile, onFileAt } from './evaluation/on-file.ts'
export { type PatientInput } from './evaluation/patient.ts'
export { type Exclusion } from './evaluation/readings.ts'
export { decodeSettled, encodeSettled, type SettledDocument, settledKey } from './evaluation/settled/codec.ts'
export { resume, type Settled, settle, unsettled } from './evaluation/settled/settled.ts'
export { type Gate, type Signal, signals, signalText, type Warning } from './evaluation/signals.ts'
export { type Deductions, type MonthTally, type StretchTally, tallyMonth } from './evaluation/tally.ts'
export {
  type Chance,
  chanceOfDays,
  type DayHabit,
  type HabitPrior,
  openPrior,
  priorOf,
} from './forecast/days.ts'
export { chanceOf, type Experience, isForecast, pastMonthOf, type ShortLine } from './forecast/forecast.ts'
export { chanceOfTime, type PastMonth } from './forecast/time.ts'
export {
  type ChainFault,
  type ChainLink,
  type ChainRow,
  type ChainSeal,
  canonical,
  chained,
  GENESIS,
  linkOf,
  type Sha256,
  verifyChain,
  verifyLinks,
} from './lock/chain.ts'
export {
  type Difference,
  decisionsAbout,
  historyOf,
  isNoChange,
  isSameLine,
  isWatched,
  type LineName,
  type StandingClaim,
  standingClaims,
  wasSubmitted,
  watchedYears,
} from './lock/claims.ts'
export { type LateChange, lateChange } from './lock/late-change.ts'
export { reachOf, type Span, sharingWith } from './minutes/beside.ts'
export {
  type Candidate,
  type ClinicianDay,
  type ClinicianMonth,
  clinicianDays,
  clinicianMonth,
  type Dates,
  type Overlap,
  overlapsOf,
} from './minutes/clinician.ts'
export { medicare } from './rulesets/medicare.ts'
export { rulesPage } from './rulesets/page.ts'
export {
  type CodeRule,
  type Family,
  type PayerRule,
  type PracticeSettings,
  type RateRow,
  type Role,
  type RuleSet,
  type Settings,
} from './rulesets/rule-set.ts'
export { type RuledFor, type RulesInForce, rulesOn } from './rulesets/select.ts'
