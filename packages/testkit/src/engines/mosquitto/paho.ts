import { spawnSync } from 'node:child_process'
import { failure } from '@cufflink/contracts'
import { pathOf } from '../programs.ts'

export type Paho = { readonly python: string; readonly version: string }

/**
 * A Python that has Eclipse Paho's MQTT client. Debian's package belongs to Debian's own Python, which need not be the
 * first on the PATH.
 */
export function findPaho(): Paho | undefined {
  const named = process.env.CUFFLINK_TEST_PAHO_PYTHON
  const candidates =
    named === undefined || named === '' ? [pathOf('python3'), '/usr/bin/python3'] : [pathOf(named)]
  for (const python of new Set(candidates)) {
    const version = python === undefined ? undefined : pahoVersion(python)
    if (python !== undefined && version !== undefined) return { python, version }
  }
  return undefined
}

/**
 * The Python to run a Paho client with.
 * @throws {CufflinkError} ENGINE_MISSING
 */
export function pahoPython(): string {
  const paho = findPaho()
  if (paho === undefined)
    throw failure('ENGINE_MISSING', { detail: 'Paho: run node scripts/setup.mjs scripts/engines.ts' })
  return paho.python
}

function pahoVersion(python: string): string | undefined {
  const program = 'import paho.mqtt; print(paho.mqtt.__version__)'
  const { status, stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8', timeout: 20_000 })
  return status === 0 ? stdout.trim() : undefined
}
