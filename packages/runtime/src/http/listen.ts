import { type AddressInfo, isIPv4, type Server } from 'node:net'
import { failure } from '@cufflink/contracts'
import type { Logger } from '../logger.ts'

/** Where to listen. Port 0 chooses a free one. `variable` is the name of the port's variable, for the failure. */
export type ListenOptions = {
  readonly host: string
  readonly port: number
  readonly variable: string
  readonly logger: Logger
}
export type Listening = { readonly host: string; readonly port: number }

/** Whether only this machine reaches the address: what crosses no network needs no TLS. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
  )
}

/**
 * Listens, and tells on which port.
 * @throws {CufflinkError} PORT_IN_USE, or CONFIG_INVALID when the address cannot be listened on at all.
 */
export async function listen(server: Server, options: ListenOptions): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.once('listening', resolve)
  server.listen({ host: options.host, port: options.port })
  try {
    await promise
  } catch (error) {
    throw listenFailure(error, options)
  } finally {
    server.off('error', reject)
    server.off('listening', resolve)
  }
  outliveAcceptErrors(server, options.logger)
  return listeningOn(server)
}

/** A connection that the system could not hand over, as when descriptors ran out, is one peer's loss: unheard, it would end the process. */
export function outliveAcceptErrors(server: Server, logger: Logger): void {
  server.on('error', (error) => logger.warn('a connection could not be accepted', { error }))
}

export function listeningOn(server: Server): Listening {
  // A server that listens on TCP has an address of this form; only one on a pipe has a text.
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

/** The failure that an error of `listen` means. */
export function listenFailure(error: unknown, { host, port, variable }: ListenOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return failure('PORT_IN_USE', {
        detail: `It is port ${port} on ${host}; the variable is ${variable}.`,
        cause: error,
      })
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return failure('CONFIG_INVALID', {
        detail: `${variable}: cannot listen on ${host}:${port} (${code}).`,
        cause: error,
      })
    default:
      return error
  }
}
