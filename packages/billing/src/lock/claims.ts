import type { FactOf, LineEvent } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'

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
  /** What is known now no longer supports it, and no one has said what becomes of that. */
  readonly change?: { readonly id: string; readonly data: Difference; readonly foundAt: number }
  /** The last difference about which someone said what becomes of it. */
  readonly settled?: Difference
}

export type LineName = { readonly code: string; readonly from: string; readonly to: string }

const nameOf = ({ code, from, to }: LineName): string => `${code} ${from} ${to}`

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
        const { id, data, at: foundAt } = fact
        const { oldCode: code, from, to } = data
        // What was changed back is as if nothing had been: it may change again.
        change(nameOf({ code, from, to }), ({ change: _change, settled: _settled, ...claim }) => ({
          ...claim,
          lastOffset: offset,
          ...(!isNoChange(data) && { change: { id, data, foundAt } }),
        }))
        break
      }
      case 'claim.settled':
        change(nameOf(fact.data), (claim) => {
          const { change: settled, ...rest } = claim
          // Another difference was found before this came to lie on the ledger: that one waits.
          if (fact.v === 2 && fact.data.difference !== settled?.id) return claim
          return { ...rest, lastOffset: offset, ...(settled && { settled: settled.data }) }
        })
        break
      default:
    }
  }
  return [...standing.values()]
}

type ClaimFact = FactList[number]['fact']

/** What people did to the lines that are meant, oldest first, whether they stand locked or not. */
export const historyOf = (claims: FactList, isMeant: (line: LineName) => boolean): LineEvent[] =>
  claims.flatMap(({ fact }) => {
    const event = eventOf(fact)
    return event !== undefined && 'code' in fact.data && isMeant(fact.data)
      ? [{ ...event, code: fact.data.code }]
      : []
  })

export const isSameLine = (a: LineName, b: LineName): boolean => nameOf(a) === nameOf(b)

/** The decisions about what is held of a line, oldest first. */
export const decisionsAbout = (claims: FactList, line: LineName): readonly FactOf<'claim.decided'>[] =>
  claims.flatMap(({ fact }) => (fact.type === 'claim.decided' && isSameLine(fact.data, line) ? [fact] : []))

function eventOf(fact: ClaimFact): Omit<LineEvent, 'code'> | undefined {
  const { at, by } = fact
  switch (fact.type) {
    case 'claim.locked': {
      const { units, amountCents } = fact.data
      return { event: 'locked', at, by, units, amountCents }
    }
    case 'claim.submitted': {
      const { submittedAt, reference } = fact.data
      return { event: 'submitted', at, by, submittedAt, ...(reference !== undefined && { reference }) }
    }
    case 'claim.unlocked':
      return { event: 'unlocked', at, by, reason: fact.data.reason }
    case 'claim.decided': {
      const { decision, units, reason } = fact.data
      return { event: decision, at, by, units, reason }
    }
    default:
      return undefined
  }
}

/** Whether a line ever went to the payer: it may be paid, whatever became of its lock since. */
export const wasSubmitted = (history: readonly LineEvent[]): boolean =>
  history.some(({ event }) => event === 'submitted')

/** Whether a difference says that all is as it was locked: what had changed was changed back. */
export const isNoChange = ({ oldCode, newCode, oldUnits, newUnits }: Difference): boolean =>
  newCode === oldCode && newUnits === oldUnits

/** A line is watched so long from its last date: within six years Medicare asks back what was paid too much. */
const WATCHED_YEARS = 6

/** Whether what becomes known today about a locked line is still put before a person. */
export const isWatched = ({ to }: Pick<StandingClaim, 'to'>, today: string): boolean =>
  today <= Temporal.PlainDate.from(to).add({ years: WATCHED_YEARS }).toString()

/** The years whose claims are watched today. */
export function watchedYears(today: string): readonly string[] {
  const year = Number(today.slice(0, 4))
  return Array.from({ length: WATCHED_YEARS + 1 }, (_, index) => String(year - WATCHED_YEARS + index))
}
