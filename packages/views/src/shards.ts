import { failure, patientKey, type TopicName } from '@cufflink/contracts'
import { CLINICIAN_PART } from '@cufflink/folds'
import type { Commit, Shard } from './port.ts'

// What both engines call a shard, and what both mark with a commit.

/** One letter per topic: it is in every key of Redis. Appended to, never changed. */
export const letters = {
  readings: 'r',
  activity: 'a',
  registry: 'g',
  unassigned: 'u',
  rejected: 'x',
} as const satisfies Record<TopicName, string>

export const partitionTag = ({ topic, partition }: Shard): string => `${letters[topic]}:${partition}`

/**
 * The name of a shard: `r:17`, of another follower `a:17:late-changes`.
 * @throws {CufflinkError} INTERNAL when the follower's name has anything but lower-case letters and hyphens
 */
export function tagOf(shard: Shard): string {
  const { follower } = shard
  if (follower === undefined) return partitionTag(shard)
  if (!/^[a-z-]+$/.test(follower))
    throw failure('INTERNAL', { detail: 'A follower is named in lower-case letters and hyphens.' })
  return `${partitionTag(shard)}:${follower}`
}

/** Where trackers say of which devices the readings could not be moved (ADR 19). */
export const movingShard = (partition: number): Shard => ({
  topic: 'readings',
  partition,
  follower: 'moved-readings',
})

/** There, for a device; one byte: 1 while they could not be moved, else 0. */
export const notMovedKey = (device: string): string => `not-moved:${device}`

/** What a commit marks: what another follower of the partition writes is no part of an evaluation. */
export function markedBy({ follower }: Shard, { changed, documents }: Commit): readonly string[] {
  if (follower !== undefined) return []
  const patients = [...changed].flatMap(([tenant, some]) =>
    [...some].map((patient) => patientKey(tenant, patient)),
  )
  const parts = documents.map(({ key }) => key).filter((key) => key.startsWith(CLINICIAN_PART))
  return [...patients, ...parts]
}

export const lateBy = ({ follower }: Shard, { late = [] }: Commit): readonly string[] =>
  follower === undefined ? late : []

/** So far behind all others lie the late marks of `all`: what concerns a whole practice holds up no single reading. */
export const BEHIND = 2 ** 50
