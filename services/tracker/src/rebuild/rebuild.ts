import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { isClinicianMonth, readClinicianMonthName } from '@cufflink/charts'
import { failure } from '@cufflink/contracts'
import type { LedgerReader } from '@cufflink/ledger'
import { type Clock, createStopwatch, type Logger } from '@cufflink/runtime'
import { type Shard, UNREAD_AFTER_MS, type Views, type ViewsEngine } from '@cufflink/views'
import { type Evaluating, startEvaluating } from '../evaluate/evaluating.ts'
import {
  type ComparisonOptions,
  endsOf,
  patientsOfBoth,
  stillDifferent,
  sum,
  type ViewsDifference,
  watermarksOf,
} from './comparison.ts'
import { type Filling, startFilling } from './filling.ts'
import { inThousands, sayProgress } from './progress.ts'

const TURN_EVERY_MS = 1_000
const PROGRESS_EVERY_MS = 1_000
/** The flip comes in the first half of it. */
const HOLD_MS = 30_000
const TURN_MS = 5_000
/** One rebuild at a time; the name is of a follower of its own, as consoles look through the leases of a partition. */
const TURN: Shard = { topic: 'activity', partition: 0, follower: 'rebuild' }

export type RebuildOptions = {
  readonly ledger: LedgerReader
  readonly engine: ViewsEngine
  readonly clock: Clock
  readonly logger: Logger
  /** Only to compare: the next generation is removed in the end. */
  readonly dryRun: boolean
  /** Told what is being done, how far it has come, and when it may be done. */
  says(line: string): void
}

export type Rebuilt = {
  /** `cleaned`: an earlier rebuild had flipped, and was interrupted before it had removed what was live before. */
  readonly outcome: 'compared' | 'flipped' | 'cleaned'
  /** The generation that is live now. */
  readonly live: number
  readonly patients: number
  /** What the generation that was live said otherwise than the ledger. */
  readonly differing: readonly ViewsDifference[]
  /** Facts that the trackers had not folded: what differs may be of these. */
  readonly behind: number
}

type Generations = {
  readonly live: Views
  readonly next: Views
}

/**
 * Fills the next generation of the views from the ledger behind the live one, evaluates its patients, compares, and makes it live (ADR 25).
 * Trackers and consoles may run, or not. Interrupted at any moment, the same call goes on from where it was.
 * @throws {CufflinkError} LEDGER_GAP when the ledger no longer holds its beginning · VIEWS_NEWER when a newer program began it · VIEWS_UNAVAILABLE
 */
export async function rebuildViews(options: RebuildOptions): Promise<Rebuilt> {
  const { engine, dryRun, says } = options
  await using stack = new AsyncDisposableStack()
  const open = async (generation: number): Promise<Views> =>
    stack.adopt(await engine.open(generation), (views) => views.close())
  const first = await open(engine.first)
  const turn = stack.use(await takeTurn(first, says))
  const number = await first.generations.live()
  const live = number === first.generation ? first : await open(number)
  const nothing = { live: number, patients: 0, differing: [], behind: 0 }
  if (!dryRun && number > 1 && (await removeFormer(await open(number - 1), options)))
    return { ...nothing, outcome: 'cleaned' }

  const next = await open(number + 1)
  if (dryRun) {
    const compared = await compareAndRemove({ live, next }, { ...options, turn })
    return { ...nothing, ...compared, outcome: 'compared' }
  }
  const filled = await fill({ live, next }, options)
  stack.defer(() => filled.close())
  const compared = await filled.compare()
  await filled.flip(turn)
  says(`Generation ${number + 1} is live. Removing generation ${number}, once no process reads it …`)
  await pause(UNREAD_AFTER_MS)
  await turn.requireMine()
  await next.generations.remove(number)
  return { ...compared, outcome: 'flipped', live: number + 1 }
}

