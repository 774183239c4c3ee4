import { failure } from '@cufflink/contracts'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Registry } from 'prom-client'
import { Compile } from 'typebox/compile'
import { Convert } from 'typebox/value'
import type { Logger } from '../logger.ts'
import { boundConnections, type ConnectionBounds, type Connections } from './connections.ts'
import type { Health } from './health.ts'
import { answerTo, RequestViolations } from './http-failures.ts'
import {
  type Listening,
  type ListenOptions,
  listenFailure,
  listeningOn,
  outliveAcceptErrors,
} from './listen.ts'

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const

/**
 * The page may speak to its own origin only, and be shown by no other page (CSP 3). `'self'` does not cover websockets in every
 * browser, so the page's own host is named: `ws:` stands for `wss:` too (§6.7.2.8). A `Host` that is no host is not repeated.
 */
const contentSecurityPolicy = (host: string): string => {
  const sockets = /^[A-Za-z0-9.:[\]-]+$/.test(host) ? ` ws://${host}` : ''
  return `default-src 'self'; connect-src 'self'${sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`
}

const secured = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.headers(securityHeaders).header('content-security-policy', contentSecurityPolicy(request.host ?? ''))

/** What must never lie in a cache: everything but the page's own files. */
const uncached = /^\/(api|health|metrics)(\/|\?|$)/

/** A peer has so long to send the head of a request, and the whole of it; Node.js looks every `CHECK_MS`. */
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
const CHECK_MS = 1_000
/** A connection on which nothing moves for so long is closed, such as one whose peer does not read its answer. */
const STILL_MS = 120_000
/** Enough for probes and scrapers. */
const operationsBounds: ConnectionBounds = { total: 128, perAddress: 64 }

export type HttpOptions = {
  readonly logger: Logger
  readonly health: Health
  readonly metrics: Registry
  /** For servers that others than probes and scrapers ask. */
  readonly bounds?: ConnectionBounds
  /** Addresses and networks of the proxies in front, whose `X-Forwarded-For` is believed; without any, no one's is. */
  readonly proxies?: readonly string[]
}

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- declarations of another module merge only as interfaces
  interface FastifyInstance {
    connections: Connections
  }
}

/**
 * An HTTP server with `/health/live`, `/health/ready` and `/metrics`, which answers every failure as `{ code, message }`
 * of the error table. Requests are not logged: their addresses name patients. Bodies are checked as they are, without
 * conversion; parameters and queries, being texts, are converted first. A request has a deadline, and connections a bound.
 */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { logger, health, metrics, bounds = operationsBounds, proxies = [] } = options
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, body, retryAfterS } = answerTo(error)
    if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS))
    if (status >= 500)
      logger[retryAfterS === undefined ? 'error' : 'warn']('a request failed', {
        code: body.code,
        status,
        error,
      })
    return secured(request, reply).status(status).send(body)
  }
  const app = fastify({
    bodyLimit: 65_536,
    requestTimeout: REQUEST_MS,
    connectionTimeout: STILL_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    trustProxy: proxies.length > 0 && [...proxies],
    logger: false,
    // An address that cannot be decoded meets this before any hook or handler.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  })
  const connections = boundConnections(app.server, bounds)
  app.decorate('connections', connections)
  app.addHook('preHandler', async ({ socket }) => connections.answering(socket))
  app.addHook('onResponse', async ({ socket }) => connections.answered(socket))

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
    secured(request, reply)
    if (uncached.test(request.url)) reply.header('cache-control', 'no-store')
  })

  app.setErrorHandler((error, request, reply) => refuse(error, request, reply))
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
  outliveAcceptErrors(app.server, options.logger)
  return listeningOn(app.server)
}
