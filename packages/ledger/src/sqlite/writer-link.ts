import type { MessagePort } from 'node:worker_threads'
import { type CufflinkError, failure } from '@cufflink/contracts'
import { isDamage } from './failure.ts'
import type { Appended, Rows, WriterAnswer } from './writer-messages.ts'

/** A thread's connection to the thread that writes. Batches are written one at a time. */
export type WriterLink = {
  /** @returns the offset of each row. @throws {CufflinkError} LEDGER_UNAVAILABLE */
  write(rows: Rows): Promise<readonly number[]>
  close(): void
}

export type WriterLinkOptions = {
  /** To the host of the writer thread: it gives a port to each writer thread that it starts. */
  readonly control: MessagePort
  appended(grew: Appended['grew']): void
  /** There is another writer thread: what was appended meanwhile was not told. */
  relinked(): void
}

export function linkWriter({ control, appended, relinked }: WriterLinkOptions): WriterLink {
  let port: MessagePort | undefined
  let next = Promise.withResolvers<MessagePort>()
  let answer: PromiseWithResolvers<WriterAnswer> | undefined
  let closed = false

  const ended = (): void => answer?.resolve({ type: 'failed', reason: 'the writer thread ended' })

  control.on('message', (given: MessagePort) => {
    if (closed) return given.close()
    ended()
    port = given
    given.on('message', (message: WriterAnswer | Appended) => {
      if (message.type === 'appended') appended(message.grew)
      else answer?.resolve(message)
    })
    given.on('close', () => {
      if (port !== given) return
      port = undefined
      next = Promise.withResolvers()
      ended()
    })
    next.resolve(given)
    relinked()
  })
  control.on('close', () => {
    next.promise.catch(() => undefined)
    next.reject(new Error('the ledger closed'))
  })

  async function ask(rows: Rows): Promise<WriterAnswer> {
    if (port === undefined) control.postMessage('link')
    const to = port ?? (await next.promise)
    answer = Promise.withResolvers()
    to.postMessage(rows)
    return answer.promise
  }

  return {
    async write(rows) {
      const given = await ask(rows).finally(() => {
        answer = undefined
      })
      if (given.type === 'failed') throw refusal(given)
      return given.offsets
    },
    close() {
      closed = true
      port?.close()
      control.close()
    },
  }
}

function refusal({ reason, errcode }: Extract<WriterAnswer, { type: 'failed' }>): CufflinkError {
  const cause = Object.assign(new Error(reason), { errcode })
  return failure(isDamage(cause) ? 'LEDGER_DAMAGED' : 'LEDGER_UNAVAILABLE', { cause })
}
