import { monthsBetween, utcMonth } from '@cufflink/folds'
import type { Person } from '../access/principal.ts'
import { pendingProposals } from '../charts/prompts.ts'
import * as decideCall from '../decide/calls.ts'
import * as decide from '../decide/time.ts'
import { answering, type Commands, fileOf } from './carry-out.ts'
import { readPage } from './queues.ts'

const DAY_MS = 86_400_000

/** Time written down by hand, its approval, and corrections of any time; conversations and notes. Nothing is overwritten. */
export function timeRoutes(commands: Commands): void {
  const { routes, documents, practices, accounts } = commands
  const answer = answering(commands)
  type Params = { readonly practice: string; readonly patient: string }
  const turnOf = (practice: string, clinician: string): string => `time ${practice}/${clinician}`
  const monthOfIts = ({ practice, patient }: Params, instant: number) => {
    const month = [utcMonth(instant)]
    return documents.activity(practice, patient, { minutes: month, records: month })
  }
  const onFile = async ({ params }: { readonly params: Params }) => ({
    file: await fileOf(commands, params),
    practice: await practices.get(params.practice),
  })
  /** What reaches over more than a day is refused, whatever there is. */
  const partsAround = async (practice: string, clinician: string, from: number, until: number) => {
    const end = Math.max(from, Math.min(until, from + DAY_MS))
    return { parts: await documents.clinician(practice, clinician, monthsBetween(from - DAY_MS, end)) }
  }
  const proposedIn = async (
    { practice, patient, session }: Params & { session: string },
    startedAt: number,
  ) => {
    const { records } = await monthOfIts({ practice, patient }, startedAt)
    return { records, proposed: decide.proposalOf(records, session) }
  }

  answer(
    'enterTime',
    async ({ params, body: { from, until }, who }) => ({
      ...(await onFile({ params })),
      ...(await partsAround(params.practice, (who as Person).user, from, until)),
    }),
    decide.enterTime,
    ({ params, who }) => turnOf(params.practice, (who as Person).user),
  )
  answer(
    'amendTime',
    async ({ params, body: { startedAt, clinician, from, until } }) => ({
      ...(await monthOfIts(params, startedAt)),
      ...(await partsAround(params.practice, clinician, from, until)),
    }),
    decide.amendTime,
    ({ params, body }) => turnOf(params.practice, body.clinician),
  )
  answer(
    'voidTime',
    ({ params, body }) => monthOfIts(params, body.startedAt),
    decide.voidTime,
    ({ params, body }) => turnOf(params.practice, body.clinician),
  )
  answer(
    'decideEntry',
    async ({ params, body }) => {
      const { records, proposed } = await proposedIn(params, body.startedAt)
      if (proposed === undefined) return { records, parts: [] }
      const { clinician, startedAt, until } = proposed
      return { records, ...(await partsAround(params.practice, clinician, startedAt, until)) }
    },
    decide.decideEntry,
    async ({ params, body }) => {
      const { proposed } = await proposedIn(params, body.startedAt)
      return turnOf(params.practice, proposed?.clinician ?? '')
    },
  )

  answer('recordInteraction', onFile, decideCall.recordInteraction)
  answer(
    'voidInteraction',
    ({ params, body }) => monthOfIts(params, body.startedAt),
    decideCall.voidInteraction,
  )
  answer('writeNote', onFile, decideCall.writeNote)
  answer(
    'amendNote',
    ({ params, body }) => monthOfIts(params, body.notedAt),
    decideCall.amendNote,
    ({ params: { practice, patient, note } }) => `note ${practice}/${patient}/${note}`,
  )

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
