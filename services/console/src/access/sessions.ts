import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Accounts } from '@cufflink/directory'
import { wallMs } from '@cufflink/runtime'
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ConsoleKeys } from './keys.ts'
import type { Person, Principal } from './principal.ts'

/** A working day: a person who comes back the next morning signs in again. */
export const SESSION_MS = 12 * 3_600_000

/** A session as its cookie says it; signed, so that no one else can say it. */
export type SignedIn = { readonly who: Person; readonly startedAt: number; readonly endsAt: number }

export type Sessions = {
  /** Sets the cookie. */
  begin(reply: FastifyReply, user: string): void
  /** Clears the cookie; `accounts.signedOutAt` is what ends the session. */
  end(reply: FastifyReply): void
  /** Who asks, by cookie or operator key; `undefined` when no one does, or the session has ended. */
  principal(request: FastifyRequest): Principal | undefined
  /** The session of the request's cookie, while it counts. */
  session(request: FastifyRequest): SignedIn | undefined
}

export type SessionOptions = {
  readonly accounts: Accounts
  readonly keys: ConsoleKeys
  /** Whether people come over https only: the cookie then never travels in the clear. */
  readonly secure: boolean
}

/**
 * Sessions without a store: the cookie names the person and when it began, signed (HMAC-SHA-256). It counts until `SESSION_MS` later,
 * until the person signs out anywhere or changes the password, or the account is disabled, which every console learns from
 * the registry within a second. Same-site and http-only: no page of another site sends it, and no script reads it.
 */
export async function createSessions(
  app: FastifyInstance,
  { accounts, keys, secure }: SessionOptions,
): Promise<Sessions> {
  await app.register(cookie, { secret: keys.session, algorithm: 'sha256' })
  const name = secure ? '__Host-cufflink' : 'cufflink'
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const

  function session(request: FastifyRequest): SignedIn | undefined {
    const sealed = request.cookies[name]
    const opened = sealed === undefined ? undefined : request.unsignCookie(sealed)
    if (opened?.valid !== true) return undefined
    const [user = '', began = ''] = opened.value.split('.')
    const startedAt = Number(began)
    const account = accounts.find(user)
    const endsAt = startedAt + SESSION_MS
    const stands =
      Number.isSafeInteger(startedAt) && wallMs() < endsAt && startedAt > accounts.signedOutAt(user)
    if (account === undefined || account.status !== 'active' || !stands) return undefined
    const { practice, roles } = account
    return { who: { kind: 'person', user, name: account.name, practice, roles }, startedAt, endsAt }
  }

  return {
    begin(reply, user) {
      // After the last sign-out, also where that was on a console whose clock is ahead.
      const startedAt = Math.max(wallMs(), accounts.signedOutAt(user) + 1)
      const value = `${user}.${startedAt}.${randomBytes(9).toString('base64url')}`
      reply.setCookie(name, value, { ...attributes, signed: true, maxAge: SESSION_MS / 1000 })
    },
    end: (reply) => void reply.clearCookie(name, attributes),
    session,
    principal(request) {
      const { authorization } = request.headers
      if (authorization === undefined) return session(request)?.who
      const given = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? ''
      return keys.operator !== undefined && isKey(given, keys.operator) ? { kind: 'operator' } : undefined
    },
  }
}

/** Whether two keys are the same, in a time that says nothing of where they differ. */
export const isKey = (given: string, expected: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))
