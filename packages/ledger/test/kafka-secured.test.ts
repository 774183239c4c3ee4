import assert from 'node:assert/strict'
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadConfig } from '@cufflink/runtime'
import { enrolled, freePort, startKafka, writeCertificate } from '@cufflink/testkit'
import { Type } from 'typebox'
import { ledgerVariables, openKafkaLedger, openLedger } from '../src/index.ts'
import { createKafka, type KafkaSecurity } from '../src/kafka/client.ts'

const settingsOf = (env: Readonly<Record<string, string>>) =>
  loadConfig(Type.Object(ledgerVariables), { env: { LEDGER_ENGINE: 'kafka', ...env } })

const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-tls-'))
after(() => folder[Symbol.dispose]())
const certificate = writeCertificate(folder.path, 'brokers')
const stranger = writeCertificate(folder.path, 'stranger')
const textOf = (path: string): string => readFileSync(path, 'utf8')

describe('Brokers over TLS that want a certificate and a password', async () => {
  const user = { username: 'ledger', password: 'correct-horse' }
  const kafka = await startKafka({ secured: { ...user, certificate } })
  after(() => kafka[Symbol.asyncDispose]())

  const settings = {
    KAFKA_BROKERS: kafka.securedBrokers.join(','),
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA: certificate.cert,
    KAFKA_TLS_CERT: certificate.cert,
    KAFKA_TLS_KEY: certificate.key,
    KAFKA_USERNAME: user.username,
    KAFKA_PASSWORD: user.password,
  }

  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'])
    test(`keep a ledger's facts and hand them on, signed in to with ${mechanism}`, async () => {
      await using stack = new AsyncDisposableStack()
      const named = { KAFKA_SASL_MECHANISM: mechanism, KAFKA_TOPIC_PREFIX: `${mechanism}.` }
      const ledger = stack.adopt(await openLedger(settingsOf({ ...settings, ...named })), (open) =>
        open.close(),
      )
      const { partition, offset } = await ledger.append(enrolled(1))
      const [record] = await ledger.read('activity', partition, offset, 1)
      assert.deepEqual(JSON.parse(record?.text ?? ''), enrolled(1))
      const applied = Promise.withResolvers<string | undefined>()
      const follower = {
        assigned: async () => 0,
        apply: async ({ records }: { readonly records: readonly { text: string; offset: number }[] }) => {
          applied.resolve(records[0]?.text)
          return records.length
        },
        revoked: () => undefined,
      }
      stack.adopt(await ledger.follow(['activity'], 'secured', follower), (following) => following.close())
      assert.deepEqual(JSON.parse((await applied.promise) ?? ''), enrolled(1))
    })

  const tls = { ca: textOf(certificate.cert), cert: textOf(certificate.cert), key: textOf(certificate.key) }
  const signIn = { mechanism: 'scram-sha-512', ...user } as const

  async function topicsWith(security: KafkaSecurity): Promise<readonly string[]> {
    const admin = createKafka(kafka.securedBrokers, security).admin()
    try {
      await admin.connect()
      return await admin.listTopics()
    } finally {
      await admin.disconnect()
    }
  }

  test('are left when another authority than the named one vouches for them', async () => {
    await topicsWith({ tls, signIn })
    const { ca: _, ...publicAuthorities } = tls
    for (const trusting of [{ ...tls, ca: textOf(stranger.cert) }, publicAuthorities])
      await assert.rejects(topicsWith({ tls: trusting, signIn }), /self-signed certificate/)
  })

  test('let no one in with another password, or with no certificate', async () => {
    await assert.rejects(
      topicsWith({ tls, signIn: { ...signIn, password: 'battery-staple' } }),
      /SASL|authentication/i,
    )
    await assert.rejects(topicsWith({ tls: { ca: tls.ca }, signIn }))
  })
})

describe('Brokers in the clear', () => {
  for (const broker of ['10.0.0.5:9092', 'kafka.example:9092', '0.0.0.0:9092'])
    test(`are not spoken to at ${broker}, which others reach`, async () => {
      const settings = settingsOf({ KAFKA_BROKERS: `127.0.0.1:${await freePort()},${broker}` })
      await assert.rejects(openLedger(settings), {
        code: 'CONFIG_INVALID',
        message: new RegExp(
          `${broker.split(':')[0]}, .* in the clear. Set KAFKA_TLS=true, or KAFKA_IN_THE_CLEAR=true`,
        ),
      })
    })

  test('are not spoken to where only the cluster names an address that others reach', async () => {
    const remote = { 'advertised.listeners': 'PLAINTEXT://192.0.2.1:9092' } // of documentation (RFC 5737)
    await using kafka = await startKafka({ extraProperties: remote })
    const { brokers } = kafka
    await assert.rejects(openKafkaLedger({ brokers, partitions: 1 }), {
      code: 'CONFIG_INVALID',
      message: /names 192\.0\.2\.1, .* KAFKA_IN_THE_CLEAR=true/,
    })
  })

  test('are tried once a setting says it aloud', async () => {
    const admin = createKafka(['kafka.invalid:9092'], { inTheClear: true }).admin()
    await assert.rejects(admin.connect(), /ENOTFOUND|EAI_AGAIN/)
  })
})

describe('Settings of brokers that would have no effect', () => {
  const broken = join(folder.path, 'broken.pem')
  writeFileSync(broken, 'no certificate')
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['a password without a mechanism', { KAFKA_USERNAME: 'a', KAFKA_PASSWORD: 'geheim' }, /belong together/],
    [
      'a mechanism without a password',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'a' },
      /belong together/,
    ],
    ['an authority without TLS', { KAFKA_TLS_CA: certificate.cert }, /KAFKA_TLS_CA is set/],
    ['a certificate without its key', { KAFKA_TLS: 'true', KAFKA_TLS_CERT: certificate.cert }, /set both/],
    [
      'a file that is not there',
      { KAFKA_TLS: 'true', KAFKA_TLS_CA: '/nowhere.pem' },
      /\/nowhere.pem.*ENOENT/,
    ],
    ['a file that is none', { KAFKA_TLS: 'true', KAFKA_TLS_CA: broken }, /KAFKA_TLS_CA names .*broken.pem/],
    [
      'the key of another certificate',
      { KAFKA_TLS: 'true', KAFKA_TLS_CERT: certificate.cert, KAFKA_TLS_KEY: stranger.key },
      /KAFKA_TLS_KEY names/,
    ],
  ]
  for (const [what, env, message] of cases)
    test(`are refused: ${what}`, async () => {
      const settings = settingsOf({ KAFKA_BROKERS: '127.0.0.1:9', ...env })
      await assert.rejects(openLedger(settings), (error: Error & { code: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID')
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /geheim/)
        return true
      })
    })
})
