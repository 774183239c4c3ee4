import { Worker } from 'node:worker_threads'
import { CufflinkError, type ErrorCode, errorTable } from '@cufflink/contracts'
import type { Gateway, GatewayConfig } from '@cufflink/gateway'
import type { LedgerInvitation } from '@cufflink/ledger'
import type { Lifecycle } from '@cufflink/runtime'

export type GatewayThreadData = { readonly config: GatewayConfig; readonly invitation: LedgerInvitation }
export type GatewayThreadMessage =
  | { readonly type: 'started'; readonly gateway: Gateway }
  | { readonly type: 'refused'; readonly code?: ErrorCode; readonly text?: string }

export type GatewayThreadOptions = GatewayThreadData & { readonly lifecycle: Lifecycle }

/**
 * Starts the gateway on a thread of its own, so that no page, no fold and no lock of the views delays a PUBACK. It stops as a whole
 * before the watermarks of the others do; when it fails, the program fails.
 * @throws {CufflinkError} what the gateway could not start for
 */
export async function startGatewayThread({
  config,
  invitation,
  lifecycle,
}: GatewayThreadOptions): Promise<Gateway> {
  const worker = new Worker(new URL('./gateway-worker.ts', import.meta.url), {
    workerData: { config, invitation } satisfies GatewayThreadData,
    transferList: invitation === undefined ? [] : [invitation],
  })
  const started = Promise.withResolvers<Gateway>()
  const exited = Promise.withResolvers<number>()
  let running = false
  const failed = (error: unknown): void => {
    started.reject(error)
    if (running) void lifecycle.fail(error)
    running = false
  }
  worker.on('message', (message: GatewayThreadMessage) => {
    if (message.type === 'refused') return failed(failureOf(message))
    running = true
    started.resolve(message.gateway)
  })
  worker.on('error', failed)
  worker.on('exit', (code) => {
    failed(new Error(`the thread of the gateway ended with ${code}`))
    exited.resolve(code)
  })

  lifecycle.onStop('intake', 'gateway', () => {
    running = false
    worker.postMessage('stop')
  })
  lifecycle.onStop('producer', 'gateway', () => exited.promise)
  return started.promise
}

function failureOf({ code, text }: Extract<GatewayThreadMessage, { type: 'refused' }>): Error {
  if (code === undefined || text === undefined) return new CufflinkError('INTERNAL')
  const detail = text.slice(errorTable[code].message.length).trim()
  return new CufflinkError(code, detail === '' ? {} : { detail })
}
