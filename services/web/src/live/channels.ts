import type { OpsReport, PracticeMessage } from '@cufflink/contracts'
import type { Channel } from './channel.ts'
import type { OpsState } from './ops-state.ts'
import { evolveOps, initialOps } from './ops-state.ts'
import type { PracticeState } from './practice-state.ts'
import { asksForSnapshot, evolvePractice, initialPractice } from './practice-state.ts'
import { readOpsReport, readPracticeMessage } from './read-message.ts'

const snapshotRequest = JSON.stringify({ type: 'snapshot.request' })

/** A practice may have nothing to say for hours, so a quiet line is asked for a snapshot: a dead one does not answer. */
export const practiceChannel = (practice: string): Channel<PracticeState, PracticeMessage> => ({
  path: `/live/practices/${encodeURIComponent(practice)}`,
  quietMs: 25_000,
  probe: snapshotRequest,
  initial: initialPractice,
  read: readPracticeMessage,
  evolve: evolvePractice,
  ask: (before, after) => (asksForSnapshot(before, after) ? snapshotRequest : undefined),
})

/** A report comes each second; five missing ones are a dead line. */
export const opsChannel: Channel<OpsState, OpsReport> = {
  path: '/live/ops',
  quietMs: 5_000,
  initial: initialOps,
  read: readOpsReport,
  evolve: evolveOps,
}
