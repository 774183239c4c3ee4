import { episodesOf, type OnFile, onFileAt } from '@cufflink/billing'
import type { ReadChart } from '@cufflink/charts'
import type { Chart } from '@cufflink/contracts'

type Gate = Chart['gates'][number]
type Read = Pick<ReadChart, 'file' | 'enrolment' | 'now'>

/** What the rules ask to be on file, as they read it now: what has ended, or is dated later, does not hold. */
export function gatesOf(read: Read): readonly Gate[] {
  const held = onFileAt(read.enrolment, read.now)
  return [
    consentGate(read, held),
    orderGate(read, held),
    episodeGate(read, held),
    setUpGate(held),
    deviceGate(held),
  ]
}

const factAt = ({ file }: Read, offset: number | undefined) =>
  file.find((listed) => listed.offset === offset)?.fact

function consentGate(read: Read, { consent }: OnFile): Gate {
  const { enrolment, now } = read
  if (consent === undefined) {
    const over = enrolment.consents.findLast(({ to }) => to !== undefined && to <= now)
    return {
      gate: 'consent',
      ok: false,
      ...(over?.to !== undefined ? { at: over.to, text: 'withdrawn' } : { text: 'not on record' }),
    }
  }
  const fact = factAt(read, consent.offset)
  if (fact?.type !== 'consent.recorded')
    return { gate: 'consent', ok: true, at: consent.from, text: 'on record' }
  const share = fact.v === 2 && !fact.data.costShareExplained ? ', cost share not explained' : ''
  return {
    gate: 'consent',
    ok: true,
    at: consent.from,
    by: fact.data.takenBy,
    text: `${fact.data.mode}${share}`,
  }
}

function orderGate(read: Read, { order }: OnFile): Gate {
  if (order === undefined) return { gate: 'order', ok: false, text: 'not on record' }
  const fact = factAt(read, order.offset)
  if (fact?.type !== 'order.recorded') return { gate: 'order', ok: true, at: order.from, text: 'on record' }
  const { practitioner: by } = fact.data
  if (fact.v === 1) return { gate: 'order', ok: true, at: order.from, by, text: 'on record' }
  const { diagnosis, kind, readingsPerWeek } = fact.data
  const text = `${diagnosis}, ${kind.replace('-', ' ')}, ${readingsPerWeek} a week`
  return { gate: 'order', ok: true, at: order.from, by, text }
}

function episodeGate({ enrolment, now }: Read, { episode }: OnFile): Gate {
  if (episode !== undefined) return { gate: 'episode', ok: true, at: episode.from, text: 'open' }
  const to = episodesOf(enrolment).findLast(({ from }) => from <= now)?.to
  if (to === undefined) return { gate: 'episode', ok: false, text: 'none' }
  const text = enrolment.died === undefined ? 'closed' : 'closed: the patient died'
  return { gate: 'episode', ok: false, at: to, text }
}

const setUpGate = ({ setUpAt: at }: OnFile): Gate =>
  at === undefined
    ? { gate: 'set-up', ok: false, text: 'not recorded' }
    : { gate: 'set-up', ok: true, at, text: 'set up and taught' }

function deviceGate({ devices }: OnFile): Gate {
  const latest = devices.at(-1)
  if (latest === undefined) return { gate: 'device', ok: false, text: 'none assigned' }
  const others = devices.length > 1 ? ` and ${devices.length - 1} more` : ''
  return { gate: 'device', ok: true, at: latest.from, text: `${latest.model}, ${latest.device}${others}` }
}
