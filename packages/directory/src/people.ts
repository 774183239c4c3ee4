import { createRecordFold, type UserRecord } from '@cufflink/contracts'
import { type FollowedLedger, followToEnd } from '@cufflink/ledger'
import { createOutcomes, type Outcomes } from './outcomes.ts'

/** A person's account, the practice it belongs to, and the fact that wrote it: what changes it must name that. */
export type Account = UserRecord & { readonly practice: string; readonly version: string }

/** Every account, in memory, kept by the topic `registry`. */
export type Accounts = {
  /** Whether records that are about to be written hold. */
  readonly outcomes: Outcomes
  find(user: string): Account | undefined
  /** The people of a practice, disabled ones too, by user name: the very same list until one of them changes. */
  of(practice: string): readonly Account[]
  /**
   * Whether the person's account was disabled at an instant (ms), as far as the ledger still tells: once it is compacted, only the latest
   * record of an account is left.
   */
  wasDisabled(user: string, atMs: number): boolean
  /** Sessions of the person that began before this instant (ms) have ended. */
  signedOutAt(user: string): number
  /** Calls back after an account was replaced, until the returned function is called. */
  onChange(listener: (user: string) => void): () => void
  /** Calls back after a person signed out, or was disabled. */
  onSignedOut(listener: (user: string) => void): () => void
  close(): Promise<void>
}

export async function openAccounts(ledger: FollowedLedger, clock: { now(): number }): Promise<Accounts> {
  const accounts = new Map<string, Account>()
  const signedOut = new Map<string, number>()
  /** What became of each account, and when, in the order of the ledger. */
  const statuses = new Map<string, { readonly from: number; readonly status: UserRecord['status'] }[]>()
  const changed = new Set<(user: string) => void>()
  const gone = new Set<(user: string) => void>()
  /** The people of each practice, until one of them changes. */
  const people = new Map<string, readonly Account[]>()
  const outcomes = createOutcomes()
  const holds = createRecordFold()
  const tell = (listeners: ReadonlySet<(user: string) => void>, user: string): void => {
    for (const listener of listeners) listener(user)
  }
  const add = (listeners: Set<(user: string) => void>, listener: (user: string) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const following = await followToEnd(ledger, 'registry', (fact) => {
    if (fact.type === 'user.registered') {
      if (!holds(fact)) return outcomes.settle(fact.id, false)
      const { replaces: _, ...account } = { replaces: undefined, ...fact.data }
      accounts.set(account.user, { ...account, practice: fact.tenant, version: fact.id })
      people.clear()
      // It was written by now. One that a clock ahead dated later would leave a person who is disabled at work until then.
      const from = Math.min(fact.at, clock.now())
      statuses.getOrInsertComputed(account.user, () => []).push({ from, status: account.status })
      // A person who was signed out hears that first: the listeners of a change tell people to come back.
      if (fact.data.status === 'disabled') tell(gone, fact.data.user)
      tell(changed, fact.data.user)
      outcomes.settle(fact.id, true)
    } else if (fact.type === 'user.signed-out') {
      const { user, signedOutAt } = fact.data
      signedOut.set(user, Math.max(signedOutAt, signedOut.get(user) ?? 0))
      tell(gone, user)
    }
  })

  return {
    outcomes,
    find: (user) => accounts.get(user),
    of: (practice) =>
      people.getOrInsertComputed(practice, () =>
        [...accounts.values()]
          .filter((account) => account.practice === practice)
          .toSorted((a, b) => (a.user < b.user ? -1 : 1)),
      ),
    wasDisabled: (user, atMs) =>
      statuses.get(user)?.findLast(({ from }) => from <= atMs)?.status === 'disabled',
    signedOutAt: (user) => signedOut.get(user) ?? 0,
    onChange: (listener) => add(changed, listener),
    onSignedOut: (listener) => add(gone, listener),
    close: () => following.close(),
  }
}
