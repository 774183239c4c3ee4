import { type CredentialChange, medicare, qualificationAt } from '@cufflink/billing'
import type { Practice } from '@cufflink/charts'
import type { Chart } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'

/** Who had which credential when, of one person, as the practice's facts and the account say. */
export const credentialsOf = ({ facts }: Practice, { user, credential }: Account) => ({
  staff: new Map(credential === undefined ? [] : [[user, credential]]),
  credentials: facts.flatMap(({ fact }): readonly CredentialChange[] =>
    fact.type === 'credential.changed' && fact.data.user === user ? [{ ...fact.data, clinician: user }] : [],
  ),
})

/** The title of a person's credential at an instant (ms), where one with it may order and bill E/M visits. */
export const qualificationOf = (practice: Practice, account: Account, atMs: number): string | undefined =>
  qualificationAt(
    medicare,
    { ...credentialsOf(practice, account), practiceZone: practice.zone },
    { clinician: account.user, atMs },
  )

/** Those of a practice who may order and bill E/M visits now; those who left too, for what they did before. */
export const practitionersOf = (
  practice: Practice,
  accounts: readonly Account[],
  nowMs: number,
): Chart['practitioners'] =>
  accounts.flatMap((account) => {
    const credential = qualificationOf(practice, account, nowMs)
    return credential === undefined ? [] : [{ user: account.user, name: account.name, credential }]
  })
