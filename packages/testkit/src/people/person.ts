import { randomUUID } from 'node:crypto'
import type { OperationName, ParamsOf } from '@cufflink/contracts'
import { type Client, createClient, type Fetch, pathOf } from '@cufflink/contracts/client'

/** The holder of the machine's operator key. */
export const operatorOf = (consoleUrl: string, operatorKey: string): Client =>
  createClient({ fetch, base: consoleUrl, operatorKey, commandKey: randomUUID })

/** A person who is signed in, as a browser of theirs would be. */
export type SignedInPerson = Client & {
  readonly user: string
  /** The header that a browser would send: `cufflink=…`. */
  readonly cookie: string
  /** Opens one of the console's websockets, with the person's cookie. */
  socket<Name extends OperationName>(name: Name, params: ParamsOf<Name>): WebSocket
}

export type Credentials = { readonly user: string; readonly password: string }

/** Signs in. @throws {Refused} */
export async function signIn(consoleUrl: string, { user, password }: Credentials): Promise<SignedInPerson> {
  let cookie = ''
  const withCookie: Fetch = async (url, options) => {
    const headers = { ...options.headers, ...(cookie !== '' && { cookie }) }
    const response = await fetch(url, { ...options, headers })
    const set = response.headers.getSetCookie().find((one) => /^(__Host-)?cufflink=/.test(one))
    if (set !== undefined) cookie = set.split(';')[0]!
    return response
  }
  const client = createClient({ fetch: withCookie, base: consoleUrl, commandKey: randomUUID })
  await client.call('signIn', { body: { user, password } })
  return {
    ...client,
    user,
    get cookie() {
      return cookie
    },
    socket(name, params) {
      const url = new URL(pathOf(name, params), consoleUrl)
      url.protocol = 'ws:'
      // Node's own WebSocket takes headers; its type does not say so.
      return new WebSocket(url, { headers: { cookie } })
    },
  }
}
