import type { ChartFile } from './parts.ts'

export const gateNames = {
  consent: 'Consent',
  order: 'Order',
  episode: 'Episode',
  'set-up': 'Set-up',
  device: 'Device',
} as const

export type GateName = keyof typeof gateNames

/** A check of the file. `at` is since when it holds, `by` the user who says so. */
export type Gate = {
  readonly gate: GateName
  readonly ok: boolean
  readonly at?: number
  readonly by?: string
  readonly text: string
}

/** What the rules ask to be on file, as of an instant. What is over does not hold. */
export const gatesOf = (file: ChartFile, now: number): readonly Gate[] => {
  const begun = asOf(file, now)
  return [
    consentGate(begun, now),
    orderGate(begun),
    episodeGate(begun, now),
    setUpGate(begun, now),
    deviceGate(begun, now),
  ]
}

/** As the rules read it: what is dated later does not hold yet. */
const asOf = (file: ChartFile, now: number): ChartFile => ({
  ...file,
  consents: file.consents.filter(({ consentedAt }) => consentedAt <= now),
  orders: file.orders.filter(({ orderedAt }) => orderedAt <= now),
  episodes: file.episodes
    .filter(({ openedAt }) => openedAt <= now)
    .map(({ setUpAt, ...episode }) => ({
      ...episode,
      ...(setUpAt !== undefined && setUpAt <= now && { setUpAt }),
    })),
})

const latest = <Item>(items: readonly Item[], at: (item: Item) => number): Item | undefined =>
  items.reduce<Item | undefined>((held, item) => (held && at(held) > at(item) ? held : item), undefined)

const consentGate = ({ consents }: ChartFile, now: number): Gate => {
  const consent = latest(consents, ({ consentedAt }) => consentedAt)
  if (consent === undefined) return { gate: 'consent', ok: false, text: 'not on record' }
  const { consentedAt: at, withdrawnAt, mode, takenBy: by, costShareExplained } = consent
  if (withdrawnAt !== undefined && withdrawnAt <= now)
    return { gate: 'consent', ok: false, at: withdrawnAt, text: 'withdrawn' }
  const share = costShareExplained === false ? ', cost share not explained' : ''
  return { gate: 'consent', ok: true, at, by, text: `${mode}${share}` }
}

const orderGate = ({ orders }: ChartFile): Gate => {
  const order = latest(orders, ({ orderedAt }) => orderedAt)
  if (order === undefined) return { gate: 'order', ok: false, text: 'not on record' }
  const { orderedAt: at, practitioner: by, diagnosis, kind, readingsPerWeek } = order
  const parts = [
    diagnosis,
    kind?.replace('-', ' '),
    readingsPerWeek === undefined ? undefined : `${readingsPerWeek} a week`,
  ]
  const text = parts.filter((part) => part !== undefined).join(', ')
  return { gate: 'order', ok: true, at, by, text: text === '' ? 'on record' : text }
}

/** The episode that is open, or the last one that was. */
export const episodeAt = (file: ChartFile, now: number): ChartFile['episodes'][number] | undefined => {
  const open = file.episodes.filter(({ closedAt }) => closedAt === undefined || closedAt > now)
  return latest(open.length > 0 ? open : file.episodes, ({ openedAt }) => openedAt)
}

export const isOpen = (episode: ChartFile['episodes'][number] | undefined, now: number): boolean =>
  episode !== undefined && (episode.closedAt === undefined || episode.closedAt > now)

const episodeGate = (file: ChartFile, now: number): Gate => {
  const episode = episodeAt(file, now)
  if (episode === undefined) return { gate: 'episode', ok: false, text: 'none' }
  if (!isOpen(episode, now))
    return {
      gate: 'episode',
      ok: false,
      text: 'closed',
      ...(episode.closedAt !== undefined && { at: episode.closedAt }),
    }
  return { gate: 'episode', ok: true, at: episode.openedAt, text: 'open' }
}

const setUpGate = (file: ChartFile, now: number): Gate => {
  const setUpAt = episodeAt(file, now)?.setUpAt
  if (setUpAt === undefined) return { gate: 'set-up', ok: false, text: 'not recorded' }
  return { gate: 'set-up', ok: true, at: setUpAt, text: 'set up and taught' }
}

const deviceGate = ({ devices }: ChartFile, now: number): Gate => {
  const held = devices.filter(({ from, to }) => from <= now && (to === undefined || to > now))
  const device = latest(held, ({ from }) => from)
  if (device === undefined) return { gate: 'device', ok: false, text: 'none assigned' }
  const others = held.length > 1 ? ` and ${held.length - 1} more` : ''
  return { gate: 'device', ok: true, at: device.from, text: `${device.model}, ${device.device}${others}` }
}

/** A name for a new episode that none has yet: `e-2`. */
export const nextEpisode = ({ episodes }: ChartFile): string => {
  const taken = new Set(episodes.map(({ episode }) => episode))
  let number = episodes.length + 1
  while (taken.has(`e-${number}`)) number += 1
  return `e-${number}`
}
