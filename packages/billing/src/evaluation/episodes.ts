import { dayOf } from '@cufflink/folds'
import { type Enrolment, holds, type Span } from './enrolment.ts'
import { startOfDay } from './locks.ts'

export type Episode = Enrolment['episodes'][number]

/**
 * By their beginning. One that no one closed ends when the next begins, and every one with the date of the patient's death and when the
 * consent is withdrawn: a consent that is given again needs an episode that is opened again.
 */
export function episodesOf(enrolment: Enrolment): readonly Episode[] {
  const { episodes, consents, died } = enrolment
  const death = died === undefined ? Number.POSITIVE_INFINITY : startOfDay(enrolment, dayOf(died) + 1) * 1000
  const sorted = episodes.toSorted((a, b) => a.from - b.from || (a.offset ?? 0) - (b.offset ?? 0))
  return sorted.map((episode, index) => {
    const closed = episode.to ?? sorted[index + 1]?.from ?? Number.POSITIVE_INFINITY
    const to = Math.min(closed, death, withdrawalAfter(consents, episode.from))
    return to === Number.POSITIVE_INFINITY ? episode : { ...episode, to }
  })
}

/** When the consent that held at an instant (ms), or the first one after it, was withdrawn with no other one in force. */
function withdrawalAfter(consents: readonly Span[], instant: number): number {
  let end = Number.NEGATIVE_INFINITY
  for (const { from, to = Number.POSITIVE_INFINITY } of consents.toSorted((a, b) => a.from - b.from)) {
    if (from > end && end > instant) return end
    end = Math.max(end, to)
  }
  return end > instant ? end : Number.POSITIVE_INFINITY
}

/** The episode to which an instant (epoch s) belongs: of those that hold it the one that began last. */
export const episodeAt = (episodes: readonly Episode[], second: number): Episode | undefined =>
  episodes.findLast((episode) => holds(episode, second))
