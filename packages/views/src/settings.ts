import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { failure } from '@cufflink/contracts'
import { type Static, Type } from 'typebox'
import type { Views } from './port.ts'
import { openRedisViews } from './redis/views.ts'
import { openSqliteViews } from './sqlite/views.ts'

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
      'A single Redis, redis://user:password@host:port/database; this or REDIS_CLUSTER with VIEWS_ENGINE=redis',
  }),
  REDIS_CLUSTER: Type.Array(Type.String({ pattern: '^[^:]+:\\d+$' }), {
    default: [],
    description: 'Nodes of a Redis Cluster to begin with, host:port, comma-separated',
  }),
  REDIS_USERNAME: Type.String({ default: '', description: 'User of a Redis Cluster' }),
  REDIS_PASSWORD: Type.String({ default: '', secret: true, description: 'Password of a Redis Cluster' }),
  REDIS_TLS: Type.Boolean({ default: false, description: 'Whether a Redis Cluster is spoken to over TLS' }),
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
type WarningLogger = { warn(message: string): void }

/**
 * Opens the views that the settings name. What happens to a damaged file is logged.
 * @throws {CufflinkError} CONFIG_INVALID · VIEWS_UNAVAILABLE
 */
export async function openViews(settings: ViewsSettings, logger: WarningLogger): Promise<Views> {
  if (settings.VIEWS_ENGINE === 'sqlite') {
    mkdirSync(settings.STATE_DIR, { recursive: true, mode: 0o700 })
    return openSqliteViews({
      path: join(settings.STATE_DIR, 'views.db'),
      damaged: () => logger.warn(DAMAGED),
    })
  }
  const shared = { partitions: settings.LEDGER_PARTITIONS, prefix: settings.REDIS_PREFIX }
  if (settings.REDIS_CLUSTER.length > 0) return openRedisViews({ ...shared, ...clusterOf(settings) })
  if (settings.REDIS_URL !== '') return openRedisViews({ ...shared, url: settings.REDIS_URL })
  throw failure('CONFIG_INVALID', {
    detail:
      'With VIEWS_ENGINE=redis, REDIS_URL must be set, such as redis://127.0.0.1:6379, or REDIS_CLUSTER.',
  })
}

const clusterOf = ({ REDIS_CLUSTER, REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS }: ViewsSettings) => ({
  cluster: REDIS_CLUSTER.map(node),
  tls: REDIS_TLS,
  ...(REDIS_USERNAME === '' ? {} : { username: REDIS_USERNAME }),
  ...(REDIS_PASSWORD === '' ? {} : { password: REDIS_PASSWORD }),
})

function node(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) }
}
