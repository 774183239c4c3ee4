import { medicare, overlapsOf, rulesOn, type Span } from '@cufflink/billing'
import { type Practice } from '@cufflink/charts'
import { type FactOf, failure, patientKey } from '@cufflink/contracts'
import {
  findStretch,
  monthsBetween,
  provenUntil,
  type StretchEntry,
  utcMonth,
  versionOf,
} from '@cufflink/folds'
import type { Person, Principal } from '../access/principal.ts'
import { decisionOf, type Proposal, pendingProposals } from '../charts/prompts.ts'
import { findOwn } from '../charts/stretch-id.ts'
import { type Commands, envelope, fileOf, nameFor, notBefore, SLACK_MS } from './commands.ts'
import { readPage } from './queues.ts'
import { requireUnlocked, saveUnlocked, type Touch, touchesOf } from './under-lock.ts'

const DAY_MS = 86_400_000

type Stretch = {
  readonly from: number
  readonly until: number
  readonly category: string
  readonly program: string
}

/** Time written down by hand, its approval, and corrections of any time. Nothing is overwritten. */
export function timeRoutes(commands: Commands): void {
  const { routes, save, documents, practices, accounts, clock, inTurn } = commands
  const timeOf = (practice: string, clinician: string): string => `time ${practice}/${clinician}`

  /** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD · CATEGORY_UNKNOWN · PROGRAM_NOT_ENROLLED */
  async function requirePossible(
    practice: Practice,
    patient: string,
    stretch: Stretch,
    earliest = clock.now() - (practice.settings.entryBackDays + 1) * DAY_MS,
  ): Promise<void> {
    const { from, until, category, program } = stretch
    const now = clock.now()
    const length = until - from
    if (length <= 0 || length > DAY_MS || until > now + SLACK_MS * clock.rate)
      throw failure('TIME_IMPOSSIBLE')
    if (from < earliest) throw failure('TIME_TOO_OLD')
    requireCategory(category)
    const file = await fileOf(commands, { practice: practice.id, patient })
    requireProgram(file, program)
  }

  /** @throws {CufflinkError} TIME_OVERLAPS with the clinician's other time in the same minutes */
  async function requireFree(practice: string, candidate: Parameters<typeof overlapsOf>[1]): Promise<void> {
    const months = monthsBetween(candidate.start - DAY_MS, candidate.end)
    const parts = await documents.clinician(practice, candidate.clinician, months)
    const conflicts = overlapsOf(parts, candidate, clock.now(), Number.POSITIVE_INFINITY)
    if (conflicts.length === 0) return
    throw failure('TIME_OVERLAPS', {
      conflicts: conflicts.map(({ patient, start, end, program, category }) => ({
        patient,
        start,
        end,
        program,
        category,
      })),
    })
  }

  routes.answer('enterTime', async (asked) => {
    const { params, body, who } = asked
    const { user } = who as Person
    const practice = await practices.get(params.practice)
    await requirePossible(practice, params.patient, body)
    const session = nameFor('e', asked)
    const { from, until, reason, program, category } = body
    const data = {
      patient: params.patient,
      clinician: user,
      session,
      startedAt: from,
      until,
      program,
      category,
      reason,
    }
    const propose = practice.settings.approveEntries
    const answer = { session, startedAt: from, status: propose ? 'proposed' : 'counted' } as const
    const type = propose ? 'entry.proposed' : 'time.entered'
    return inTurn(timeOf(params.practice, user), async () => {
      if (await isCounted(params.practice, data)) return answer
      await requireFree(params.practice, { clinician: user, start: from, end: until })
      await saveUnlocked(commands, asked, {
        ...envelope(asked, clock),
        at: notBefore(until, clock),
        type,
        data,
      })
      return answer
    })
  })

  /** Whether time by hand is on the ledger as time already, as after a repetition. */
  async function isCounted(practice: string, { clinician, session, startedAt }: Proposal): Promise<boolean> {
    const parts = await documents.clinician(practice, clinician, [utcMonth(startedAt)])
    return findStretch(parts, session, startedAt) !== undefined
  }

  /** The stretch that a correction names, as it stands. @throws {CufflinkError} TIME_UNKNOWN · TIME_NOT_YOURS · VERSION_CONFLICT */
  async function requireCurrent(
    params: { practice: string; patient: string; session: string },
    body: { startedAt: number; clinician: string; version: number },
    who: Principal,
  ): Promise<StretchEntry> {
    const { minutes } = await documents.activity(params.practice, params.patient, {
      minutes: [utcMonth(body.startedAt)],
    })
    const entry = findOwn(minutes, { ...body, session: params.session })
    if (entry?.opening === undefined || entry.voided !== undefined) throw failure('TIME_UNKNOWN')
    const own = who.kind === 'person' && who.user === entry.clinician
    if (!own && !(who.kind === 'person' && who.roles.includes('administrator')))
      throw failure('TIME_NOT_YOURS')
    if (versionOf(entry) !== body.version) throw failure('VERSION_CONFLICT')
    return entry
  }

  routes.answer('amendTime', async (asked) => {
    const { params, body, who } = asked
    const { patient, session } = params
    const { version: _, ...given } = body
    const data = { ...given, patient, session }
    const { startedAt, clinician, from, until } = data
    const practice = await practices.get(params.practice)
    return inTurn(timeOf(params.practice, clinician), async () => {
      const entry = await requireCurrent(params, body, who)
      const { idHash } = entry
      // What is corrected may be old; it is kept where it began, and looked for nowhere else.
      await requirePossible(practice, patient, body, startedAt - DAY_MS)
      if (from > startedAt + DAY_MS)
        throw failure('TIME_IMPOSSIBLE', { detail: 'For another day, void it and enter it again.' })
      const itself = { exceptIdHash: idHash, exceptStartedAt: startedAt }
      await requireFree(params.practice, { clinician, start: from, end: until, ...itself })
      const written = { ...envelope(asked, clock), at: notBefore(until, clock) }
      const amended: FactOf<'time.amended'> = { ...written, type: 'time.amended', data }
      await requireUnlocked(commands, asked, [...touchesOf(amended), touchOf(entry)])
      await save(amended)
    })
  })

  routes.answer('voidTime', async (asked) => {
    const { params, body, who } = asked
    const { patient, session } = params
    const { version: _, ...data } = body
    return inTurn(timeOf(params.practice, data.clinician), async () => {
      const entry = await requireCurrent(params, body, who)
      await requireUnlocked(commands, asked, [touchOf(entry)])
      await save({ ...envelope(asked, clock), type: 'time.voided', data: { ...data, patient, session } })
    })
  })

  routes.answer('decideEntry', async (asked) => {
    const { params, body, who } = asked
    const { patient, session } = params
    const month = utcMonth(body.startedAt)
    const read = () => documents.activity(params.practice, patient, { records: [month] })
    const proposed = (await read()).records.find(
      ({ fact }) => fact.type === 'entry.proposed' && fact.data.session === session,
    )?.fact.data as Proposal | undefined
    if (proposed === undefined) throw failure('TIME_UNKNOWN')
    const { clinician, startedAt, until } = proposed
    const { decision, reason } = body
    const decided: FactOf<'entry.decided'> = {
      ...envelope(asked, clock, 'decided'),
      type: 'entry.decided',
      data: { patient, clinician, session, startedAt, decision, ...(reason !== undefined && { reason }) },
    }
    const entered: FactOf<'time.entered'> = {
      ...envelope(asked, clock),
      type: 'time.entered',
      data: proposed,
    }
    return inTurn(timeOf(params.practice, clinician), async () => {
      const { records } = await read()
      const isPending = pendingProposals(records).some((one) => one.session === session)
      if (!isPending && decisionOf(records, session)?.id !== decided.id) throw failure('TIME_DECIDED')
      if ((who as Person).user === clinician) throw failure('OWN_ENTRY')
      if (decision === 'approved' && !(await isCounted(params.practice, proposed))) {
        await requireFree(params.practice, { clinician, start: startedAt, end: until })
        await requireUnlocked(commands, asked, touchesOf(entered))
      }
      await save(decided)
      // At other consoles too: the first decision on the ledger holds.
      await documents.caughtUp(patientKey(params.practice, patient))
      const holds = decisionOf((await read()).records, session)
      if (holds?.data.decision !== decision) throw failure('TIME_DECIDED')
      // A crash in between leaves an approved entry that is still listed, and is approved again.
      if (decision === 'approved') await save(entered)
    })
  })

  routes.answer('listEntries', async ({ params }) => {
    const names = new Map(accounts.of(params.practice).map(({ user, name }) => [user, name]))
    const { found, page } = await readPage(commands, params, {
      queue: 'entries',
      wanted: (records) => ({ records }),
      shown: ({ records }, { patient, name: patientName }) =>
        pendingProposals(records).map((proposal) => ({
          ...proposal,
          patient,
          patientName,
          clinicianName: names.get(proposal.clinician) ?? proposal.clinician,
        })),
      nameOf: ({ session }) => session,
    })
    return { entries: found.toSorted((a, b) => a.startedAt - b.startedAt), ...page }
  })
}

