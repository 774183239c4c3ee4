import { AssignerProtocol, type PartitionAssigner } from 'kafkajs'

const { MemberAssignment, MemberMetadata } = AssignerProtocol
const VERSION = 0

/**
 * Gives partition n of every topic to the same member of the consumer group, so that the tracker that folds a patient's readings folds the
 * patient's activity too, and evaluates at once what it folded (ADR 23). kafkajs' own assigner goes on counting from one topic to the next.
 */
export const partitionsTogether: PartitionAssigner = ({ cluster }) => ({
  name: 'CufflinkPartitionsTogether',
  version: VERSION,
  async assign({ members, topics }) {
    const ids = members.map(({ memberId }) => memberId).sort()
    const partitions = new Map(
      topics.map((topic) => [
        topic,
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      ]),
    )
    return ids.map((memberId, index) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: VERSION,
        assignment: assignmentOf({ index, of: ids.length }, partitions),
        userData: Buffer.alloc(0),
      }),
    }))
  },
  protocol: ({ topics }) => ({
    name: 'CufflinkPartitionsTogether',
    metadata: MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
  }),
})

/** The partitions of one member, by topic: every so many'th of each. */
const assignmentOf = (
  { index, of }: { readonly index: number; readonly of: number },
  partitions: ReadonlyMap<string, readonly number[]>,
): Record<string, number[]> =>
  Object.fromEntries(
    [...partitions].map(([topic, all]) => [topic, all.filter((partition) => partition % of === index)]),
  )
