import type { FactOf, Program } from '@cufflink/contracts'
import { patientKey } from '@cufflink/contracts'

/** The beginning of a stretch of time, by a timer or by hand. Instants in epoch ms: seconds are rounded only in the sum. */
export type Opening = {
  readonly program: Program
  readonly category: string
  readonly byHand: boolean
  readonly recordedMinute: number
  readonly offset: number
}

/** How far the presence is proven: the newest lease decides, within it the latest proof. */
export type Proof = {
  readonly epoch: number
  readonly until: number
  /** The end of this stretch was said, not only checkpointed. */
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
 * Keyed by `startedAt`, then the hash of its id, then who and whom: two stretches in one millisecond stay apart.
 */
export type SessionEntry = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly clinician: string
  readonly opening?: Opening
  readonly proof?: Proof
  readonly amendments: readonly Amendment[]
  readonly voided?: Mark
}

type Interaction = FactOf<'interaction.recorded'>['data']

/** One conversation or attempt; `recorded` is missing while only its void is known. */
export type InteractionEntry = {
  readonly startedAt: number
  readonly idHash: number
  readonly patient: string
  readonly recorded?: Pick<Interaction, 'clinician' | 'mode' | 'direction' | 'reached'> & {
    readonly endedAt: number
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
  readonly sessions: readonly SessionEntry[]
  readonly interactions: readonly InteractionEntry[]
}

/** The key of a patient's minutes: `minutes:tenant/patient:2026-10`. */
export const minutesKey = (tenant: string, patient: string, month: string): string =>
  `minutes:${patientKey(tenant, patient)}:${month}`

/** The key of one partition's part of a clinician's time: `clinician:tenant/clinician:2026-10`. */
export const clinicianKey = (tenant: string, clinician: string, month: string): string =>
  `clinician:${tenant}/${clinician}:${month}`
