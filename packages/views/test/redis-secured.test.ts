import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadConfig } from '@cufflink/runtime'
import { freePort, startRedis, waitFor, writeCertificate } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { Type } from 'typebox'
import { openViews, type Views, type ViewsSettings, viewsVariables } from '../src/index.ts'
import { connectRedis } from '../src/redis/client.ts'
import { batch, listener } from './conformance/index.ts'

const settingsOf = (env: Readonly<Record<string, string>>): ViewsSettings => ({
  ...loadConfig(Type.Object(viewsVariables), { env: { VIEWS_ENGINE: 'redis', ...env } }),
  STATE_DIR: '',
  LEDGER_PARTITIONS: 1,
})

const opened = async (env: Readonly<Record<string, string>>): Promise<Views & AsyncDisposable> => {
  const views = await openViews(settingsOf(env), { warn: () => undefined })
  return Object.assign(views, { [Symbol.asyncDispose]: () => views.close() })
}

const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-tls-'))
after(() => folder[Symbol.dispose]())
const certificate = writeCertificate(folder.path, 'redis')
const stranger = writeCertificate(folder.path, 'stranger')
const password = 'correct:horse'

/** A Redis Cluster of one node, which a client may also take for a single Redis. */
async function startCluster(config: Readonly<Record<string, string>>) {
  const redis = await startRedis({
    config: {
      'cluster-enabled': 'yes',
      'cluster-port': `${await freePort()}`,
      'cluster-announce-ip': '127.0.0.1',
      ...config,
    },
  })
  const operator = new Redis(redis.url)
  await operator.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await waitFor(async () => (await operator.cluster('INFO')).includes('cluster_state:ok'), {
    what: 'the node to serve all slots',
  })
  return Object.assign(redis, { operator })
}

describe('Redis over TLS that wants a certificate and a password', async () => {
  const port = await freePort()
  const redis = await startCluster({
    'tls-port': `${port}`,
    'tls-cluster': 'yes',
    'tls-ca-cert-file': certificate.cert,
    'tls-cert-file': certificate.cert,
    'tls-key-file': certificate.key,
  })
  after(() => redis[Symbol.asyncDispose]())
  const { operator } = redis
  await operator.call('ACL', 'SETUSER', 'tallies', 'on', `>${password}`, '~*', '&*', '+@all')
  await operator.call('ACL', 'SETUSER', 'default', 'off')
  operator.disconnect()

  const files = {
    REDIS_TLS_CA: certificate.cert,
    REDIS_TLS_CERT: certificate.cert,
    REDIS_TLS_KEY: certificate.key,
  }
  const addresses = {
    'a single Redis': { REDIS_URL: `rediss://tallies:${encodeURIComponent(password)}@127.0.0.1:${port}` },
    'a cluster': {
      REDIS_CLUSTER: `127.0.0.1:${port}`,
      REDIS_TLS: 'true',
      REDIS_USERNAME: 'tallies',
      REDIS_PASSWORD: password,
    },
  }
  const shard = { topic: 'activity', partition: 0 } as const

  for (const [kind, address] of Object.entries(addresses)) {
    test(`keeps views, and tells of changes, as ${kind}`, async () => {
      await using views = await opened({
        ...address,
        ...files,
        REDIS_PREFIX: `${kind.replaceAll(' ', '-')}:`,
      })
      const heard = listener()
      await views.watch('riverside', heard.watcher)
      const changed = new Map([['riverside', new Set(['p-1'])]])
      const commit = batch({ expected: 0, next: 1, changed })
      assert.deepEqual(await views.commit(shard, commit), { outcome: 'committed' })
      assert.equal(await views.watermark(shard), 1)
      await waitFor(() => heard.told.some((told) => told !== 'resync'), {
        what: 'the change to be heard',
      })
    })

    test(`is left when another authority than the named one vouches for it, as ${kind}`, async () => {
      await using views = await opened({ ...address, ...files, REDIS_TLS_CA: stranger.cert })
      await assert.rejects(views.ping(), (error: Error) => {
        // The driver of a cluster tells only that no node could be asked.
        assert.match(causesOf(error), kind === 'a cluster' ? /refresh slots/ : /self-signed certificate/)
        assert.doesNotMatch(causesOf(error), /correct/)
        return true
      })
    })

    test(`lets no one in without a certificate or with another password, as ${kind}`, async () => {
      const wrong = { REDIS_URL: `rediss://tallies:wrong@127.0.0.1:${port}`, REDIS_PASSWORD: 'wrong' }
      const { REDIS_TLS_CA } = files
      const changes = [
        { ...address, REDIS_TLS_CA },
        { ...address, ...files, ...wrong },
      ]
      const tries = changes.map(async (change) => {
        await using views = await opened(change)
        await assert.rejects(views.watermark(shard), { code: 'VIEWS_UNAVAILABLE' })
      })
      await Promise.all(tries)
    })
  }
})

/** The messages of an error and of what caused it. */
const causesOf = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${error.stack} ${causesOf(error.cause)}` : ''

describe('Redis in the clear', () => {
  for (const address of [
    { REDIS_URL: 'redis://tallies:geheim@10.0.0.5' },
    { REDIS_URL: 'redis://?host=10.0.0.5&password=geheim' },
    { REDIS_CLUSTER: '127.0.0.1:9,10.0.0.5:6379', REDIS_PASSWORD: 'geheim' },
  ])
    test(`is not spoken to where others reach it: ${Object.keys(address)[0]} ${Object.values(address)[0]}`, async () => {
      await assert.rejects(opened(address), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID')
        assert.match(
          error.message,
          /^[^@]*REDIS_.* names 10\.0\.0\.5, .* in the clear.*REDIS_IN_THE_CLEAR=true/,
        )
        assert.doesNotMatch(error.message, /geheim/)
        return true
      })
    })

  test('is not spoken to where only the cluster names an address that others reach', async () => {
    await using redis = await startCluster({ 'cluster-announce-ip': '192.0.2.1' }) // of documentation (RFC 5737)
    redis.operator.disconnect()
    await assert.rejects(connectRedis({ cluster: [{ host: '127.0.0.1', port: redis.port }] }), {
      code: 'CONFIG_INVALID',
      message: /REDIS_CLUSTER, .* names 192\.0\.2\.1, .* REDIS_TLS=true/,
    })
  })

  test('is tried once a setting says it aloud', async () => {
    await using views = await opened({ REDIS_URL: 'redis://redis.invalid', REDIS_IN_THE_CLEAR: 'true' })
    await assert.rejects(views.ping(), { code: 'VIEWS_UNAVAILABLE' })
  })
})

test('An address of Redis that is none is refused without being quoted', async () => {
  await assert.rejects(opened({ REDIS_URL: 'redis://tallies:ge#heim@127.0.0.1:port' }), (error: Error) => {
    assert.match(error.message, /REDIS_URL is no address/)
    assert.doesNotMatch(causesOf(error), /heim/)
    return true
  })
})

test('A file for TLS is refused where TLS is not spoken', async () => {
  const files = { REDIS_TLS_CA: certificate.cert }
  for (const address of [{ REDIS_URL: 'redis://127.0.0.1:9' }, { REDIS_CLUSTER: '127.0.0.1:9' }])
    await assert.rejects(opened({ ...address, ...files }), {
      code: 'CONFIG_INVALID',
      message: /REDIS_TLS_CA is set/,
    })
})
