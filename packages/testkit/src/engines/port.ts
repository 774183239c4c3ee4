import { once } from 'node:events'
import { createServer } from 'node:net'
import { failure } from '@cufflink/contracts'

// Below the range that Linux takes for outgoing connections (32768 on): while a killed engine is down, its port must
// not go to somebody's reconnect attempt, which can even connect to itself.
const lowest = 12_000
const highest = 32_000
const handedOut = new Set<number>()
// Other test processes look for ports at the same time, also while an engine of this one is down: each begins in a part of its own.
const PART = 200
const ownPart = lowest + (process.pid % Math.floor((highest - lowest) / PART)) * PART
const IN_OWN_PART = 100

/** A TCP port of 127.0.0.1 that nothing listens on, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const [from, count] = attempt < IN_OWN_PART ? [ownPart, PART] : [lowest, highest - lowest]
    const port = from + Math.floor(Math.random() * count)
    if (handedOut.has(port)) continue
    // Before anything is awaited: several may ask at once.
    handedOut.add(port)
    if (await isFree(port)) return port
  }
  throw failure('PORT_IN_USE', { detail: `No free port between ${lowest} and ${highest}.` })
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
