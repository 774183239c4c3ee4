import { failure } from '@cufflink/contracts'
import { pathOf } from './programs.ts'

const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Where a Chromium lies: the one named by CUFFLINK_TEST_CHROMIUM, else the first of the usual names on the PATH. */
export function findChromium(): string | undefined {
  const named = process.env.CUFFLINK_TEST_CHROMIUM
  if (named !== undefined && named !== '') return pathOf(named)
  for (const command of commands) {
    const path = pathOf(command)
    if (path !== undefined) return path
  }
  return undefined
}

/**
 * Where the browser for tests lies.
 * @throws {CufflinkError} ENGINE_MISSING
 */
export function chromiumPath(): string {
  const path = findChromium()
  if (path === undefined)
    throw failure('ENGINE_MISSING', { detail: 'Chromium: run node scripts/setup.mjs scripts/engines.ts' })
  return path
}
