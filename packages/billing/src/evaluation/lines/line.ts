import type { Deduction, InteractionEntry } from '@cufflink/folds'
import type { Evidence, Role, Settings } from '../../rulesets/rule-set.ts'
import type { LockedLine } from '../enrolment.ts'
import type { Exclusion } from '../readings.ts'
import type { Gate, Warning } from '../signals.ts'

/**
 * `supported`: it could be billed today, but its window is still open · `final`: the window and its grace have ended ·
 * `short`: something is missing · `blocked`: a gate forbids it · `held`: for a person to decide.
 */
export type Status = 'supported' | 'short' | 'blocked' | 'held' | 'final'

export type DateEvidence = {
  readonly date: string
  readonly readings: number
  /** The first countable reading of the date; instants in epoch ms, the arrival to the minute. */
  readonly first: {
    readonly device: string
    readonly measuredAt: number
    readonly arrivedAt: number
    readonly offset: number
  }
  /** The ledger offset of every counted reading of the date. */
  readonly offsets: readonly number[]
}

export type DeviceEvidence = {
  readonly kind: 'device'
  readonly zone: string
  readonly dates: readonly DateEvidence[]
  readonly excluded: readonly {
    readonly offset: number
    readonly measuredAt: number
    readonly why: Exclusion
  }[]
}

/** A credited or deducted part of a stretch of time; epoch ms. */
export type PieceEvidence = {
  readonly clinician: string
  readonly credential: string
  readonly program: string
  readonly category: string
  readonly byHand: boolean
  readonly start: number
  readonly end: number
  /** Of the fact that says so: the latest amendment, else the opening. */
  readonly offset: number
  /** Of every fact that the stretch stands on; the latest proof of presence stands for all. */
  readonly offsets: {
    readonly opening: number
    readonly proof?: number
    readonly amendments: readonly number[]
    readonly voided?: number
  }
}

export type TimeEvidence = {
  readonly kind: 'time'
  readonly zone: string
  readonly credited: readonly PieceEvidence[]
  readonly deducted: readonly (PieceEvidence & { readonly why: Deduction })[]
  readonly conversations: readonly ConversationEvidence[]
}

/** An interactive communication that counts; epoch ms. */
export type ConversationEvidence = Pick<
  NonNullable<InteractionEntry['recorded']>,
  'clinician' | 'mode' | 'direction' | 'reached' | 'outcome' | 'endedAt' | 'offset'
> & { readonly startedAt: number }

/** One code for one window: where it stands, and why. Dates are local, both included. */
export type Line = {
  readonly code: string
  readonly program: 'RPM' | 'RTM'
  readonly role: Role
  readonly title: string
  readonly clock: 'episode' | 'period' | 'month'
  readonly from: string
  readonly to: string
  readonly status: Status
  readonly units: number
  readonly have: { readonly days?: number; readonly seconds?: number; readonly conversations?: number }
  readonly missing: { readonly days?: number; readonly seconds?: number; readonly conversation?: true }
  /** Whether what is missing can still come: the local dates left, today included while it can still add one. */
  readonly reach: { readonly possible: boolean; readonly daysLeft: number }
  /**
   * Out of reach by the days left, and yet: what happened in the window and is not written down yet (a reading on its way,
   * time still to be entered) could reach it until the line is final.
   */
  readonly lateReach: boolean
  /** The first date on which the line is final. */
  readonly finalOn: string
  /** The last date that its claim may bear, where the patient died before the last of its dates. */
  readonly lastDate?: string
  readonly blocks: readonly Gate[]
  readonly warnings: readonly Warning[]
  /** Absent where no rate is on file. */
  readonly amountCents?: number
  readonly locked?: LockedLine
  readonly rule: {
    readonly ruleSet: string
    readonly from: string
    readonly to: string
    readonly threshold: string
    readonly source: string
    readonly evidence: Evidence
    /** In force for this line: the rule set's, the practice's over them, the payer's over these. */
    readonly settings: Settings
  }
  /** The ledger offsets of what on the patient's file the line stands on. */
  readonly onFile: {
    readonly consents: readonly number[]
    readonly orders: readonly number[]
    readonly episode: readonly number[]
    readonly setUp: readonly number[]
  }
  readonly evidence: DeviceEvidence | TimeEvidence
}
