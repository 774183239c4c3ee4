import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// Debian puts servers where a plain user's PATH does not lead.
const serverFolders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']
const versionArguments: Readonly<Record<string, readonly string[]>> = {
  mosquitto: ['-h'],
  java: ['-version'],
}
const known = new Map<string, string>()

/** Where a program lies: on the PATH, or where servers are put. */
export function pathOf(command: string): string | undefined {
  if (command.includes('/')) return isExecutable(command) ? command : undefined
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...serverFolders].map((folder) => join(folder, command)).find(isExecutable)
}

/** The version a program says it is, digits and dots alone; `unknown` when it does not say. */
export function versionOf(command: string): string {
  const before = known.get(command)
  if (before !== undefined) return before
  const path = pathOf(command)
  const version =
    path === undefined ? 'unknown' : askVersion(path, versionArguments[command] ?? ['--version'])
  if (version !== 'unknown') known.set(command, version)
  return version
}

function askVersion(path: string, args: readonly string[]): string {
  // `mosquitto -h` ends with an error code and says its version all the same; java speaks on stderr.
  const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', timeout: 20_000 })
  return /\d+(?:\.\d+)+/.exec(`${stdout ?? ''}\n${stderr ?? ''}`)?.[0] ?? 'unknown'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
