import type { Client } from '@cufflink/contracts/client'
import { createClient, Refused } from '@cufflink/contracts/client'
import { doubtSession } from './doubt.ts'

/** The console that this page came from; the browser's cookie says who asks. */
export const plainApi: Client = createClient({
  fetch: (url, options) => window.fetch(url, options),
  commandKey: () => crypto.randomUUID(),
})

/** The same, for everybody who is signed in: when the session turns out to be over, the page asks for a sign-in. */
export const api: Client = {
  async call(name, input) {
    try {
      return await plainApi.call(name, input)
    } catch (error) {
      if (error instanceof Refused && error.code === 'SIGN_IN_NEEDED') doubtSession()
      throw error
    }
  },
}
