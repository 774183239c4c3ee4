import { dateOf, type EpochDay } from '@cufflink/folds'
import type { RuleSet } from '../rulesets/rule-set.ts'
import { type RulesInForce, rulesFor } from '../rulesets/select.ts'
import type { Enrolment } from './enrolment.ts'
import { type Episode, episodesOf } from './episodes.ts'
import { type Locked, lockedLines } from './locks.ts'

/** What every line is made from. `asOf` is the instant that is asked about, epoch ms. */
export type Asked = {
  readonly enrolment: Enrolment
  readonly ruleSets: readonly RuleSet[]
  readonly asOf: number
  /**
   * What was written later than this (epoch ms) is left out; `asOf`, unless told. Asked about now it is infinite: what is on the ledger is
   * known, also when it was written while the host's clock was ahead.
   */
  readonly knownAt?: number
}

/** The same, with the rules that hold for this patient on a date, and what was billed. */
export type Context = Asked & {
  readonly rulesOn: (day: EpochDay) => RulesInForce
  readonly locked: readonly Locked[]
  /** By their beginning, each with its end. */
  readonly episodes: readonly Episode[]
}

export function contextOf(asked: Asked): Context {
  const rulesOf = rulesFor(asked.ruleSets, asked.enrolment)
  return {
    enrolment: asked.enrolment,
    ruleSets: asked.ruleSets,
    asOf: asked.asOf,
    ...(asked.knownAt !== undefined && { knownAt: asked.knownAt }),
    rulesOn: memo((day) => rulesOf(dateOf(day))),
    locked: lockedLines(asked),
    episodes: episodesOf(asked.enrolment),
  }
}

/** Makes a thing once for each key. */
export function memo<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new Map<Key, Made>()
  return (key) => {
    const held = made.get(key)
    if (held !== undefined) return held
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}
