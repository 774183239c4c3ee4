import * as chart from './live/chart.ts'
import * as month from './live/month.ts'
import * as ops from './live/ops.ts'
import * as practice from './live/practice.ts'
import * as work from './live/work.ts'

/** Every message of the websockets, by name. */
export const liveSchemas = {
  Window: practice.Window,
  Patch: practice.Patch,
  Pong: practice.Pong,
  PracticeRequest: practice.PracticeRequest,
  Ping: practice.Ping,
  Chart: chart.Chart,
  WorkRequest: work.WorkRequest,
  WorkMessage: work.WorkMessage,
  MonthMessage: month.MonthMessage,
  OpsReport: ops.OpsReport,
} as const
