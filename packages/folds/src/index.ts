export {
  CLINICIAN_PART,
  claimsKey,
  clinicianMonthsOf,
  closingsOf,
  decodeFactList,
  decodeQueue,
  encodeFactList,
  encodeQueue,
  type FactList,
  fileKey,
  foldFactList,
  foldQueue,
  type ListedFact,
  PRACTICES,
  patientsOf,
  practiceKey,
  type Queue,
  type QueueItem,
  type QueueName,
  queueKey,
  recordKey,
  rowsOf,
} from './chart-documents.ts'
export { compareNames, hash32, minuteOf } from './codec/entries.ts'
export { decodeDays, encodeDays } from './days/codec.ts'
export { type CountOptions, countDays, type DayCount } from './days/count.ts'
export {
  type DayReading,
  type DayRetraction,
  type DaysDocument,
  type DeviceDays,
  daysKey,
} from './days/document.ts'
export { compareReadings, foldDays, identified, measurementText, monthOfFact } from './days/fold.ts'
export { decodeLate, encodeLate, foldLate, type LateReadings, lateKey } from './days/late.ts'
export { byKeptId, type IndexedReading, type IndexFault, latestSecond, readingsOf } from './days/standing.ts'
export { decodeMinutes, encodeMinutes } from './minutes/codec.ts'
export {
  clinicianKey,
  type InteractionEntry,
  type Mark,
  type MinutesDocument,
  minutesKey,
  type Outcome,
  type ProofRun,
  type StretchEntry,
} from './minutes/document.ts'
export { findStretch, isRunning, provenUntil, versionOf } from './minutes/entry.ts'
export { foldMinutes, joinMinutes, monthOfMinutes } from './minutes/fold.ts'
export {
  type Deduction,
  firstStarted,
  type Lease,
  type Resolved,
  resolvedOnce,
  resolveStretches,
  type Stretch,
} from './minutes/stretches.ts'
export {
  DAY_S,
  dateOf,
  dayOf,
  type EpochDay,
  firstDayOfMonth,
  isDate,
  monthIndexOf,
  monthIndexOfDay,
  monthName,
  utcMonth,
} from './time/calendar.ts'
export { monthAfter, monthsAround, monthsBetween, monthsOfPeriods, monthsOfReadings } from './time/months.ts'
export { localDate, type ZoneClock, zoneClock } from './time/zone.ts'
