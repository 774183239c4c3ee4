import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { failure } from '@cufflink/contracts'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where Vite puts the pages. */
const WEB = fileURLToPath(new URL('../../../web/dist/', import.meta.url))
/** What Vite names by its content: under one name it is the same for ever. */
const HASHED = '/assets/'

const NOT_BUILT = 'The pages are not built yet: run `npm run setup`.\n'

/** Addresses that programs ask; they get JSON, whatever is there. */
const forPrograms = /^\/(api|live|health|metrics|assets)(\/|\?|$)/

/** Where the app has pages. */
const ofTheApp = /^\/(ops|practices\/[^?]+)\/?(\?|$)/

/** Whether a browser wants to show what is at this address. */
const wantsPage = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' && !forPrograms.test(url) && (headers.accept ?? '').includes('text/html')

/**
 * Serves the web app; without a build, a page that says how to make one. A browser gets the app at every address that is no
 * program's: the app tells its pages apart, and says so itself where there is none.
 */
export async function pages(app: FastifyInstance): Promise<void> {
  const isBuilt = existsSync(WEB)
  if (isBuilt)
    await app.register(fastifyStatic, {
      root: WEB,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) =>
        void reply.header(
          'cache-control',
          path.includes(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    })
  const page = (reply: FastifyReply): FastifyReply =>
    isBuilt ? reply.sendFile('index.html') : reply.type('text/plain').send(NOT_BUILT)

  app.get('/', (_request, reply) => page(reply))
  app.get('/*', (request, reply) => {
    if (!wantsPage(request)) throw failure('ROUTE_UNKNOWN')
    return page(reply.status(ofTheApp.test(request.url) ? 200 : 404))
  })
}
