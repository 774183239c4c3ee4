/** Does something with each, in their order, so many at once. */
export async function takingTurns<Item, Result>(
  items: readonly Item[],
  { atOnce, act }: { readonly atOnce: number; act(item: Item): Promise<Result> },
): Promise<readonly Result[]> {
  const waiting = items.values()
  const results: Result[] = []
  const lane = async (): Promise<void> => {
    for (const item of waiting) results.push(await act(item))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
