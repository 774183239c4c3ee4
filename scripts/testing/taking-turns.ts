/** Where a lane takes its items from: the first queue that still has one. Lanes may share queues. */
export type Lane<Item> = readonly IteratorObject<Item>[]

/** So many lanes on one queue. */
export function lanesOf<Item>(items: Iterable<Item>, count: number): readonly Lane<Item>[] {
  const queue = Iterator.from(items)
  return Array.from({ length: count }, () => [queue])
}

/** Does something with each, in the order of their queues, as many at once as there are lanes. */
export async function takingTurns<Item, Result>(
  lanes: readonly Lane<Item>[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const follow = async (lane: Lane<Item>): Promise<void> => {
    for (const queue of lane) for (const item of queue) results.push(await act(item))
  }
  await Promise.all(lanes.map(follow))
  return results
}
