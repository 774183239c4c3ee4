import { closeSync, openSync, readSync, writeSync } from 'node:fs'

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
  using following = followJournal(path)
  return following.read()
}

const READ_BYTES = 65_536

/** A journal that is still being written: each `read` reads on from where the last one ended, and gives the whole. */
export function followJournal(path: string): Disposable & { read(): Journal } {
  const file = openSync(path, 'r')
  const journal = { sent: new Set<string>(), acknowledged: new Set<string>() }
  const bytes = Buffer.alloc(READ_BYTES)
  let torn = ''
  return {
    read() {
      for (let count = readSync(file, bytes); count > 0; count = readSync(file, bytes)) {
        const lines = (torn + bytes.toString('latin1', 0, count)).split('\n') // no name has more than ASCII
        torn = lines.pop() ?? ''
        for (const text of lines) {
          const line = JSON.parse(text) as Line // no one else writes this file
          if ('sent' in line) journal.sent.add(line.sent)
          else journal.acknowledged.add(line.puback)
        }
      }
      return journal
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}
