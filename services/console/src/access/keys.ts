import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failure } from '@cufflink/contracts'
import type { ConsoleConfig } from '../config.ts'

export type ConsoleKeys = {
  /** Signs the cookies of sessions; the same in every console of a fleet. */
  readonly session: string
  /** Lets the person who runs the machine open practices and add people. Absent, no one can. */
  readonly operator?: string
}

const KEY_BYTES = 32
const MIN_CHARS = 32

/**
 * The keys that the configuration names, else, embedded, those of the state folder, made at the first start and readable by its
 * owner alone.
 * @throws {CufflinkError} CONFIG_INVALID when a fleet's console was given no CONSOLE_SESSION_KEY, or a file holds no whole key
 */
export function consoleKeys(config: ConsoleConfig): ConsoleKeys {
  const { CONSOLE_SESSION_KEY: session, CONSOLE_OPERATOR_KEY: operator } = config
  if (config.LEDGER_ENGINE === 'sqlite') {
    return {
      session: session || keyIn(config.STATE_DIR, 'session.key'),
      operator: operator || keyIn(config.STATE_DIR, 'operator.key'),
    }
  }
  if (session === '')
    throw failure('CONFIG_INVALID', {
      detail:
        'CONSOLE_SESSION_KEY is not set; it must be the same secret of 32 characters or more for every console.',
    })
  return { session, ...(operator !== '' && { operator }) }
}

function keyIn(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(path, randomBytes(KEY_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(path, 'utf8').trim()
  // A start that was ended between making the file and writing it.
  if (key.length < MIN_CHARS)
    throw failure('CONFIG_INVALID', {
      detail: `${path} holds no whole key. Delete it; another one is made at the next start.`,
    })
  return key
}
