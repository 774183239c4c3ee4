import { utcMonth } from '@cufflink/folds'
import * as decide from '../decide/calls.ts'
import { answering, type Commands, fileOf } from './carry-out.ts'

/** Conversations and notes. Nothing is overwritten. */
export function recordRoutes(commands: Commands): void {
  const { documents, practices } = commands
  const answer = answering(commands)
  type Params = { readonly practice: string; readonly patient: string }
  async function enrolled({ params }: { readonly params: Params }) {
    await fileOf(commands, params)
    return { practice: await practices.get(params.practice) }
  }
  const recordOf = ({ practice, patient }: Params, instant: number) =>
    documents.activity(practice, patient, { records: [utcMonth(instant)] })

  answer('recordInteraction', enrolled, decide.recordInteraction)
  answer('voidInteraction', ({ params, body }) => recordOf(params, body.startedAt), decide.voidInteraction)
  answer('writeNote', enrolled, decide.writeNote)
  answer(
    'amendNote',
    ({ params, body }) => recordOf(params, body.notedAt),
    decide.amendNote,
    ({ params: { practice, patient, note } }) => `note ${practice}/${patient}/${note}`,
  )
}
