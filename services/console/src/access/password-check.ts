import { CufflinkError } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import { networksOf } from '@cufflink/runtime'
import { type Claimant, createPasswordLimits } from './password-limits.ts'
import type { Passwords } from './passwords.ts'
import type { SignInRecord } from './sign-in-record.ts'

/**
 * Whether a password is that of an account, within the limits of who asks; the one way to check what someone typed.
 * @throws {CufflinkError} SIGN_IN_THROTTLED
 */
export type PasswordCheck = (
  claimant: Claimant,
  password: string,
  account: Account | undefined,
) => Promise<boolean>

export type PasswordCheckOptions = {
  readonly passwords: Pick<Passwords, 'matches'>
  readonly record: SignInRecord
  /** Ms that only go forward. */
  readonly stopwatch: () => number
}

export function createPasswordCheck({ passwords, record, stopwatch }: PasswordCheckOptions): PasswordCheck {
  const limits = createPasswordLimits(stopwatch)

  return async (claimant, password, account) => {
    const { name, address, knownAs } = claimant
    const known = knownAs !== undefined
    const lane = { known, groups: known ? [`${name} ${knownAs}`] : networksOf(address) }
    // Also where there is no such account, so that the time taken tells nothing.
    const phc = account?.status === 'active' ? account.passwordHash : undefined
    try {
      const right = await limits.guard(claimant, () => passwords.matches(password, phc, lane))
      if (right) record.right(name)
      else record.wrong(account?.user)
      return right
    } catch (error) {
      if (error instanceof CufflinkError && error.code === 'SIGN_IN_THROTTLED') record.throttled()
      throw error
    }
  }
}
