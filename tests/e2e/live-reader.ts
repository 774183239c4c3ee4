import type { Patch, PatientRow, Snapshot } from '@cufflink/contracts'
import { signUp, waitFor } from '@cufflink/testkit'

const ARRIVES_WITHIN_MS = 5_000

/** A client of a practice's websocket that keeps every byte it was sent. */
export type LiveReader = Disposable & {
  readonly texts: readonly string[]
  readonly messages: readonly (Snapshot | Patch)[]
  /** A patient's row as the messages so far say. */
  row(patient: string): PatientRow | undefined
  /** Waits until a patient's count is a number. */
  reads(patient: string, dataDays: number): Promise<void>
  askForSnapshot(): void
}

export async function openLiveReader(consoleUrl: string, practice: string): Promise<LiveReader> {
  const person = await signUp({ consoleUrl, practice })
  const socket = person.socket('livePractice', { practice })
  const texts: string[] = []
  const messages: (Snapshot | Patch)[] = []
  socket.addEventListener('message', ({ data }) => {
    const text = String(data)
    texts.push(text)
    messages.push(JSON.parse(text) as Snapshot | Patch)
  })
  await waitFor(() => messages.length > 0, { withinMs: ARRIVES_WITHIN_MS, what: `a snapshot of ${practice}` })
  const row = (patient: string): PatientRow | undefined =>
    messages.flatMap(({ patients }) => patients).findLast((one) => one.patient === patient)
  return {
    texts,
    messages,
    row,
    async reads(patient, dataDays) {
      await waitFor(() => row(patient)?.dataDays === dataDays, {
        withinMs: ARRIVES_WITHIN_MS,
        what: `${dataDays} data-days of ${patient}`,
      })
    },
    askForSnapshot: () => socket.send(JSON.stringify({ type: 'snapshot.request' })),
    [Symbol.dispose]: () => socket.close(),
  }
}
