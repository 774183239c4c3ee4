import { failure } from '@cufflink/contracts'
import { type FeedOptions, openPracticeFeed, type PracticeFeed } from './practice-feed.ts'

/** The feeds that somebody looks at: one for each practice, closed when the last reader leaves. */
export type Feeds = {
  /** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
  open(practice: string): Promise<PracticeFeed>
  /** Closes the feed if nobody looks any more. */
  release(practice: string): void
  closeAll(): void
}

export function createFeeds(options: Omit<FeedOptions, 'practice'>): Feeds {
  const feeds = new Map<string, Promise<PracticeFeed>>()

  async function start(id: string): Promise<PracticeFeed> {
    const practice = await options.rows.practice(id)
    if (practice === undefined) throw failure('PRACTICE_UNKNOWN')
    return openPracticeFeed({ ...options, practice })
  }

  return {
    open(id) {
      const existing = feeds.get(id)
      if (existing !== undefined) return existing
      const opening = start(id)
      feeds.set(id, opening)
      opening.catch(() => feeds.delete(id))
      return opening
    },
    release(id) {
      void feeds.get(id)?.then((feed) => {
        if (feed.readers > 0) return
        feeds.delete(id)
        feed.close()
      })
    },
    closeAll() {
      for (const feed of feeds.values()) void feed.then(({ close }) => close()).catch(() => undefined)
      feeds.clear()
    },
  }
}
