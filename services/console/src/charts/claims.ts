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
  const change = (name: string, next: (claim: StandingClaim) => StandingClaim): void => {
    const claim = standing.get(name)
    if (claim !== undefined) standing.set(name, next(claim))
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
        const { submittedAt } = fact.data
        change(nameOf(fact.data), (claim) => ({ ...claim, submittedAt, lastOffset: offset }))
        break
      }
      case 'claim.unlocked':
        standing.delete(nameOf(fact.data))
        break
      case 'claim.differs': {
        const { data, at: foundAt } = fact
        const { oldCode: code, from, to } = data
        // What was changed back is as if nothing had been: it may change again.
        change(nameOf({ code, from, to }), ({ change: _change, settled: _settled, ...claim }) => ({
          ...claim,
          lastOffset: offset,
          ...(!isNoChange(data) && { change: { data, foundAt } }),
        }))
        break
      }
      case 'claim.settled':
        change(nameOf(fact.data), ({ change: settled, ...claim }) => ({
          ...claim,
          lastOffset: offset,
          ...(settled && { settled: settled.data }),
        }))
        break
      default:
    }
  }
  return [...standing.values()]
}

/** Whether a difference says that all is as it was locked: what had changed was changed back. */
export const isNoChange = ({ oldCode, newCode, oldUnits, newUnits }: Difference): boolean =>
  newCode === oldCode && newUnits === oldUnits
