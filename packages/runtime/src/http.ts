import { failure } from '@cufflink/contracts'
import { type FastifyInstance, type FastifyReply, type FastifyServerOptions, fastify } from 'fastify'
import type { Registry } from 'prom-client'
import { Compile } from 'typebox/compile'
import { Convert } from 'typebox/value'
import type { Health } from './health.ts'
import { answerTo, RequestViolations } from './http-failures.ts'
import { type Listening, type ListenOptions, listenFailure, listeningOn } from './listen.ts'
import type { Logger } from './logger.ts'

// The page may speak to its own origin only, and be shown by no other page (CSP 3).
const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const

/** What must never lie in a cache: everything but the page's own files. */
const uncached = /^\/(api|health|metrics)(\/|\?|$)/

export type HttpOptions = {
  readonly logger: Logger
  readonly health: Health
  readonly metrics: Registry
  /** Fastify's own, such as `bodyLimit`. */
  readonly fastify?: Pick<FastifyServerOptions, 'bodyLimit' | 'trustProxy' | 'requestTimeout'>
}

/**
 * An HTTP server with `/health/live`, `/health/ready` and `/metrics`, which answers every failure as `{ code, message }`
 * of the error table. Requests are not logged: their addresses name patients. Bodies are checked as they are, without
 * conversion; parameters and queries, being texts, are converted first.
 */
export function createHttp({ logger, health, metrics, fastify: options }: HttpOptions): FastifyInstance {
  const refuse = (error: unknown, reply: FastifyReply): FastifyReply => {
    const { status, body, retry } = answerTo(error)
    if (retry) reply.header('retry-after', '1')
    if (status >= 500)
      logger[retry ? 'warn' : 'error']('a request failed', { code: body.code, status, error })
    return reply.status(status).headers(securityHeaders).send(body)
  }
  const app = fastify({
    bodyLimit: 65_536,
    ...options,
    logger: false,
    // An address that cannot be decoded meets this before any hook or handler.
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
  })

  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validator = Compile(schema as object)
    return (given: unknown) => {
      const value = httpPart === 'body' ? given : Convert(schema as object, given)
      return validator.Check(value)
        ? { value }
        : { error: new RequestViolations(httpPart ?? 'request', validator.Errors(value)) }
    }
  })

  app.addHook('onSend', async (request, reply) => {
    reply.headers(securityHeaders)
    if (uncached.test(request.url)) reply.header('cache-control', 'no-store')
  })

  app.setErrorHandler((error, _request, reply) => refuse(error, reply))
  app.setNotFoundHandler(async () => {
    throw failure('ROUTE_UNKNOWN')
  })

  app.get('/health/live', async () => ({ ok: true }))
  app.get('/health/ready', async (_request, reply) => {
    const readiness = await health.ready()
    return reply.status(readiness.ok ? 200 : 503).send(readiness)
  })
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
  )
  return app
}

/**
 * Listens, and tells on which port.
 * @throws {CufflinkError} PORT_IN_USE, or CONFIG_INVALID when the address cannot be listened on at all.
 */
export async function listenHttp(app: FastifyInstance, options: ListenOptions): Promise<Listening> {
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    throw listenFailure(error, options)
  }
  return listeningOn(app.server)
}
