export type { DestinationStream } from 'pino'
export { Counter, Gauge, Histogram, type Registry } from 'prom-client'
export {
  type Clock,
  type ClockJump,
  clockVariables,
  createClock,
  createStopwatch,
  type MachineClocks,
  wallMs,
  watchClock,
} from './clock.ts'
export type { Environment } from './config.ts'
export { loadConfig } from './config.ts'
export type { ConfigVariable } from './config-variables.ts'
export { configurationTable, describeConfig } from './config-variables.ts'
export type { ConnectionBounds } from './connections.ts'
export { boundConnections, maxDescriptors } from './connections.ts'
export { withDeadline } from './deadline.ts'
export { type EngineTls, engineTls, refuseCleartext } from './engine-tls.ts'
export type { Health, Readiness } from './health.ts'
export { createHealth } from './health.ts'
export type { HttpOptions } from './http.ts'
export { createHttp, listenHttp } from './http.ts'
export type { Lifecycle, StopReason, StopStage } from './lifecycle.ts'
export { createLifecycle } from './lifecycle.ts'
export type { LifecycleState } from './lifecycle-state.ts'
export type { Listening, ListenOptions } from './listen.ts'
export { isLoopback, listen } from './listen.ts'
export type { LogField, LogFields } from './log-fields.ts'
export type { Logger, LogLevel } from './logger.ts'
export { createLogger, logLevels } from './logger.ts'
export { createMetrics } from './metrics.ts'
export { networkOf, networksOf } from './network.ts'
export type { ProcessHost } from './process.ts'
export { runProcess } from './process.ts'
export { createTokenBucket, type TokenBucket, type TokenBucketOptions } from './token-bucket.ts'
