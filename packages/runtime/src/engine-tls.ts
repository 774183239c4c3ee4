import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { failure } from '@cufflink/contracts'
import { isLoopback } from './http/listen.ts'

/** What a client of an engine takes for TLS, as `tls.connect` has it. Without `ca` the public authorities count. */
export type EngineTls = { readonly ca?: string; readonly cert?: string; readonly key?: string }

type TlsFiles<Engine extends string> = Readonly<
  Record<`${Engine}_TLS_CA` | `${Engine}_TLS_CERT` | `${Engine}_TLS_KEY`, string>
>

/**
 * The PEM files that an engine's settings name; undefined where `spoken` says that TLS is not spoken.
 * @throws {CufflinkError} CONFIG_INVALID when a file cannot be used, or TLS is not spoken though files for it are named
 */
export function engineTls<Engine extends string>(
  engine: Engine,
  settings: TlsFiles<Engine>,
  spoken: boolean,
): EngineTls | undefined {
  const [ca, cert, key] = [`${engine}_TLS_CA`, `${engine}_TLS_CERT`, `${engine}_TLS_KEY`] as const
  const named = [ca, cert, key].find((variable) => settings[variable] !== '')
  if (!spoken) {
    if (named === undefined) return undefined
    throw failure('CONFIG_INVALID', {
      detail: `${named} is set, and ${engine} is not spoken to over TLS, so it would have no effect.`,
    })
  }
  if ((settings[cert] === '') !== (settings[key] === ''))
    throw failure('CONFIG_INVALID', { detail: `${cert} and ${key} belong together: set both, or neither.` })
  const authority = read(ca, settings[ca], (pem) => new X509Certificate(pem))
  const own = read(cert, settings[cert], (pem) => createSecureContext({ cert: pem }))
  const secret = read(key, settings[key], (pem) => createSecureContext({ cert: own, key: pem }))
  return {
    ...(authority !== undefined && { ca: authority }),
    ...(own !== undefined && { cert: own }),
    ...(secret !== undefined && { key: secret }),
  }
}

function read(variable: string, path: string, check: (pem: string) => unknown): string | undefined {
  if (path === '') return undefined
  try {
    const pem = readFileSync(path, 'utf8')
    check(pem)
    return pem
  } catch (cause) {
    const { code = 'no reason given' } = cause as NodeJS.ErrnoException
    throw failure('CONFIG_INVALID', {
      detail: `${variable} names ${path}, which cannot be used (${code}).`,
      cause,
    })
  }
}

/** What names an address, and the settings that mend or allow what is wrong with it. */
type CleartextOptions = { readonly source: string; readonly tls: string; readonly allow: string }

/**
 * Keeps an engine that is spoken to without TLS to this machine: what people measured must cross no network in the clear, unless
 * someone said so.
 * @throws {CufflinkError} CONFIG_INVALID
 */
export function refuseCleartext(host: string, { source, tls, allow }: CleartextOptions): void {
  if (isLoopback(host)) return
  throw failure('CONFIG_INVALID', {
    detail: `${source} names ${host}, which others may reach: readings and names would cross a network in the clear. Set ${tls}, or ${allow}=true if that network is private.`,
  })
}
