import { failure } from '@cufflink/contracts'
import type { FastifyRequest } from 'fastify'

/**
 * Refuses what a page of another site asks for: browsers name the page's origin on every websocket and every command.
 * Programs that are no browser name none and pass.
 * @throws {CufflinkError} ORIGIN_REFUSED
 */
export async function refuseOtherOrigins({ headers }: FastifyRequest): Promise<void> {
  const { origin, host } = headers
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw failure('ORIGIN_REFUSED')
}
