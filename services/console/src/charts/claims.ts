import type { FactOf } from '@cufflink/contracts'
import type { FactList } from '@cufflink/views'

export type Difference = FactOf<'claim.differs'>['data']

/** A line that is locked now, and what became of it since. */
export type StandingClaim = {
  readonly code: string
  readonly from: string
  readonly to: string
  readonly units: number
  readonly amountCents: number
  readonly ruleSet: string
  readonly lockedAt: number
  readonly lockedOffset: number
  /** The ledger offset of what was said of it last. */
  readonly lastOffset: number
  readonly submittedAt?: number
  /** What is known now no longer supports it, and nobody has said what becomes of that. */
  readonly change?: { readonly data: Difference; readonly foundAt: number }
  /** The last difference about which somebody said what becomes of it. */
  readonly settled?: Difference
}

const nameOf = ({ code, from, to }: { code: string; from: string; to: string }): string =>
  `${code} ${from} ${to}`

/** The lines that stand locked, from a patient's claims. */
export function standingClaims(claims: FactList): readonly StandingClaim[] {
  const standing = new Map<string, StandingClaim>()
  const change = (name: string, with_: Partial<StandingClaim>): void => {
    const { change: _, ...held } = standing.get(name) ?? {}
    if (standing.has(name)) standing.set(name, { ...(held as StandingClaim), ...with_ })
  }
  for (const { fact, offset } of claims) {
    switch (fact.type) {
      case 'claim.locked': {
        const { code, from, to, units, amountCents, ruleSet } = fact.data
        const claim = {
          code,
          from,
          to,
          units,
          amountCents,
          ruleSet,
          lockedAt: fact.at,
          lockedOffset: offset,
          lastOffset: offset,
        }
        standing.set(nameOf(claim), claim)
        break
      }
      case 'claim.submitted': {
        const name = nameOf(fact.data)
        const known = standing.get(name)?.change
        change(name, {
          submittedAt: fact.data.submittedAt,
          lastOffset: offset,
          ...(known && { change: known }),
        })
        break
      }
      case 'claim.unlocked':
        standing.delete(nameOf(fact.data))
        break
      case 'claim.differs': {
        const { oldCode: code, from, to } = fact.data
        const found = isNoChange(fact.data) ? {} : { change: { data: fact.data, foundAt: fact.at } }
        change(nameOf({ code, from, to }), { lastOffset: offset, ...found })
        break
      }
      case 'claim.settled': {
        const name = nameOf(fact.data)
        const settled = standing.get(name)?.change?.data
        change(name, { lastOffset: offset, ...(settled && { settled }) })
        break
      }
      default:
    }
  }
  return [...standing.values()]
}

/** Whether a difference says that all is as it was locked: what had changed was changed back. */
export const isNoChange = ({ oldCode, newCode, oldUnits, newUnits }: Difference): boolean =>
  newCode === oldCode && newUnits === oldUnits
