import type { FactOf, Program } from '@cufflink/contracts'
import { patientKey } from '@cufflink/contracts'

/** The beginning of a stretch of time, by a timer or by hand. Instants in epoch ms: seconds are rounded only in the sum. */
export type Opening = {
  readonly program: Program
  readonly category: string
  readonly byHand: boolean
  /** The lease under which the timer was started; 0 by hand. */
  readonly epoch: number
  /** By hand its end; of a timer its beginning, for presence is proven later. */
  readonly until: number
  readonly recordedMinute: number
  readonly offset: number
}

/**
 * Proofs of presence under one lease, minute after minute: in each minute from `from` to `to` one was written, and it
 * proved presence in the minute `lag` minutes earlier. Only of the last minute the instant is kept exactly, so a timer of
 * any length is mostly one run, and what was known in each of its minutes is still known to the minute.
 */
export type ProofRun = {
  readonly epoch: number
  readonly lag: number
  /** When the first and the last of them were written, epoch minutes. */
  readonly from: number
  readonly to: number
  /** The latest instant proven by those written in minute `to`. */
  readonly until: number
  /** The end of the stretch was said then, not only checkpointed. */
  readonly stopped: boolean
  readonly offset: number
}

export type Amendment = {
  readonly idHash: number
  readonly program: Program
  readonly category: string
  readonly from: number
  readonly until: number
  readonly recordedMinute: number
  readonly offset: number
}

export type Mark = { readonly recordedMinute: number; readonly offset: number }

/**
 * One stretch of a clinician's time on a patient, indexed: facts may come in any order, so every part may be missing.
 * Keyed by `startedAt`, then the hash of its id, then clinician and patient: two stretches in one millisecond stay apart.
 */
export type StretchEntry = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly clinician: string
  readonly opening?: Opening
  /** By epoch, lag and time. */
  readonly proofs: readonly ProofRun[]
  readonly amendments: readonly Amendment[]
  readonly voided?: Mark
}

type Interaction = FactOf<'interaction.recorded'>['data']
/** What came of a conversation; the first version of the fact did not say. */
export type Outcome = Extract<FactOf<'interaction.recorded'>, { v: 2 }>['data']['outcome']

/** One conversation or attempt; `recorded` is missing while only its void is known. */
export type InteractionEntry = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly recorded?: Pick<Interaction, 'clinician' | 'mode' | 'direction' | 'reached'> & {
    readonly endedAt: number
    readonly outcome?: Outcome
    readonly recordedMinute: number
    readonly offset: number
  }
  readonly voided?: Mark
}

/**
 * The stretches and conversations that began in one UTC month: of one patient, or, as one partition's part, of one
 * clinician. A join-semilattice: any order and any duplication of the same facts gives the same document.
 */
export type MinutesDocument = {
  /** Months since 1970-01. */
  readonly monthIndex: number
  readonly stretches: readonly StretchEntry[]
  readonly interactions: readonly InteractionEntry[]
}

/** The key of a patient's minutes: `minutes:tenant/patient:2026-10`. */
export const minutesKey = (tenant: string, patient: string, month: string): string =>
  `minutes:${patientKey(tenant, patient)}:${month}`

/** The key of one partition's part of a clinician's time: `clinician:tenant/clinician:2026-10`. */
export const clinicianKey = (tenant: string, clinician: string, month: string): string =>
  `clinician:${tenant}/${clinician}:${month}`
