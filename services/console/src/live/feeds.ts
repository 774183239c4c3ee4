import { failure } from '@cufflink/contracts'
import { type FeedOptions, openPracticeFeed, type PracticeFeed } from './practice-feed.ts'

/** The feeds that somebody looks at: one for each practice, closed when the last who holds it lets go. */
export type Feeds = {
  hold(practice: string): HeldFeed
  closeAll(): void
}

export type HeldFeed = {
  /** Rejects with PRACTICE_UNKNOWN or VIEWS_UNAVAILABLE. */
  readonly feed: Promise<PracticeFeed>
  /** Lets go, once. */
  release(): void
}

type Open = { readonly feed: Promise<PracticeFeed>; holders: number }

export function createFeeds(options: Omit<FeedOptions, 'practice'>): Feeds {
  const feeds = new Map<string, Open>()

  async function start(id: string): Promise<PracticeFeed> {
    const practice = await options.rows.practice(id)
    if (practice === undefined) throw failure('PRACTICE_UNKNOWN')
    return openPracticeFeed({ ...options, practice })
  }

  function open(id: string): Open {
    const opened = { feed: start(id), holders: 0 }
    feeds.set(id, opened)
    opened.feed.catch(() => forget(id, opened))
    return opened
  }

  function forget(id: string, opened: Open): void {
    if (feeds.get(id) === opened) feeds.delete(id)
  }

  return {
    hold(id) {
      const held = feeds.get(id) ?? open(id)
      held.holders += 1
      return {
        feed: held.feed,
        release() {
          held.holders -= 1
          if (held.holders > 0) return
          forget(id, held)
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
function close({ feed }: Open): void {
  feed.then(
    (opened) => opened.close(),
    () => undefined,
  )
}
