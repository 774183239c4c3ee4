import { Counter, type Logger, type Registry, wallMs } from '@cufflink/runtime'

/** Wrong passwords for an account since it was last signed in to, as this server saw them. */
export type WrongPasswords = { readonly count: number; readonly lastAt: number }

export type SignInRecord = {
  right(user: string): void
  /** `user` is absent where there is no such account: what was typed as a name may be a password. */
  wrong(user?: string): void
  throttled(): void
  wrongOf(user: string): WrongPasswords | undefined
  /** Logs what failed since the last call. */
  report(): Promise<void>
}

/** Keeps how sign-ins ended: counted, logged as sums without a name, and for each account that there is. */
export function createSignInRecord(options: { logger: Logger; metrics: Registry }): SignInRecord {
  const { logger, metrics } = options
  const ended = new Counter({
    name: 'cufflink_console_passwords_total',
    help: 'Passwords that were given, by whether they were right, wrong, or refused unseen because too many were wrong',
    labelNames: ['outcome'],
    registers: [metrics],
  })
  const wrongPasswords = new Map<string, WrongPasswords>()
  const unreported = { SIGN_IN_WRONG: 0, SIGN_IN_THROTTLED: 0 }

  return {
    right(user) {
      ended.inc({ outcome: 'right' })
      wrongPasswords.delete(user)
    },
    wrong(user) {
      ended.inc({ outcome: 'wrong' })
      unreported.SIGN_IN_WRONG += 1
      if (user === undefined) return
      wrongPasswords.set(user, { count: (wrongPasswords.get(user)?.count ?? 0) + 1, lastAt: wallMs() })
    },
    throttled() {
      ended.inc({ outcome: 'throttled' })
      unreported.SIGN_IN_THROTTLED += 1
    },
    wrongOf: (user) => wrongPasswords.get(user),
    async report() {
      for (const code of ['SIGN_IN_WRONG', 'SIGN_IN_THROTTLED'] as const) {
        const count = unreported[code]
        if (count > 0) logger.warn('passwords were refused', { code, count })
        unreported[code] = 0
      }
    },
  }
}
