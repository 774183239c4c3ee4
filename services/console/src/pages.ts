import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Where Vite puts the pages. */
const WEB = fileURLToPath(new URL('../../web/dist/', import.meta.url))
/** The addresses that the page itself tells apart. */
const PAGES = [
  '/',
  '/ops',
  '/practices/:practice',
  '/practices/:practice/patients/:patient',
  '/practices/:practice/months/:month',
  '/practices/:practice/changes',
  '/practices/:practice/entries',
]

/** Serves the web app; without a build, a page that says how to make one. */
export async function pages(app: FastifyInstance): Promise<void> {
  if (!existsSync(WEB)) {
    for (const page of PAGES) app.get(page, async () => 'The pages are not built yet: run `npm run setup`.\n')
    return
  }
  await app.register(fastifyStatic, {
    root: WEB,
    wildcard: false,
    index: false,
    immutable: true,
    maxAge: '1y',
  })
  for (const page of PAGES) {
    app.get(page, (_request, reply) =>
      reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false }),
    )
  }
}
