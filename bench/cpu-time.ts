import { readFileSync } from 'node:fs'

/** proc(5): clock ticks are hundredths of a second on every Linux that Node runs on. */
const US_PER_TICK = 10_000

/** Processor time, user and system, that a process has used, in µs; `undefined` where there is no /proc. */
export function cpuTimeUs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 2 is the name in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK
  } catch {
    return undefined
  }
}
