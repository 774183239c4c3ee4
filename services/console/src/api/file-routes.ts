import { type FactOf, patientKey } from '@cufflink/contracts'
import type { Principal } from '../access/principal.ts'
import * as decide from '../decide/file.ts'
import { answering, type Commands, fileOf } from './carry-out.ts'

/** What stands on a patient's file: enrolment, consent, order, episodes, set-up, visits. */
export function fileRoutes(commands: Commands): void {
  const { practices, charts, accounts, documents } = commands
  const answer = answering(commands)
  type Params = { readonly practice: string; readonly patient: string }
  const onFile = async ({ params }: { readonly params: Params }) => ({ file: await fileOf(commands, params) })
  const named = ({ practice }: Params, user: string | undefined, atMs: number) => {
    const account = user === undefined ? undefined : accounts.find(user)
    return { account, hadLeft: account?.practice === practice && accounts.wasDisabled(account.user, atMs) }
  }
  const userOf = (who: Principal) => (who.kind === 'person' ? who.user : undefined)

  answer(
    'enrolPatient',
    async ({ params: { practice, patient } }) => {
      await practices.get(practice)
      // What views that are just being filled do not say yet must not be overwritten.
      await documents.caughtUp(patientKey(practice, patient))
      const { file } = await documents.activity(practice, patient, {})
      const before = file.flatMap(({ fact }): readonly FactOf<'patient.enrolled'>[] =>
        fact.type === 'patient.enrolled' ? [fact] : [],
      )
      return { before: before.at(-1) }
    },
    decide.enrolPatient,
  )
  answer('movePatient', onFile, decide.movePatient)
  answer(
    'recordConsent',
    async ({ params, body: { takenBy, consentedAt }, who, now }) => ({
      ...(await onFile({ params })),
      ...named(params, takenBy ?? userOf(who), consentedAt ?? now),
    }),
    decide.recordConsent,
  )
  answer('withdrawConsent', onFile, decide.withdrawConsent)
  answer(
    'recordOrder',
    async ({ params, body: { practitioner, orderedAt }, now }) => ({
      ...(await onFile({ params })),
      practice: await practices.get(params.practice),
      ...named(params, practitioner, orderedAt ?? now),
    }),
    decide.recordOrder,
  )
  answer('openEpisode', onFile, decide.openEpisode)
  answer(
    'recordSetUp',
    async ({ params, body: { doneBy, doneAt }, who, now }) => ({
      ...(await onFile({ params })),
      ...named(params, doneBy ?? userOf(who), doneAt ?? now),
    }),
    decide.recordSetUp,
  )
  answer(
    'closeEpisode',
    async ({ params, body }) => {
      const { file } = await onFile({ params })
      if (body.died === undefined) return { file }
      const practice = await practices.get(params.practice)
      const month = charts.currentMonth(practice)
      return { file, chart: await charts.get(practice, params.patient, { month }) }
    },
    decide.closeEpisode,
  )
  answer(
    'recordVisit',
    async ({ params, body }) => ({
      ...(await onFile({ params })),
      practice: await practices.get(params.practice),
      account: accounts.find(body.practitioner),
    }),
    decide.recordVisit,
  )
  answer('voidVisit', onFile, decide.voidVisit)
}
