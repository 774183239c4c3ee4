import { type MinutesDocument, provenUntil, type StretchEntry } from '@cufflink/folds'

/** A part of time; ms, `end` exclusive. */
export type Span = { readonly start: number; readonly end: number }

/** Wherever a stretch is or was, by any of its facts. */
export function reachOf(stretch: StretchEntry): Span {
  const { startedAt, opening, amendments } = stretch
  const ends = [opening?.until ?? startedAt, ...amendments.map(({ until }) => until)]
  return {
    start: Math.min(startedAt, ...amendments.map(({ from }) => from)),
    end: Math.max(startedAt + 1, provenUntil(stretch), ...ends),
  }
}

/** A clinician's stretches that share a moment with these: where two patients' do, that of one trims that of the other. */
export const sharingWith = (
  spans: readonly Span[],
  { parts, clinician }: { readonly parts: readonly MinutesDocument[]; readonly clinician: string },
): readonly (Span & { readonly patient: string })[] =>
  parts
    .flatMap(({ stretches }) => stretches.filter((stretch) => stretch.clinician === clinician))
    .map((stretch) => ({ patient: stretch.patient, ...reachOf(stretch) }))
    .filter(({ start, end }) => spans.some((span) => span.start < end && span.end > start))
