import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { pathOf } from '../programs.ts'

// Asked by Debian's packages before they start a service (Debian Policy §9.3.3); 101 forbids it.
const policy = '/usr/sbin/policy-rc.d'
const forbidding =
  '#!/bin/sh\n# Put here by Cufflink while it installs the engines of its tests; it may be removed.\nexit 101\n'

/** Whether this is a Debian or Ubuntu. */
export const hasApt = (): boolean => pathOf('apt-get') !== undefined

/** Whether packages can be installed without asking anybody. */
export const mayInstall = (): boolean => hasApt() && process.getuid?.() === 0

/** Installs Debian packages, without starting their services. Returns why not, when it could not. */
export function installPackages(packages: readonly string[]): string | undefined {
  return withoutServices(() => {
    const install = ['install', '--yes', '--no-install-recommends', ...packages]
    const first = apt(install)
    if (first === undefined) return undefined
    // A fresh machine has no lists, an old one stale ones.
    return apt(['update']) ?? apt(install)
  })
}

function apt(args: readonly string[]): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...args], { encoding: 'utf8', env })
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').slice(-3).join('\n'))
}

function withoutServices<Result>(act: () => Result): Result {
  if (existsSync(policy)) return act()
  writeFileSync(policy, forbidding, { mode: 0o755 })
  try {
    return act()
  } finally {
    rmSync(policy, { force: true })
  }
}
