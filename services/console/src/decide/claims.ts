import { isSameLine, type LineName, type StandingClaim } from '@cufflink/billing'
import { type Fact, type FactOf, failure } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { type Command, type Decision, envelope, isOn, notInFuture, recordEnvelope } from './command.ts'

/** The line that a command names, where it stands locked. */
type Locked = { readonly claim: StandingClaim | undefined }

/** A further submission stands beside the ones before it. @throws {CufflinkError} LINE_NOT_LOCKED · IN_THE_FUTURE */
export function submitClaim(state: Locked, command: Command<'submitClaim'>): Decision {
  const { params, body, now } = command
  requireLocked(state)
  const { submittedAt = now, ...rest } = body
  notInFuture(submittedAt, command)
  const data = { ...rest, patient: params.patient, submittedAt }
  return { facts: [{ ...envelope(command), type: 'claim.submitted', data }] }
}

/**
 * A line that someone submits at the same moment is held, not ready, in whichever order the two lie on the ledger.
 * @throws {CufflinkError} LINE_NOT_LOCKED · LINE_SUBMITTED
 */
export function unlockClaim(state: Locked, command: Command<'unlockClaim'>): Decision {
  const { submittedAt } = requireLocked(state)
  const { submitted = false, ...data } = command.body
  if (submittedAt !== undefined && !submitted) throw failure('LINE_SUBMITTED')
  const { patient } = command.params
  return { facts: [{ ...envelope(command), type: 'claim.unlocked', data: { ...data, patient } }] }
}

/**
 * Settles the change that the person saw. One that the tracker finds just then is not settled with it.
 * @throws {CufflinkError} LINE_NOT_LOCKED · CHANGE_UNKNOWN · VERSION_CONFLICT
 */
export function settleChange(state: Locked, command: Command<'settleChange'>): Decision {
  const { change } = requireLocked(state)
  if (change === undefined) throw failure('CHANGE_UNKNOWN')
  const { foundAt = change.foundAt, ...body } = command.body
  if (foundAt !== change.foundAt) throw failure('VERSION_CONFLICT')
  const data = { ...body, patient: command.params.patient, difference: change.id }
  const settled: Fact = { ...recordEnvelope(command), v: 2, type: 'claim.settled', data }
  const isSettled = (list: FactList) =>
    list
      .slice(
        0,
        list.findIndex(({ fact }) => fact.id === settled.id),
      )
      .findLast(isDifferenceOf(body))?.fact.id === change.id
  return { facts: [settled], stands: isSettled }
}

const isDifferenceOf =
  (line: LineName) =>
  ({ fact }: FactList[number]): boolean =>
    fact.type === 'claim.differs' && isSameLine({ ...fact.data, code: fact.data.oldCode }, line)

/** What was decided about what is held of a line, the oldest first, and how many units still are. */
type HeldOfLine = { readonly decisions: readonly FactOf<'claim.decided'>[]; readonly heldUnits: number }

/**
 * A person who was second looks again before deciding: what is left to decide is another then.
 * @throws {CufflinkError} LINE_NOT_HELD · VERSION_CONFLICT
 */
export function decideHeld({ decisions, heldUnits }: HeldOfLine, command: Command<'decideHeld'>): Decision {
  const { params, body, id } = command
  if (decisions.some((one) => one.id === id)) return { facts: [] }
  if (command.round > 0) throw failure('VERSION_CONFLICT')
  if (body.decision !== 'reopened' && (body.units < 1 || body.units > heldUnits))
    throw failure('LINE_NOT_HELD')
  const before = decisions.at(-1)?.id
  const data = { ...body, patient: params.patient, ...(before !== undefined && { replaces: before }) }
  const decided: Fact = { ...envelope(command), v: 2, type: 'claim.decided', data }
  return { facts: [decided], stands: isOn(decided) }
}

/** @throws {CufflinkError} LINE_NOT_LOCKED */
function requireLocked({ claim }: Locked): StandingClaim {
  if (claim === undefined) throw failure('LINE_NOT_LOCKED')
  return claim
}
