import { hash, timingSafeEqual } from 'node:crypto'
import { failure } from '@cufflink/contracts'
import type { RegisteredDevice, Registry } from '@cufflink/directory'

const NOBODY = Buffer.alloc(32)

export type Credentials = { readonly username?: string; readonly password?: Uint8Array }

/**
 * The device that a CONNECT speaks for: its user name is the device's id, its password the device's secret.
 * Secrets are random 256-bit, so that a fast digest is enough; an unknown device costs the same time as a wrong secret.
 * @throws {CufflinkError} CREDENTIALS_WRONG · DEVICE_REVOKED
 */
export function authenticate(registry: Pick<Registry, 'find'>, credentials: Credentials): RegisteredDevice {
  const device = registry.find(credentials.username ?? '')
  const digest = hash('sha256', credentials.password ?? '', 'buffer')
  const expected = device === undefined ? NOBODY : Buffer.from(device.secretDigest, 'hex')
  if (!timingSafeEqual(digest, expected) || device === undefined) throw failure('CREDENTIALS_WRONG')
  if (device.status === 'revoked') throw failure('DEVICE_REVOKED')
  return device
}