/** Removes the next generation also where it could not be compared: so a dry run is the way out of whatever an interrupted rebuild left. */
async function compareAndRemove(
  generations: Generations,
  { turn, ...options }: RebuildOptions & { readonly turn: Turn },
): Promise<Compared> {
  const remove = async (): Promise<void> => {
    await turn.requireMine()
    await generations.next.generations.remove(generations.next.generation)
  }
  const compared = await fillAndCompare(generations, options).catch(async (error: unknown) => {
    await remove().catch(() => undefined)
    throw error
  })
  await remove()
  return compared
}

async function fillAndCompare(generations: Generations, options: RebuildOptions): Promise<Compared> {
  const filled = await fill(generations, options)
  try {
    return await filled.compare()
  } finally {
    await filled.close()
  }
}

type Compared = Pick<Rebuilt, 'patients' | 'differing' | 'behind'>

/** The generation that is being filled, until it is live or removed. */
type Filled = {
  compare(): Promise<Compared>
  flip(turn: Turn): Promise<void>
  close(): Promise<void>
}

async function fill(generations: Generations, options: RebuildOptions): Promise<Filled> {
  const { ledger, clock, logger, says } = options
  const { live, next } = generations
  await using stack = new AsyncDisposableStack()
  const filling = stack.adopt(await startFilling({ ledger, views: next, logger, says }), (one) => one.close())
  await filling.reached(await endsOf(ledger))
  const partitions = Array.from({ length: ledger.partitions }, (_, partition) => partition)
  const evaluating = stack.adopt(
    await startEvaluating({
      ledger,
      views: next,
      clock,
      logger,
      partitions: () => partitions,
      // The flip waits for them.
      monthEveryMs: 0,
      unreadable: filling.foldAgain,
    }),
    (one) => one[Symbol.asyncDispose](),
  )
  const evaluation = { next, evaluating, filling, partitions }
  const owned = stack.move()
  return {
    async compare() {
      await evaluateMost(evaluation, says)
      const { accounts, registry } = evaluating
      return compare({ ledger, views: live, own: next, accounts, registry, clock }, { filling, says })
    },
    async flip(turn) {
      const since = createStopwatch()
      const heldAt = since()
      const isLate = () => since() - heldAt > HOLD_MS / 2
      await live.generations.hold(HOLD_MS)
      try {
        const ends = await endsOf(ledger)
        // A live generation that is ahead of its ledger is of another one.
        const held = (await watermarksOf(ledger, live)).map((at, index) => Math.min(at, ends[index]!))
        await filling.reached(held)
        // Nothing more is marked by a commit from here on, but by evaluations.
        await filling.close()
        await evaluateAll(evaluation, isLate)
        await evaluating[Symbol.asyncDispose]()
        // Last: another rebuild may have had its turn since, and removed what was filled; or the engine fell back.
        await turn.requireMine()
        const reached = await watermarksOf(ledger, next)
        if (isLate() || reached.some((at, index) => at < held[index]!)) throw failure('VIEWS_UNAVAILABLE')
        if (!(await next.generations.flip(live.generation, next.generation)))
          throw failure('VIEWS_UNAVAILABLE')
      } catch (error) {
        await live.generations.hold(0)
        throw error
      }
    },
    close: () => owned.disposeAsync(),
  }
}

type Evaluation = {
  readonly next: Views
  readonly evaluating: Evaluating
  readonly filling: Filling
  readonly partitions: readonly number[]
}

/**
 * The patients and clinicians' months that are to be evaluated, but those of practices that were never opened. Marks of late changes are left to the trackers:
 * only they write to the ledger.
 */
async function marked({ next, evaluating, partitions }: Evaluation): Promise<readonly string[]> {
  const names = await Promise.all(
    partitions.map(async (partition) => [...(await next.evaluations.marked(partition)).keys()]),
  )
  const byPractice = await Promise.all(
    [...Map.groupBy(names.flat(), practiceOf)].map(async ([practice, some]) =>
      (await evaluating.practices.find(practice)) === undefined ? [] : some,
    ),
  )
  return byPractice.flat()
}