/** From when to when a stretch reaches, as it stands. */
function spanOf({ startedAt, opening, amendments, ...entry }: StretchEntry): Span {
  const last = amendments.toSorted((a, b) => a.offset - b.offset).at(-1)
  if (last !== undefined) return { start: last.from, end: last.until }
  const until = opening?.byHand ? opening.until : provenUntil({ startedAt, amendments, ...entry })
  return { start: startedAt, end: Math.max(startedAt + 1, until) }
}

/** What is lost with a stretch as it stands. */
const touchOf = (entry: StretchEntry): Touch => {
  const { patient, clinician } = entry
  return { patient, clinician, ...spanOf(entry), lines: 'time' }
}

/** @throws {CufflinkError} CATEGORY_UNKNOWN */
export function requireCategory(category: string): void {
  const { ruleSet } = rulesOn(medicare, '9999-12-31')
  if (!ruleSet.categories.some((known) => known.category === category)) throw failure('CATEGORY_UNKNOWN')
}

/** @throws {CufflinkError} PROGRAM_NOT_ENROLLED */
export function requireProgram(file: Awaited<ReturnType<typeof fileOf>>, program: string): void {
  const enrolled = file.findLast(({ fact }) => fact.type === 'patient.enrolled')?.fact
  if (enrolled?.type !== 'patient.enrolled') throw failure('PATIENT_UNKNOWN')
  const programs: readonly string[] = enrolled.v === 1 ? ['RPM'] : enrolled.data.programs
  if (!programs.includes(program)) throw failure('PROGRAM_NOT_ENROLLED')
}
