const DAY_MS = 86_400_000

/**
 * The ledger's topics. `retentionMs` −1 keeps for ever; `compact` keeps the last fact of each key.
 * `readings` and `activity` lie apart so that a fleet flushing a week of backlog never delays a clinician's stopwatch.
 * `unassigned` is kept for ever: a reading that waits for its patient must not be deleted before a person has seen it.
 */
export const topics = {
  readings: { cleanup: 'delete', retentionMs: -1 },
  activity: { cleanup: 'delete', retentionMs: -1 },
  registry: { cleanup: 'compact', retentionMs: -1 },
  unassigned: { cleanup: 'delete', retentionMs: -1 },
  rejected: { cleanup: 'delete', retentionMs: 90 * DAY_MS },
} as const satisfies Record<string, { cleanup: 'delete' | 'compact'; retentionMs: number }>

export type TopicName = keyof typeof topics
export const topicNames = Object.keys(topics) as readonly TopicName[]
