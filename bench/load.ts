import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { AttackOptions, AttackResult, LoadOptions, LoadResult } from '@cufflink/testkit'

const generator = fileURLToPath(new URL('../packages/testkit/src/fleet/load-process.ts', import.meta.url))

/** Runs a load from a process of its own, so that its work is not the server's. */
export const load = (options: LoadOptions): Promise<LoadResult> => generate<LoadResult>('load', options)

/** Runs an attack from a process of its own. */
export const attack = (options: AttackOptions): Promise<AttackResult> =>
  generate<AttackResult>('attack', options)

async function generate<Result>(what: 'load' | 'attack', options: object): Promise<Result> {
  const { stdout } = await promisify(execFile)(process.execPath, [generator, what, JSON.stringify(options)])
  return JSON.parse(stdout) as Result
}

/** The shapes of load: what a fleet's devices do, and what a broker's bridge does. */
export const shapes = {
  // First: the others leave the disk busy with what they wrote.
  '500 devices at 1,000 msg/s': { devices: 500, window: 5, perSecond: 1_000 },
  '1,000 devices, one in flight': { devices: 1_000, window: 1 },
  '50 connections, window 20': { devices: 50, window: 20 },
} as const
export const DEVICES = 1_000
