import type { UserRecord } from '@cufflink/contracts'
import { followToEnd, type Ledger } from '@cufflink/ledger'

/** A person's account, the practice it belongs to, and since when sessions count. */
export type Account = UserRecord & { readonly practice: string }

/** Every account, in memory, kept by the compacted topic `registry`. */
export type Accounts = {
  find(user: string): Account | undefined
  /** The people of a practice, disabled ones too, by user name. */
  of(practice: string): readonly Account[]
  /** Sessions of the person that began before this instant (ms) are over. */
  signedOutAt(user: string): number
  /** Calls back after an account was replaced, until the returned function is called. */
  onChange(listener: (user: string) => void): () => void
  /** Calls back after a person signed out, or was disabled. */
  onSignedOut(listener: (user: string) => void): () => void
  close(): Promise<void>
}

export async function openAccounts(ledger: Ledger): Promise<Accounts> {
  const accounts = new Map<string, Account>()
  const signedOut = new Map<string, number>()
  const changed = new Set<(user: string) => void>()
  const gone = new Set<(user: string) => void>()
  const tell = (listeners: ReadonlySet<(user: string) => void>, user: string): void => {
    for (const listener of listeners) listener(user)
  }
  const add = (listeners: Set<(user: string) => void>, listener: (user: string) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const following = await followToEnd(ledger, 'registry', (fact) => {
    if (fact.type === 'user.registered') {
      // A user name belongs to whoever had it first: an account of another practice under it is nobody's.
      const holder = accounts.get(fact.data.user)?.practice ?? fact.tenant
      if (holder !== fact.tenant) return
      accounts.set(fact.data.user, { ...fact.data, practice: fact.tenant })
      // Whoever is out hears that first: the listeners of a change tell people to come back.
      if (fact.data.status === 'disabled') tell(gone, fact.data.user)
      tell(changed, fact.data.user)
    } else if (fact.type === 'user.signed-out') {
      const { user, signedOutAt } = fact.data
      signedOut.set(user, Math.max(signedOutAt, signedOut.get(user) ?? 0))
      tell(gone, user)
    }
  })

  return {
    find: (user) => accounts.get(user),
    of: (practice) =>
      [...accounts.values()]
        .filter((account) => account.practice === practice)
        .toSorted((a, b) => (a.user < b.user ? -1 : 1)),
    signedOutAt: (user) => signedOut.get(user) ?? 0,
    onChange: (listener) => add(changed, listener),
    onSignedOut: (listener) => add(gone, listener),
    close: () => following.close(),
  }
}