/** Round after round while fewer are left: facts come in meanwhile, and evaluating a patient may mark others of the same clinician. */
async function evaluateMost(evaluation: Evaluation, says: (line: string) => void): Promise<void> {
  const { evaluator } = evaluation.evaluating
  const evaluated = (): number => evaluator.tally.evaluated + evaluator.tally.months
  const begun = evaluated()
  let left = await marked(evaluation)
  if (left.length === 0) return
  says(`Evaluating ${whatIsEvaluated(left)} …`)
  const progress = sayProgress({ what: 'evaluated', says })
  const all = left.length
  // Of those there are now: what is marked meanwhile has no end while facts come in.
  const look = (): void => progress(Math.min(evaluated() - begun, all), all)
  look()
  const timer = setInterval(look, PROGRESS_EVERY_MS)
  try {
    for (let before = Infinity; left.length > 0 && left.length < before; ) {
      before = left.length
      await evaluation.filling.unlessFailed(evaluator.round())
      left = await marked(evaluation)
    }
  } finally {
    clearInterval(timer)
  }
}

/** Until no one is marked. */
async function evaluateAll(evaluation: Evaluation, isLate: () => boolean): Promise<void> {
  while ((await marked(evaluation)).length > 0) {
    if (isLate()) throw failure('VIEWS_UNAVAILABLE', { detail: 'Its patients were not evaluated in time.' })
    await evaluation.filling.unlessFailed(evaluation.evaluating.evaluator.round())
  }
}

function whatIsEvaluated(names: readonly string[]): string {
  const months = names.filter(isClinicianMonth).length
  const patients = `${inThousands(names.length - months)} patients`
  return months === 0 ? patients : `${patients} and ${inThousands(months)} months of clinicians`
}

/** Of a patient or a clinician's month. */
const practiceOf = (mark: string): string =>
  isClinicianMonth(mark) ? readClinicianMonthName(mark).tenant : mark.split('/')[0]!

async function compare(
  options: ComparisonOptions,
  { filling, says }: { readonly filling: Filling; says(line: string): void },
): Promise<Compared> {
  const { ledger, views } = options
  if (sum(await watermarksOf(ledger, views)) === 0) {
    says('Nothing is live yet: there is nothing to compare.')
    return { patients: 0, differing: [], behind: 0 }
  }
  const patients = await patientsOfBoth(options)
  says(`Comparing ${inThousands(patients.length)} patients …`)
  const differing = await stillDifferent(patients, { ...options, filling, says })
  const behind = Math.max(0, sum(await endsOf(ledger)) - sum(await watermarksOf(ledger, views)))
  return { patients: patients.length, differing, behind }
}

/** @returns whether there was anything of a generation that was live before */
async function removeFormer(former: Views, { ledger, says }: RebuildOptions): Promise<boolean> {
  const wasLeft = sum(await watermarksOf(ledger, former)) > 0
  if (wasLeft) {
    says(`Removing generation ${former.generation}, which an earlier rebuild left …`)
    // It may have flipped just now.
    await pause(UNREAD_AFTER_MS)
  }
  await former.generations.remove(former.generation)
  return wasLeft
}

type Turn = AsyncDisposable & {
  /** @throws {CufflinkError} VIEWS_UNAVAILABLE when another rebuild may have begun, as after this process was held up */
  requireMine(): Promise<void>
}

/** Waits for its turn. Who was killed has it for five seconds more. */
async function takeTurn({ leases }: Views, says: (line: string) => void): Promise<Turn> {
  const holder = randomUUID()
  const take = () => leases.takeFree(TURN, 'rebuild', { holder, note: '{}', ttlMs: TURN_MS })
  let taken = await take()
  if ('held' in taken) says('Another rebuild runs, or ended a moment ago: waiting …')
  for (; 'held' in taken; taken = await take()) await pause(TURN_EVERY_MS)
  const lease = { name: 'rebuild', holder, epoch: taken.epoch, note: '{}' }
  const renew = (): Promise<readonly string[]> => leases.renew(TURN, [lease], TURN_MS)
  const timer = setInterval(() => void renew().catch(() => undefined), TURN_EVERY_MS)
  return {
    async requireMine() {
      if ((await renew()).length > 0) throw failure('VIEWS_UNAVAILABLE')
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await leases.release(TURN, 'rebuild', lease.epoch).catch(() => undefined)
    },
  }
}
