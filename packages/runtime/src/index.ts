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
export { withDeadline } from './deadline.ts'
export { type EngineTls, engineTls, refuseCleartext } from './engine-tls.ts'
export type { ConnectionBounds } from './http/connections.ts'
export { boundConnections, maxDescriptors } from './http/connections.ts'
export type { Health, Readiness } from './http/health.ts'
export { createHealth } from './http/health.ts'
export type { HttpOptions } from './http/http.ts'
export { createHttp, listenHttp } from './http/http.ts'
export type { Listening, ListenOptions } from './http/listen.ts'
export { isLoopback, listen } from './http/listen.ts'
export type { Lifecycle, StopReason, StopStage } from './lifecycle.ts'
export { createLifecycle } from './lifecycle.ts'
export type { LifecycleState } from './lifecycle-state.ts'
export type { LogField, LogFields } from './log-fields.ts'
export type { Logger, LogLevel } from './logger.ts'
export { createLogger, logLevels } from './logger.ts'
export { createMetrics } from './metrics.ts'
export { networkOf, networksOf } from './network.ts'
export type { ProcessHost } from './process.ts'
export { runProcess } from './process.ts'
export { repeat } from './repeat.ts'
export { createTokenBucket, type TokenBucket, type TokenBucketOptions } from './token-bucket.ts'
