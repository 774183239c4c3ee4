import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { WriterData } from './writer-messages.ts'

/** Keeps the writer thread: starts it when the first member has something to write, and again when it died. */
export type WriterHost = {
  /** Gives a member a port to each writer thread, over this one. The member asks for one by any message. */
  admit(control: MessagePort): void
  close(): Promise<void>
}

export function hostWriter(data: WriterData): WriterHost {
  const controls = new Set<MessagePort>()
  let worker: Worker | undefined
  /** A member asked for a port while there was a thread: it must have died, unless the ports crossed. */
  let asked = false

  function start(): void {
    asked = false
    worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData: data })
    worker.on('exit', () => {
      worker = undefined
      if (asked) start()
    })
    // An error in the thread ends it; `exit` follows.
    worker.on('error', () => undefined)
    for (const control of controls) link(worker, control)
  }

  function link(to: Worker, control: MessagePort): void {
    const { port1, port2 } = new MessageChannel()
    to.postMessage(port1, [port1])
    control.postMessage(port2, [port2])
  }

  return {
    admit(control) {
      controls.add(control)
      control.on('close', () => controls.delete(control))
      control.on('message', () => {
        if (worker === undefined) start()
        else asked = true
      })
      if (worker !== undefined) link(worker, control)
    },
    async close() {
      for (const control of controls) control.close()
      if (worker === undefined) return
      asked = false
      const exited = once(worker, 'exit')
      worker.postMessage('close')
      await exited
    },
  }
}
