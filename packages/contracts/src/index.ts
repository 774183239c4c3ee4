export type { Access, Operation, OperationName } from './api/operations.ts'
export { operations } from './api/operations.ts'
export type { DeviceSecret, PracticeList } from './api/practice.ts'
export type { AnswerOf, BodyOf, ParamsOf } from './api/schemas.ts'
export { operationSchemas, paramSchemas } from './api/schemas.ts'
export type { Session } from './api/session.ts'
export type { ErrorCode } from './errors.ts'
export { CufflinkError, errorTable, failure, rowOf } from './errors.ts'
export type { ActivityFact, Fact, FactOf, FactType, MinutesFact, ReadingFact, TimeFact } from './facts.ts'
export { assertNever, decodeFact, factSchemas, isFact, keyOf, patientKey, topicOf } from './facts.ts'
export { outcomesOf } from './interactions.ts'
export type { Chart, ChartReading, ChartStretch } from './live/chart.ts'
export type { CodeLine, LineEvent, Prompt } from './live/lines.ts'
export type { MonthLine, MonthMessage } from './live/month.ts'
export type {
  Alarm,
  GatewayStatus,
  OpsReport,
  PartitionLag,
  RefusedReadings,
  WaitingReadings,
} from './live/ops.ts'
export type {
  Patch,
  PatientRow,
  Ping,
  Pong,
  PracticeMessage,
  PracticeRequest,
  PracticeSettings,
  StaffDay,
  Window,
  WindowRequest,
} from './live/practice.ts'
export type { TimerRunning, TimerStopped, WorkMessage, WorkRequest } from './live/work.ts'
export { liveSchemas } from './live.ts'
export { nameFault, namePattern, textFault, textPattern } from './names.ts'
export type { Role, UserRecord } from './people.ts'
export type { Program } from './primitives.ts'
export { Actor, DeviceId, InstantMs, IsoDate, IsoMonth, LAST_INSTANT_MS, Slug, ZoneId } from './primitives.ts'
export type { ClockQuality, Measurement, Reading } from './readings.ts'
export { Measurement as MeasurementSchema, Reading as ReadingSchema } from './readings.ts'
export { contentOf, createRecordFold, withoutLostRecords } from './records.ts'
export type { Assignment, DeviceRecord } from './registry.ts'
export type { TopicName } from './topics.ts'
export { topicNames, topics } from './topics.ts'
