import type { BodyOf } from '@cufflink/contracts'
import { is, isFlag, isNumber, isText, optional, shape } from '../../app/live/shape.ts'
import { hoursText, minutesText } from '../../ui/time/duration.ts'

type Body = BodyOf<'recordInteraction'>

/** A call as it is being logged; instants in ms of the server's clock. */
export type CallDraft = Pick<Body, 'mode' | 'direction' | 'reached' | 'outcome'> & {
  readonly startedAt?: number
  readonly endedAt?: number
  /** It was begun with the button, and not ended yet: the person is in it. */
  readonly goesOn?: boolean
  readonly caregiver: string
  readonly relation: string
}

export const emptyCall: CallDraft = {
  mode: 'phone',
  direction: 'outbound',
  reached: 'patient',
  outcome: 'talked',
  caregiver: '',
  relation: '',
}

export const isCallDraft = shape<CallDraft>({
  mode: is('phone', 'video', 'in-person'),
  direction: is('inbound', 'outbound'),
  reached: is('patient', 'caregiver', 'nobody'),
  outcome: is('talked', 'left-message', 'no-answer', 'declined', 'cut-off'),
  startedAt: optional(isNumber),
  endedAt: optional(isNumber),
  goesOn: optional(isFlag),
  caregiver: isText,
  relation: isText,
})

export type CallEvent =
  | { readonly type: 'mode'; readonly mode: CallDraft['mode'] }
  | { readonly type: 'direction'; readonly direction: CallDraft['direction'] }
  | { readonly type: 'reached'; readonly reached: CallDraft['reached'] }
  | { readonly type: 'outcome'; readonly outcome: CallDraft['outcome'] }
  | { readonly type: 'named'; readonly caregiver: string }
  | { readonly type: 'related'; readonly relation: string }
  | { readonly type: 'began'; readonly atMs: number | undefined; readonly goesOn?: boolean }
  | { readonly type: 'ended'; readonly atMs: number | undefined }
  | { readonly type: 'clear' }

/** A person who was reached was talked to; when no one was, the outcome was another. */
export const evolveCall = (draft: CallDraft, event: CallEvent): CallDraft => {
  switch (event.type) {
    case 'mode':
      return { ...draft, mode: event.mode }
    case 'direction':
      return { ...draft, direction: event.direction }
    case 'reached': {
      const outcome = event.reached === 'nobody' ? 'no-answer' : 'talked'
      return { ...draft, reached: event.reached, outcome }
    }
    case 'outcome':
      return { ...draft, outcome: event.outcome }
    case 'named':
      return { ...draft, caregiver: event.caregiver }
    case 'related':
      return { ...draft, relation: event.relation }
    case 'began': {
      const { startedAt: _, goesOn, ...others } = draft
      if (event.atMs === undefined) return others
      return { ...others, startedAt: event.atMs, ...((event.goesOn ?? goesOn) && { goesOn: true }) }
    }
    case 'ended': {
      const { endedAt: _, goesOn: _before, ...others } = draft
      return event.atMs === undefined ? others : { ...others, endedAt: event.atMs }
    }
    case 'clear':
      return emptyCall
  }
}

/** The outcomes that fit the person who was reached. */
export const outcomesOf = (reached: CallDraft['reached']): readonly CallDraft['outcome'][] =>
  reached === 'nobody'
    ? ['no-answer', 'left-message', 'declined', 'cut-off']
    : ['talked', 'cut-off', 'declined']

export const modeWords = {
  phone: 'Phone',
  video: 'Video',
  'in-person': 'In person',
} as const satisfies Record<CallDraft['mode'], string>

export const directionWords = {
  outbound: 'Outgoing',
  inbound: 'Incoming',
} as const satisfies Record<CallDraft['direction'], string>

export const reachedWords = {
  patient: 'The patient',
  caregiver: 'A caregiver',
  nobody: 'No one',
} as const satisfies Record<CallDraft['reached'], string>

export const outcomeWords = {
  talked: 'Talked',
  'left-message': 'Left a message',
  'no-answer': 'No answer',
  declined: 'Declined',
  'cut-off': 'Cut off',
} as const satisfies Record<CallDraft['outcome'], string>

/** By the rules a conversation counts from a minute on. */
const countsFromMs = 60_000

/** What may be wrong with the length, before anybody is asked. */
export const lengthHint = ({ startedAt, endedAt, reached }: CallDraft): string | undefined => {
  if (startedAt === undefined || endedAt === undefined) return undefined
  if (endedAt < startedAt) return 'It ends before it begins.'
  if (reached !== 'nobody' && endedAt - startedAt < countsFromMs)
    return 'Under a minute: it will be kept, and not count.'
  return `It took ${minutesText((endedAt - startedAt) / 1_000)}.`
}

/** A length that is to be confirmed: few talk so long (`longMs`). */
export const longCall = ({ startedAt, endedAt }: CallDraft, longMs: number): string | undefined =>
  startedAt !== undefined && endedAt !== undefined && endedAt - startedAt > longMs
    ? hoursText((endedAt - startedAt) / 1_000)
    : undefined

/** What the server is asked to record, or what is missing for it. */
export const callBody = (draft: CallDraft): Body | string => {
  const { mode, direction, reached, outcome, startedAt, endedAt, caregiver, relation } = draft
  if (startedAt === undefined) return 'Say when it began.'
  if (endedAt === undefined) return 'Say when it ended.'
  if (endedAt < startedAt) return 'It must end after it begins.'
  if (endedAt - startedAt > 86_400_000) return 'A conversation lasts 24 hours at most.'
  const call = { startedAt, endedAt, mode, direction, reached, outcome }
  if (reached !== 'caregiver') return call
  if (caregiver.trim() === '' || relation.trim() === '') return 'Name the caregiver and the relation.'
  return { ...call, caregiver: { name: caregiver.trim(), relation: relation.trim() } }
}
