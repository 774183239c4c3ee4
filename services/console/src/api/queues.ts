import type { ActivityDocuments, WantedActivity } from '@cufflink/charts'
import type { QueueItem, QueueName } from '@cufflink/folds'
import type { Commands } from './carry-out.ts'

/** What a page shows at once; as many patients are read for it, at most. */
const PAGE = 100

type Asked = { readonly practice: string; readonly page: string }

/** What is shown of the items of one patient, from the documents in which they are found. */
export type QueueReading<Shown> = {
  readonly queue: QueueName
  wanted(parts: readonly string[]): WantedActivity
  shown(
    activity: ActivityDocuments,
    of: { readonly patient: string; readonly name: string },
  ): readonly Shown[]
  /** The name of its item: what is not on this page is left out. */
  nameOf(shown: Shown): string
}

/** A page of what waits for a person: the lists say where it is found, and the patients' own documents what it is. */
export async function readPage<Shown>(
  { documents, alone }: Pick<Commands, 'documents' | 'alone'>,
  { practice, page }: Asked,
  { queue, wanted, shown, nameOf }: QueueReading<Shown>,
) {
  const { items, version } = await documents.queue(queue, practice)
  const first = (Number(page) - 1) * PAGE
  const onPage = items.slice(first, first + PAGE)
  let failed = 0
  const itemsOf = async (patient: string, own: readonly QueueItem[]) => {
    const parts = [...new Set(own.map(({ part }) => part))]
    const activity = await documents.activity(practice, patient, wanted(parts))
    const enrolled = activity.file.findLast(({ fact }) => fact.type === 'patient.enrolled')?.fact
    const name = enrolled?.type === 'patient.enrolled' ? enrolled.data.name : patient
    const names = new Set(own.map((item) => item.name))
    return shown(activity, { patient, name }).filter((one) => names.has(nameOf(one)))
  }
  const lists = [...Map.groupBy(onPage, ({ patient }) => patient)].map(([patient, own]) =>
    alone(
      () => itemsOf(patient, own),
      () => {
        failed += 1
        return []
      },
    ),
  )
  const found = (await Promise.all(lists)).flat()
  const totalCents = items.reduce((sum, { cents = 0 }) => sum + cents, 0)
  return { found, totalCents, page: { failed, total: items.length, version } }
}
