import type { Line } from '@cufflink/billing'
import type { ReadChart } from '@cufflink/charts'
import type { FactList } from '@cufflink/folds'
import { standingNotes } from '../charts/prompts.ts'

/**
 * What an audit asks of a line, as it was known when the line was locked (billing rules §4): the line with its dates or stretches and its
 * rule, who bills and who supervises it, and what people wrote: consents, orders, episodes and set-up; of a time line the conversations, the notes, and the
 * reasons and authors of time that was entered, amended or voided by hand.
 */
export function evidenceOf(chart: ReadChart, line: Line): Record<string, unknown> {
  const { file, records, practice, enrolled } = chart
  const [first, last] = spanOf(chart)
  const within = (instant: number): boolean => instant >= first && instant < last
  const time = {
    conversations: plain(records, (fact) => fact.type.startsWith('interaction.') && within(instantOf(fact))),
    byHand: plain(records, (fact) => /^(time|entry)\./.test(fact.type) && within(instantOf(fact))),
    notes: standingNotes(records)
      .filter(({ data }) => within(data.notedAt))
      .map(({ data, offset, amendments }) => ({ ...data, offset, amendments })),
  }
  return {
    line,
    practice: { id: practice.id, zone: practice.zone },
    patient: { zone: enrolled.zone, programs: enrolled.programs, enrolledAt: enrolled.enrolledAt },
    practitioners: practitionersOf(chart, line),
    file: plain(file, (fact) => fact.type !== 'patient.enrolled'),
    ...(line.clock === 'month' && time),
  }
}

/**
 * Who bills a line: the practitioner who gave the latest order that it stands on. Nothing on file says yet who supervises, and the evidence says so
 * rather than leave it out.
 */
function practitionersOf({ file }: ReadChart, { onFile }: Line) {
  const offset = onFile.orders.at(-1)
  const order = file.find((listed) => listed.offset === offset)?.fact
  const none = { onRecord: false } as const
  const billing =
    order?.type === 'order.recorded'
      ? { onRecord: true, practitioner: order.data.practitioner, order: offset }
      : none
  return { billing, supervising: none }
}

type Fact = FactList[number]['fact']

const plain = (list: FactList, wanted: (fact: Fact) => boolean) =>
  list
    .filter(({ fact }) => wanted(fact))
    .map(({ fact: { id, type, at, by, data }, offset }) => ({ id, type, at, by, data, offset }))

function instantOf({ data, at }: Fact): number {
  if ('startedAt' in data) return data.startedAt
  return 'notedAt' in data ? data.notedAt : at
}

/** The month in the practice's zone, a day wider: a stretch is kept where it began. */
function spanOf({ month, practice }: ReadChart): readonly [number, number] {
  const first = Temporal.PlainDate.from(`${month}-01`)
  const start = first.subtract({ days: 1 }).toZonedDateTime(practice.zone).epochMilliseconds
  return [start, first.add({ months: 1 }).toZonedDateTime(practice.zone).epochMilliseconds]
}
