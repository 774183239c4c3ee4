import { withDeadline } from '../deadline.ts'

/** Whether a service can do its work, check by check. */
export type Readiness = { readonly ok: boolean; readonly checks: Readonly<Record<string, boolean>> }
export type Health = { ready(): Promise<Readiness> }

const CHECK_DEADLINE_MS = 1_000

/** Health from named checks. A check that answers `false`, throws or takes over a second has failed. */
export function createHealth(checks: Readonly<Record<string, () => unknown>>): Health {
  const passes = async (check: () => unknown): Promise<boolean> => {
    try {
      return (await withDeadline(CHECK_DEADLINE_MS, async () => check())) !== false
    } catch {
      return false
    }
  }
  return {
    async ready() {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
      )
      return { ok: results.every(([, ok]) => ok), checks: Object.fromEntries(results) }
    },
  }
}
