import { type TopicName, topics } from '@cufflink/contracts'

type Setting = {
  readonly name: string
  /** The value in the topics that Cufflink makes. */
  readonly made: string
  /** The values that lose nothing, in words; without it any value will do. */
  readonly needed?: string
  isSafe?(value: string): boolean
}

/** The most that a batch of facts has, and the brokers' own default. */
const MAX_MESSAGE_BYTES = 1_048_588
const DAY_MS = 86_400_000

const exactly = (name: string, made: string): Setting => ({
  name,
  made,
  needed: made,
  isSafe: (value) => value === made,
})
const atLeast = (name: string, least: number): Setting => ({
  name,
  made: String(least),
  needed: `${least} or more`,
  isSafe: (value) => Number(value) >= least,
})
const retention = (ms: number): Setting => ({
  name: 'retention.ms',
  made: String(ms),
  needed: ms < 0 ? '-1' : `-1, or ${ms} or more`,
  isSafe: (value) => value === '-1' || (ms >= 0 && Number(value) >= ms),
})
const any = (name: string, made: string): Setting => ({ name, made })

/** The settings of a topic on which its facts depend. All are explicit: what a broker has by default is someone else's choice. */
export function settingsOf(
  topic: TopicName,
  { minInsyncReplicas }: { readonly minInsyncReplicas: number },
): readonly Setting[] {
  const { cleanup, retentionMs } = topics[topic]
  const kept = cleanup === 'compact' ? any('retention.ms', '-1') : retention(retentionMs)
  return [
    exactly('cleanup.policy', cleanup),
    kept,
    exactly('retention.bytes', '-1'),
    atLeast('min.insync.replicas', minInsyncReplicas),
    exactly('unclean.leader.election.enable', 'false'),
    atLeast('max.message.bytes', MAX_MESSAGE_BYTES),
    // Retention by the broker's clock: by that of a gateway whose clock is wrong, a new fact would be old.
    ...(retentionMs < 0
      ? [any('message.timestamp.type', 'LogAppendTime')]
      : [exactly('message.timestamp.type', 'LogAppendTime')]),
    ...(cleanup === 'compact'
      ? [any('segment.ms', String(7 * DAY_MS)), any('min.cleanable.dirty.ratio', '0.5')]
      : []),
  ]
}

/** Those of a topic's settings, as they are, that would delete or lose facts. */
export const unsafeSettings = (
  topic: TopicName,
  options: { readonly minInsyncReplicas: number },
  values: ReadonlyMap<string, string>,
) =>
  settingsOf(topic, options).flatMap(({ name, made, needed, isSafe }) => {
    const value = values.get(name)
    if (value === undefined || needed === undefined || isSafe?.(value) !== false) return []
    return [{ name, value, needed, made }]
  })
