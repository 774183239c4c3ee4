/** Something live that several may look at: opened for the first who holds it, closed when the last lets go. */
export type Feed = { close(): void }

export type Feeds<Opened extends Feed> = {
  hold(name: string): HeldFeed<Opened>
  closeAll(): void
}

export type HeldFeed<Opened> = {
  /** Rejects with what the opening failed with. */
  readonly feed: Promise<Opened>
  /** Lets go, once. */
  release(): void
}

type Open<Opened> = { readonly feed: Promise<Opened>; holders: number }

export function createFeeds<Opened extends Feed>(start: (name: string) => Promise<Opened>): Feeds<Opened> {
  const feeds = new Map<string, Open<Opened>>()

  function open(name: string): Open<Opened> {
    const opened = { feed: start(name), holders: 0 }
    feeds.set(name, opened)
    opened.feed.catch(() => forget(name, opened))
    return opened
  }

  function forget(name: string, opened: Open<Opened>): void {
    if (feeds.get(name) === opened) feeds.delete(name)
  }

  return {
    hold(name) {
      const held = feeds.get(name) ?? open(name)
      held.holders += 1
      return {
        feed: held.feed,
        release() {
          held.holders -= 1
          if (held.holders > 0) return
          forget(name, held)
          close(held)
        },
      }
    },
    closeAll() {
      for (const opened of feeds.values()) close(opened)
      feeds.clear()
    },
  }
}

/** One that could not be opened has nothing to close. */
function close<Opened extends Feed>({ feed }: Open<Opened>): void {
  feed.then(
    (opened) => opened.close(),
    () => undefined,
  )
}
