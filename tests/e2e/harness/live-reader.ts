import assert from 'node:assert/strict'
import type { Patch, PatientRow, Window } from '@cufflink/contracts'
import { patched } from '@cufflink/contracts/list'
import { listRequest, signUp, waitFor } from '@cufflink/testkit'

/** A client of a practice's websocket that keeps every byte it was sent. */
export type LiveReader = Disposable & {
  readonly texts: readonly string[]
  readonly messages: readonly (Window | Patch)[]
  /** What the window shows. */
  readonly window: Window
  /** A patient's row in it. */
  row(patient: string): PatientRow | undefined
  /** Waits until a patient's count is a number. */
  reads(patient: string, dataDays: number): Promise<void>
  askAgain(): void
}

export async function openLiveReader(consoleUrl: string, practice: string): Promise<LiveReader> {
  const person = await signUp({ consoleUrl, practice })
  const socket = person.socket('livePractice', { practice })
  const texts: string[] = []
  const messages: (Window | Patch)[] = []
  let window: Window | undefined
  socket.addEventListener('message', ({ data }) => {
    const text = String(data)
    texts.push(text)
    const message = JSON.parse(text) as Window | Patch
    messages.push(message)
    window = message.type === 'window' ? message : window && patched(window, message)
  })
  await waitFor(() => messages.length > 0, { what: `a window of ${practice}` })
  const row = (patient: string): PatientRow | undefined => window?.rows.find((one) => one.patient === patient)
  return {
    texts,
    messages,
    get window() {
      assert.ok(window, 'a patch does not fit the window')
      return window
    },
    row,
    async reads(patient, dataDays) {
      await waitFor(() => row(patient)?.dataDays === dataDays, {
        what: `${dataDays} data-days of ${patient}`,
      })
    },
    askAgain: () => socket.send(JSON.stringify(listRequest)),
    [Symbol.dispose]: () => socket.close(),
  }
}
