/** What a person has typed and not sent yet, each draft under the name of its form. */
export type Drafts = {
  /** Parsed JSON; `undefined` when nothing was kept. */
  read(name: string): unknown
  write(name: string, draft: unknown): void
  remove(name: string): void
}

export type DraftOwner = {
  readonly user: string
  /** The address of the page: a draft about one patient never appears on the page of another. */
  readonly path: string
}

/**
 * Drafts in the storage of the browser tab (`sessionStorage`): they survive Back, a link, a reload and the end of the session, and are
 * gone when the tab is closed. Another person who signs in in this tab does not see them. A browser that refuses to store loses
 * nothing but that: the form goes on working.
 */
export const draftsIn = (
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  { user, path }: DraftOwner,
): Drafts => {
  const keyOf = (name: string): string => `draft ${user} ${path} ${name}`
  return {
    read: (name) => quietly(() => JSON.parse(storage.getItem(keyOf(name)) ?? 'null') ?? undefined),
    write: (name, draft) => quietly(() => storage.setItem(keyOf(name), JSON.stringify(draft))),
    remove: (name) => quietly(() => storage.removeItem(keyOf(name))),
  }
}

const quietly = <Value>(act: () => Value): Value | undefined => {
  try {
    return act()
  } catch {
    return undefined // the storage is full or switched off
  }
}
