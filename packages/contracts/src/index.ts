export type { Program } from './activity.ts'
export type { AssignDevice, DeviceSecret, EnrolPatient, OpenPractice, RegisterDevice } from './commands.ts'
export * as commandSchemas from './commands.ts'
export type { ErrorCode } from './errors.ts'
export { CufflinkError, errorTable, failure, rowOf } from './errors.ts'
export type { ActivityFact, Fact, FactOf, FactType, MinutesFact, ReadingFact, TimeFact } from './facts.ts'
export { assertNever, decodeFact, factSchemas, isFact, keyOf, patientKey, topicOf } from './facts.ts'
export type {
  GatewayStatus,
  OpsReport,
  PartitionLag,
  Patch,
  PatientRow,
  PracticeList,
  PracticeMessage,
  Snapshot,
} from './live.ts'
export * as liveSchemas from './live.ts'
export { Actor, DeviceId, InstantMs, Slug, ZoneId } from './primitives.ts'
export type { ClockQuality, Measurement, Reading } from './readings.ts'
export { Measurement as MeasurementSchema, Reading as ReadingSchema } from './readings.ts'
export type { Assignment, DeviceRecord } from './registry.ts'
export type { TopicName } from './topics.ts'
export { topicNames, topics } from './topics.ts'
