import { Refused } from '@cufflink/contracts/client'

/** What a call that failed says to a person. */
export const refusalText = (error: unknown): string =>
  error instanceof Refused ? error.message : 'The server cannot be reached. Nothing was saved; try again.'

/** The same of a sign-in: a user name that cannot be one is as wrong as one that is no one’s. */
export const signInText = (error: unknown): string => {
  if (!(error instanceof Refused)) return 'The server cannot be reached. Try again.'
  return error.code === 'REQUEST_INVALID' ? 'The user or the password is wrong.' : error.message
}
