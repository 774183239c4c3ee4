import { type Enrolment, holds } from './enrolment.ts'

export type Episode = Enrolment['episodes'][number]

/** By their beginning. One that nobody closed ends when the next begins. */
export function episodesOf({ episodes }: Pick<Enrolment, 'episodes'>): readonly Episode[] {
  const sorted = episodes.toSorted((a, b) => a.from - b.from || (a.offset ?? 0) - (b.offset ?? 0))
  return sorted.map((episode, index) => {
    const to = episode.to ?? sorted[index + 1]?.from
    return to === undefined ? episode : { ...episode, to }
  })
}

/** The episode to which an instant (epoch s) belongs: of those that hold it the one that began last. */
export const episodeAt = (episodes: readonly Episode[], second: number): Episode | undefined =>
  episodes.findLast((episode) => holds(episode, second))
