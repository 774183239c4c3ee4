export {
  type ChartReader,
  type ChartReaderOptions,
  createChartReader,
  type Enrolled,
  type ReadChart,
  type Round,
} from './chart-reader.ts'
export {
  type ClinicianMonthName,
  clinicianMonthName,
  clinicianTally,
  homeOf,
  isClinicianMonth,
  readClinicianMonthName,
} from './clinician-months.ts'
export { type Current, type CurrentOptions, type Ends, endsNow, untilCurrent } from './current.ts'
export {
  type ActivityDocuments,
  createDocuments,
  type Documents,
  type DocumentsOptions,
  DocumentUnreadable,
  type WantedActivity,
} from './documents.ts'
export { createPractices, type Practice, type Practices, usualSettings } from './practices.ts'
export { rowOf, statesOf, wordsOf } from './row.ts'
export { type EvaluatedChart, RULES } from './settling.ts'
export { habitOf, programsOf, shortLinesOf } from './short-lines.ts'
export { homeZone, type PatientTally, tallyOf, tallyWithoutEvaluation } from './tally.ts'
