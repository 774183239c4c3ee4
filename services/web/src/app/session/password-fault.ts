/** The server's own limit. */
const least = 10

export type GivenPasswords = { readonly current: string; readonly next: string; readonly again: string }

/** What is wrong with a change of password, before it is asked for. */
export const passwordFault = ({ current, next, again }: GivenPasswords): string | undefined => {
  if (next.length < least) return `The new password needs at least ${least} characters.`
  if (next !== again) return 'The new password is not the same both times.'
  return next === current ? 'The new password is the current one.' : undefined
}
