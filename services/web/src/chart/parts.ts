import type { BodyOf, Chart } from '@cufflink/contracts'

export type ChartFile = Chart['file']
export type ChartInteraction = Chart['interactions'][number]
export type ChartNote = Chart['notes'][number]
export type ChartProposal = Chart['proposals'][number]
export type ChartClaim = Chart['claims'][number]
export type ChartCategory = Chart['categories'][number]
export type Tally = Chart['tally']
export type Deduction = Tally['deductions'][number]
export type ReviewedReading = BodyOf<'writeNote'>['readings'][number]

/** Whose chart it is, as the operations name it. */
export type OfPatient = { readonly practice: string; readonly patient: string }
