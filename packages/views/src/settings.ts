import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { failure } from '@cufflink/contracts'
import { engineTls } from '@cufflink/runtime'
import { type Static, Type } from 'typebox'
import { type LiveViewsOptions, openLiveViews } from './live-views.ts'
import type { Views } from './port.ts'
import { openRedisViews, type RedisViewsOptions } from './redis/views.ts'
import { liveSqliteGeneration, openSqliteViews } from './sqlite/views.ts'

/** The variables that choose the views' engine; part of the configuration of trackers and consoles. */
export const viewsVariables = {
  VIEWS_ENGINE: Type.Enum(['sqlite', 'redis'], {
    default: 'sqlite',
    description: 'Where tallies are kept: one SQLite file in STATE_DIR, or Redis',
  }),
  REDIS_URL: Type.String({
    default: '',
    pattern: '^(rediss?://.*)?$',
    secret: true,
    description:
      'A single Redis, rediss://user:password@host:port/database, or redis:// without TLS; this or REDIS_CLUSTER with VIEWS_ENGINE=redis',
  }),
  REDIS_CLUSTER: Type.Array(Type.String({ pattern: '^[^:]+:\\d+$' }), {
    default: [],
    description: 'Nodes of a Redis Cluster to begin with, host:port, comma-separated',
  }),
  REDIS_USERNAME: Type.String({ default: '', description: 'User of a Redis Cluster' }),
  REDIS_PASSWORD: Type.String({ default: '', secret: true, description: 'Password of a Redis Cluster' }),
  REDIS_TLS: Type.Boolean({
    default: false,
    description:
      'Whether a Redis Cluster is spoken to over TLS; a single Redis is, where REDIS_URL has rediss://',
  }),
  REDIS_TLS_CA: Type.String({
    default: '',
    description: 'PEM file of the authorities that may vouch for Redis; without it the public ones',
  }),
  REDIS_TLS_CERT: Type.String({
    default: '',
    description: 'PEM file of the certificate to show to a Redis that asks for one',
  }),
  REDIS_TLS_KEY: Type.String({ default: '', description: 'PEM file of the key of REDIS_TLS_CERT' }),
  REDIS_IN_THE_CLEAR: Type.Boolean({
    default: false,
    description:
      'Lets Redis be spoken to over a network without TLS. Tallies, names and passwords then cross it without encryption',
  }),
  REDIS_PREFIX: Type.String({
    default: 'cufflink:',
    pattern: '^[A-Za-z0-9:._-]*$',
    description: 'Put before every key and channel',
  }),
}

const Settings = Type.Object(viewsVariables)
export type ViewsSettings = Static<typeof Settings> & {
  readonly STATE_DIR: string
  readonly LEDGER_PARTITIONS: number
}

const DAMAGED = 'the views were damaged: they are put aside, and filled again from the ledger'
type WarningLogger = { warn(message: string, fields?: { readonly error: unknown }): void }

/** One engine, in each of its generations. */
export type ViewsEngine = LiveViewsOptions

/**
 * Opens the views that the settings name, in the generation that is live. What happens to a damaged file is logged, and what a watcher threw.
 * @throws {CufflinkError} CONFIG_INVALID · VIEWS_UNAVAILABLE
 */
export const openViews = async (settings: ViewsSettings, logger: WarningLogger): Promise<Views> =>
  openLiveViews({
    ...(await viewsEngine(settings, logger)),
    watcherFailed: (error) => logger.warn('a watcher of the views failed', { error }),
  })

/** @throws {CufflinkError} CONFIG_INVALID · VIEWS_UNAVAILABLE */
export async function viewsEngine(settings: ViewsSettings, logger: WarningLogger): Promise<ViewsEngine> {
  if (settings.VIEWS_ENGINE === 'sqlite') {
    mkdirSync(settings.STATE_DIR, { recursive: true, mode: 0o700 })
    const place = { path: join(settings.STATE_DIR, 'views.db'), damaged: () => logger.warn(DAMAGED) }
    const first = await liveSqliteGeneration(place)
    return { first, open: (generation) => openSqliteViews({ ...place, generation }) }
  }
  // Redis may be away now: it is asked once it is there.
  return { first: 1, open: (generation) => openRedisViews({ ...redisOptions(settings), generation }) }
}

function redisOptions(settings: ViewsSettings): RedisViewsOptions {
  const { REDIS_CLUSTER: cluster, REDIS_URL: url, REDIS_TLS, REDIS_IN_THE_CLEAR: inTheClear } = settings
  const tls = engineTls('REDIS', settings, cluster.length > 0 ? REDIS_TLS : url.startsWith('rediss:'))
  const shared = {
    partitions: settings.LEDGER_PARTITIONS,
    prefix: settings.REDIS_PREFIX,
    inTheClear,
    ...(tls !== undefined && { tls }),
  }
  if (cluster.length > 0) return { ...shared, ...clusterOf(settings) }
  // The text is a secret, which what a parser throws would quote.
  if (url !== '' && !URL.canParse(url))
    throw failure('CONFIG_INVALID', {
      detail: 'REDIS_URL is no address; encode what is special in its password.',
    })
  if (url !== '') return { ...shared, url }
  throw failure('CONFIG_INVALID', {
    detail:
      'With VIEWS_ENGINE=redis, REDIS_URL must be set, such as redis://127.0.0.1:6379, or REDIS_CLUSTER.',
  })
}

const clusterOf = ({ REDIS_CLUSTER, REDIS_USERNAME, REDIS_PASSWORD }: ViewsSettings) => ({
  cluster: REDIS_CLUSTER.map(node),
  ...(REDIS_USERNAME === '' ? {} : { username: REDIS_USERNAME }),
  ...(REDIS_PASSWORD === '' ? {} : { password: REDIS_PASSWORD }),
})

function node(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) }
}
