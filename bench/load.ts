import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { AttackOptions, AttackResult, LoadOptions, LoadResult } from '@cufflink/testkit'

const generator = fileURLToPath(new URL('../packages/testkit/src/fleet/load-process.ts', import.meta.url))

/** Runs a load from a process of its own, so that its work is not the server's. */
export const load = (options: LoadOptions): Promise<LoadResult> => generate<LoadResult>('load', options)

/**
 * Runs an attack from a process of its own that has only the time that nothing else on this machine wants: attackers bring processors of
 * their own, and what theirs takes from the server where both share a machine is no effect of the attack.
 */
export const attack = (options: AttackOptions): Promise<AttackResult> =>
  generate<AttackResult>('attack', options, yieldToAll)

async function generate<Result>(
  what: 'load' | 'attack',
  options: object,
  started: (pid: number) => void = () => undefined,
): Promise<Result> {
  // A session of its own: Linux schedules each as one, so that priorities count within it and between sessions.
  const child = spawn(process.execPath, [generator, what, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started(child.pid!)
  return (await json(child.stdout)) as Result
}

function yieldToAll(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW)
  const ofSession = `/proc/${pid}/autogroup`
  if (existsSync(ofSession)) writeFileSync(ofSession, String(constants.priority.PRIORITY_LOW))
}

/** The shapes of load: what a fleet's devices do, and what a broker's bridge does. */
export const shapes = {
  // First: the others leave the disk busy with what they wrote.
  '500 devices at 1,000 msg/s': { devices: 500, window: 5, perSecond: 1_000 },
  '1,000 devices, one in flight': { devices: 1_000, window: 1 },
  '50 connections, window 20': { devices: 50, window: 20 },
} as const
export const DEVICES = 1_000
