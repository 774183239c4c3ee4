import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

/** What names a reading for the sender and the checker alike: each device measures at an instant (ms) once. */
export const readingName = (device: string, measuredAt: number): string => `${device}@${measuredAt}`
export const deviceOf = (reading: string): string => reading.slice(0, reading.indexOf('@'))

/**
 * The simulator's own ledger: what it sent, before it sends it, and each PUBACK, before it counts it. A line is with the
 * operating system when the call returns, so that no end of the process takes it back.
 */
export type JournalWriter = {
  sent(reading: string): void
  acknowledged(reading: string): void
  close(): void
}

type Line = { readonly sent: string } | { readonly puback: string }

export function openJournal(path: string): JournalWriter {
  const file = openSync(path, 'a')
  const write = (line: Line): void => void writeSync(file, `${JSON.stringify(line)}\n`)
  return {
    sent: (reading) => write({ sent: reading }),
    acknowledged: (reading) => write({ puback: reading }),
    close: () => closeSync(file),
  }
}

/** Both in the order of the journal: `sent` that of the first sendings, `acknowledged` that of the first PUBACKs. */
export type Journal = { readonly sent: ReadonlySet<string>; readonly acknowledged: ReadonlySet<string> }

/** The last line of a simulator that was killed may be torn: it was never counted. */
export function readJournal(path: string): Journal {
  const sent = new Set<string>()
  const acknowledged = new Set<string>()
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  for (const text of whole) {
    const line = JSON.parse(text) as Line // nobody else writes this file
    if ('sent' in line) sent.add(line.sent)
    else acknowledged.add(line.puback)
  }
  return { sent, acknowledged }
}
