import type { Refusal } from '../ui/form/command-state.ts'

/** What was asked for again and again: the latest answer, and why there is none since when there is none. */
export type Polled<Answer> = {
  readonly answer?: Answer
  readonly refusal?: Refusal
}

export type PolledEvent<Answer> =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly refusal: Refusal }

/** A failure keeps what was known, and says that it may be old. */
export const evolvePolled = <Answer>(state: Polled<Answer>, event: PolledEvent<Answer>): Polled<Answer> =>
  event.type === 'answered'
    ? { answer: event.answer }
    : { ...(state.answer !== undefined && { answer: state.answer }), refusal: event.refusal }
