import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** PEM files of a server on the loopback. `both` has key and certificate in one. */
export type CertificateFiles = { readonly cert: string; readonly key: string; readonly both: string }

/**
 * Makes a key, and a certificate of 127.0.0.1 and localhost that vouches for itself (RFC 5280), so that it is its own
 * authority: who trusts one made here trusts no other.
 */
export function writeCertificate(dir: string, name: string): CertificateFiles {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = sequence(der(SET, sequence(oid('550403'), der(UTF8, Buffer.from(name)))))
  const algorithm = sequence(oid('2a8648ce3d040302')) // ecdsa-with-SHA256
  const names = sequence(der(IP_NAME, Buffer.from([127, 0, 0, 1])), der(DNS_NAME, Buffer.from('localhost')))
  const authority = sequence(der(BOOLEAN, Buffer.from([0xff])))
  const content = sequence(
    der(CONTEXT, der(INTEGER, Buffer.from([2]))), // version 3
    der(INTEGER, Buffer.from([1, ...randomBytes(8)])),
    algorithm,
    subject, // the issuer
    sequence(...['000101000000Z', '491231235959Z'].map((instant) => der(UTC_TIME, Buffer.from(instant)))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      CONTEXT + 3,
      sequence(
        sequence(oid('551d11'), der(OCTETS, names)), // subjectAltName
        sequence(oid('551d13'), der(OCTETS, authority)), // basicConstraints
      ),
    ),
  )
  const signature = der(BITS, Buffer.from([0]), sign('sha256', content, privateKey))
  const certificate = sequence(content, algorithm, signature).toString('base64')
  const lines = certificate.match(/.{1,64}/g)!.join('\n')
  const pem = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const write = (ending: string, text: string): string => {
    const path = join(dir, `${name}.${ending}.pem`)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  return { cert: write('cert', pem), key: write('key', keyPem), both: write('both', keyPem + pem) }
}

// X.690: a tag, the length, the content.
const BOOLEAN = 0x01
const INTEGER = 0x02
const BITS = 0x03
const OCTETS = 0x04
const OID = 0x06
const UTF8 = 0x0c
const UTC_TIME = 0x17
const SEQUENCE = 0x30
const SET = 0x31
const DNS_NAME = 0x82
const IP_NAME = 0x87
const CONTEXT = 0xa0

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(SEQUENCE, ...parts)
const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'))
