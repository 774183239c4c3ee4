export type { AuditedPatient, AuditLimits, Measure } from './audit/self-audit.ts'
export { auditLimits, plausibilityList, selfAudit } from './audit/self-audit.ts'
export { decodeDays, encodeDays } from './days/codec.ts'
export type { CountOptions, DayCount } from './days/count.ts'
export { countDays } from './days/count.ts'
export type { DayReading, DayRetraction, DaysDocument, DeviceDays } from './days/document.ts'
export { daysKey } from './days/document.ts'
export { compareReadings, foldDays, monthOfFact } from './days/fold.ts'
export type { LateReadings } from './days/late.ts'
export { decodeLate, encodeLate, foldLate, lateKey } from './days/late.ts'
export type { IndexedReading } from './days/standing.ts'
export { byKeptId, latestSecond, readingsOf } from './days/standing.ts'
export type {
  BilledElsewhere,
  CredentialChange,
  DeviceOnFile,
  Enrolment,
  LockedLine,
  ModelOnFile,
  Span,
  Visit,
} from './evaluation/enrolment.ts'
export { beginningOf, credentialAt, zoneAt } from './evaluation/enrolment.ts'
export type { PracticeFile, RecordedFact } from './evaluation/enrolment-facts.ts'
export { enrolmentOf, nativeModel } from './evaluation/enrolment-facts.ts'
export { episodesOf } from './evaluation/episodes.ts'
export type { Evaluation, EvaluationInput } from './evaluation/evaluate.ts'
export { countedDates, evaluate, evaluateMonth } from './evaluation/evaluate.ts'
export { explain, explainMonth } from './evaluation/explain.ts'
export type { GridPeriod } from './evaluation/grid.ts'
export type { DeviceEvidence, Line, Status, TimeEvidence } from './evaluation/lines/line.ts'
export { isMet } from './evaluation/lines/patient-lines.ts'
export { takesPlace } from './evaluation/locks.ts'
export { qualificationAt } from './evaluation/month.ts'
export type { OnFile } from './evaluation/on-file.ts'
export { onFileAt } from './evaluation/on-file.ts'
export type { PatientInput } from './evaluation/patient.ts'
export type { Exclusion } from './evaluation/readings.ts'
export type { SettledDocument } from './evaluation/settled/codec.ts'
export { decodeSettled, encodeSettled, settledKey } from './evaluation/settled/codec.ts'
export type { Settled } from './evaluation/settled/settled.ts'
export { resume, settle, unsettled } from './evaluation/settled/settled.ts'
export type { Gate, Signal, Warning } from './evaluation/signals.ts'
export { signals, signalText } from './evaluation/signals.ts'
export type { Deductions, MonthTally, SessionTally } from './evaluation/tally.ts'
export { tallyMonth } from './evaluation/tally.ts'
export type { Chance, DayHabit, HabitPrior } from './forecast/days.ts'
export { chanceOfDays, openPrior, priorOf } from './forecast/days.ts'
export type { History, LineForecast } from './forecast/forecast.ts'
export { forecast, habitOf, pastMonthOf } from './forecast/forecast.ts'
export type { PastMonth } from './forecast/time.ts'
export { chanceOfTime } from './forecast/time.ts'
export type { ChainFault, ChainLink, ChainRow, ChainSeal, Sha256 } from './lock/chain.ts'
export { canonical, chained, GENESIS, linkOf, verifyChain, verifyLinks } from './lock/chain.ts'
export type { LateChange } from './lock/late-change.ts'
export { lateChange } from './lock/late-change.ts'
export type { Candidate, ClinicianDay, ClinicianMonth, Dates, Overlap } from './minutes/clinician.ts'
export { clinicianDays, clinicianMonth, overlapsOf } from './minutes/clinician.ts'
export { decodeMinutes, encodeMinutes } from './minutes/codec.ts'
export type { InteractionEntry, MinutesDocument, SessionEntry } from './minutes/document.ts'
export { clinicianKey, minutesKey } from './minutes/document.ts'
export { findSession, isRunning, provenUntil, versionOf } from './minutes/entry.ts'
export { foldMinutes, joinMinutes, monthOfMinutes } from './minutes/fold.ts'
export type { Deduction, Session } from './minutes/sessions.ts'
export { decodeRecent, encodeRecent } from './recent/codec.ts'
export type { RecentDocument, RecentReading } from './recent/document.ts'
export { recentKey } from './recent/document.ts'
export type { ValuesFact } from './recent/fold.ts'
export { foldRecent, measurementText } from './recent/fold.ts'
export { medicare } from './rulesets/medicare.ts'
export { rulesPage } from './rulesets/page.ts'
export type {
  CodeRule,
  Family,
  PayerRule,
  PracticeSettings,
  RateRow,
  Role,
  RuleSet,
  Settings,
} from './rulesets/rule-set.ts'
export type { RuledFor, RulesInForce } from './rulesets/select.ts'
export { rulesOn } from './rulesets/select.ts'
export {
  dateOf,
  dayOf,
  firstDayOfMonth,
  isDate,
  monthIndexOf,
  monthIndexOfDay,
  monthName,
  monthOf,
} from './time/calendar.ts'
export { localDate, zoneClock } from './time/zone.ts'
