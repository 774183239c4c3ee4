import { failure } from '@cufflink/contracts'
import type { Started, Work } from '../shares/shares.ts'
import type { CopyFilter, DeviceFact } from './copies.ts'
import {
  type Arrived,
  createInterpreter,
  type InterpreterOptions,
  type Message,
  type Outcome,
} from './interpret.ts'
import type { ParkedReadings } from './parked.ts'
import type { RejectedLimit } from './rejected-limit.ts'
import type { Tally } from './tally.ts'

/**
 * Puts a message on the ledger: as readings of the patient who had the device when they were measured, as parked
 * readings where no one had, or as rejected bytes where it is no reading (design rule 5). A batch may become all three.
 * Resolves once all of it is durable; only then may it be acknowledged (rule 1). While the host's clock is suspect it waits for its turn.
 */
export type Ingest = (message: Message) => Promise<Outcome>

export type IngestOptions = InterpreterOptions & {
  readonly copies: CopyFilter
  readonly rejectedLimit: RejectedLimit
  readonly parked: Pick<ParkedReadings, 'admit'>
  /** Starts the work when it is the device's turn. */
  admit(device: string, work: Work): void
  readonly tally: Tally
}

export function createIngest(options: IngestOptions): Ingest {
  const { tally, hostClock, stopwatch } = options
  const interpreter = createInterpreter(options)

  /** Appends what is no copy, and of rejected bytes as much as is kept of a device. */
  function keep(facts: readonly DeviceFact[]): { added: number; durable: Promise<unknown> } {
    let added = 0
    const waits: Promise<unknown>[] = []
    for (const fact of facts) {
      if (
        fact.type === 'payload.rejected' &&
        !options.copies.knows(fact) &&
        !options.rejectedLimit.keeps(fact)
      ) {
        tally.notKept += 1
        continue
      }
      const { copy, durable } = options.copies.append(fact)
      if (!copy) added += 1
      if (durable !== undefined) waits.push(durable)
    }
    return { added, durable: waits.length === 1 ? waits[0]! : Promise.all(waits) }
  }

  /** Where no more may wait, all but what would: the rest of the message counts, though the device hears nothing. */
  function admit(facts: readonly DeviceFact[]): {
    admitted: readonly DeviceFact[]
    refusal?: unknown
  } {
    const parked = facts.filter((fact) => fact.type === 'reading.parked')
    try {
      options.parked.admit(parked.filter((fact) => !options.copies.knows(fact)))
      return { admitted: facts }
    } catch (refusal) {
      return { admitted: facts.filter((fact) => fact.type !== 'reading.parked'), refusal }
    }
  }

  function take(
    message: Arrived,
  ): (Omit<Started, 'settled'> & { readonly outcome: Promise<Outcome> }) | undefined {
    const interpreted = interpreter.interpret(message)
    if (interpreted === undefined) return undefined
    const { outcome, facts, settle } = interpreted
    const { admitted, refusal } = admit(facts)
    const notKept = tally.notKept
    const { added, durable } = keep(admitted)
    const isCopy = added === 0 && tally.notKept === notKept
    const became = durable.then((): Outcome => {
      if (refusal !== undefined) throw refusal
      settle()
      return isCopy ? 'duplicate' : outcome
    })
    return { readings: Math.max(1, admitted.length), facts: added, outcome: became }
  }

  return (message) => {
    tally.received += 1
    tally.inFlight += 1
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const succeed = (outcome: Outcome): void => {
      tally[outcome] += 1
      tally.inFlight -= 1
      resolve(outcome)
    }
    const fail = (error: unknown): void => {
      tally.failed += 1
      tally.inFlight -= 1
      reject(error)
    }
    const arrived = { ...message, arrivedAt: stopwatch() }
    // A turn may never come while the clock is suspect, and what is told meanwhile is evidence.
    if (!hostClock.isTrusted) interpreter.hear(arrived)
    options.admit(message.device.device, {
      bytes: message.payload.length,
      get comesAgain() {
        return message.isKept && !message.answer.open
      },
      start() {
        try {
          const taken = take(arrived)
          return taken && { ...taken, settled: taken.outcome.then(succeed, fail) }
        } catch (error) {
          fail(error)
          return { readings: 1, facts: 0, settled: Promise.resolve() }
        }
      },
      lapse() {
        interpreter.lapse(arrived)
        fail(failure('HOST_CLOCK_SUSPECT'))
      },
      drop: () => fail(failure('LEDGER_CLOSED')),
    })
    return promise
  }
}
