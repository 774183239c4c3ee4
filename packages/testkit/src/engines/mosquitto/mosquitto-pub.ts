import { failure } from '@cufflink/contracts'
import { pathOf } from '../programs.ts'

/**
 * Where Mosquitto's publishing client lies; Debian has it in a package of its own.
 * @throws {CufflinkError} ENGINE_MISSING
 */
export function mosquittoPub(): string {
  const path = pathOf('mosquitto_pub')
  if (path === undefined)
    throw failure('ENGINE_MISSING', {
      detail: 'mosquitto_pub: run node scripts/setup.mjs scripts/engines.ts',
    })
  return path
}
