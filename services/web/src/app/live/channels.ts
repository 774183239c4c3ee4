import type { MonthMessage, OpsReport, PracticeMessage } from '@cufflink/contracts'
import { pathOf } from '@cufflink/contracts/client'
import type { ChartMessage, ChartState } from '../../chart/chart-state.ts'
import { evolveChart, initialChart } from '../../chart/chart-state.ts'
import type { MonthState } from '../../month/month-state.ts'
import { evolveMonthSheet, initialMonth } from '../../month/month-state.ts'
import { firstView } from '../../worklist/list-view.ts'
import { firstCount, requestText } from '../../worklist/window-request.ts'
import type { Channel } from './channel.ts'
import type { OpsState } from './ops-state.ts'
import { evolveOps, initialOps } from './ops-state.ts'
import type { PracticeState } from './practice-state.ts'
import { evolvePractice, initialPractice } from './practice-state.ts'
import { readChart } from './read-chart.ts'
import { readOpsReport, readPracticeMessage } from './read-message.ts'
import { readMonthMessage } from './read-month.ts'

/** A practice may have nothing to say for hours, so a quiet connection is asked whether it lives: a dead one does not answer. */
const ping = JSON.stringify({ type: 'ping' })

export const practiceChannel = (practice: string): Channel<PracticeState, PracticeMessage> => ({
  path: `/live/practices/${encodeURIComponent(practice)}`,
  quietMs: 25_000,
  probe: ping,
  initial: initialPractice,
  read: readPracticeMessage,
  evolve: evolvePractice,
  request: requestText({ ...firstView, first: 0, count: firstCount }),
  isBehind: ({ phase }) => phase === 'catching up',
})

/** A report comes each second; five missing ones are a dead connection. */
export const opsChannel: Channel<OpsState, OpsReport> = {
  path: '/live/ops',
  quietMs: 5_000,
  initial: initialOps,
  read: readOpsReport,
  evolve: evolveOps,
}

export const chartChannel = (of: {
  readonly practice: string
  readonly patient: string
  readonly month: string
}): Channel<ChartState, ChartMessage> => ({
  path: pathOf('livePatient', of),
  quietMs: 25_000,
  probe: ping,
  initial: initialChart,
  read: readChart,
  evolve: evolveChart,
})

/** A sheet is too long to be asked for again and again: its server names the month now and then. */
export const monthChannel = (of: {
  readonly practice: string
  readonly month: string
}): Channel<MonthState, MonthMessage> => ({
  path: pathOf('liveMonth', of),
  quietMs: 60_000,
  initial: initialMonth,
  read: readMonthMessage,
  evolve: evolveMonthSheet,
})
