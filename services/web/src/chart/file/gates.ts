import type { Chart } from '@cufflink/contracts'
import type { ChartFile } from '../parts.ts'

export const gateNames = {
  consent: 'Consent',
  order: 'Order',
  episode: 'Episode',
  'set-up': 'Set-up',
  device: 'Device',
} as const satisfies Record<GateName, string>

export type Gate = Chart['gates'][number]
export type GateName = Gate['gate']

const latest = <Item>(items: readonly Item[], at: (item: Item) => number): Item | undefined =>
  items.reduce<Item | undefined>((held, item) => (held && at(held) > at(item) ? held : item), undefined)

/** The episode that is open, or the last one that was. */
export const episodeAt = (file: ChartFile, now: number): ChartFile['episodes'][number] | undefined => {
  const open = file.episodes.filter(({ closedAt }) => closedAt === undefined || closedAt > now)
  return latest(open.length > 0 ? open : file.episodes, ({ openedAt }) => openedAt)
}

export const isOpen = (episode: ChartFile['episodes'][number] | undefined, now: number): boolean =>
  episode !== undefined && (episode.closedAt === undefined || episode.closedAt > now)

/** A name for a new episode that none has yet: `e-2`. */
export const nextEpisode = ({ episodes }: ChartFile): string => {
  const taken = new Set(episodes.map(({ episode }) => episode))
  let number = episodes.length + 1
  while (taken.has(`e-${number}`)) number += 1
  return `e-${number}`
}
