import { failure } from '@cufflink/contracts'
import type { FastifyRequest } from 'fastify'

export type OriginCheck = (request: FastifyRequest) => Promise<void>

/**
 * Refuses what a page of another site asks for: browsers name the page's origin on every websocket and every command. Allowed are
 * the origins of the list; of an empty list the address that was asked itself. Programs that are no browser name none and pass:
 * they have no cookie that someone else could make them send.
 * @throws {CufflinkError} ORIGIN_REFUSED
 */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const origins = new Set(allowed)
  return async ({ headers: { origin, host } }) => {
    if (origin === undefined) return
    const own = URL.canParse(origin) && new URL(origin).host === host
    if (origins.size > 0 ? !origins.has(origin) : !own) throw failure('ORIGIN_REFUSED')
  }
}
