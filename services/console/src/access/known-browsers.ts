import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The longest that a browser keeps a cookie (RFC 6265bis §5.5). */
const KEPT_S = 400 * 86_400
/** People who share a browser; of more than these, the ones who signed in longest ago are forgotten. */
const MAX_PEOPLE = 10
/** Keeps this signed value apart from a session's. */
const PREFIX = 'known:'

export type KnownBrowsers = {
  /** The browser's name, when the person signed in with it before. */
  idOf(request: FastifyRequest, user: string): string | undefined
  /** Sets the cookie: the person signed in with this browser. */
  remember(request: FastifyRequest, reply: FastifyReply, user: string): void
}

/** Remembers in a signed cookie who signed in with a browser, so that a stranger's guesses elsewhere lock no one out there. */
export function createKnownBrowsers({ secure }: { readonly secure: boolean }): KnownBrowsers {
  const name = secure ? '__Host-cufflink-known' : 'cufflink-known'

  function read(request: FastifyRequest): { readonly id: string; readonly people: readonly string[] } {
    const sealed = request.cookies[name]
    const opened = sealed === undefined ? undefined : request.unsignCookie(sealed)
    const content = opened?.valid === true && opened.value.startsWith(PREFIX) ? opened.value : undefined
    const [id, ...people] = content?.slice(PREFIX.length).split('.') ?? []
    return { id: id ?? randomBytes(9).toString('base64url'), people }
  }

  return {
    idOf(request, user) {
      const { id, people } = read(request)
      return people.includes(user) ? id : undefined
    },
    remember(request, reply, user) {
      const { id, people } = read(request)
      const all = [user, ...people.filter((one) => one !== user)].slice(0, MAX_PEOPLE)
      reply.setCookie(name, `${PREFIX}${[id, ...all].join('.')}`, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure,
        signed: true,
        maxAge: KEPT_S,
      })
    },
  }
}
