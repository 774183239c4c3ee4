import { type Enrolment, holds, type Span } from './enrolment.ts'
import { type Episode, episodeAt, episodesOf } from './episodes.ts'

/** What holds of a patient's file; of several the one that began last. */
export type OnFile = {
  readonly consent?: Span
  readonly order?: Span
  readonly episode?: Episode
  /** When the patient was set up in that episode, ms. */
  readonly setUpAt?: number
  /** By the beginning of their assignment, ms. */
  readonly devices: readonly { readonly device: string; readonly model: string; readonly from: number }[]
}

/** What of the file holds at an instant (ms), as readings and lines are judged by it. */
export function onFileAt(enrolment: Enrolment, instant: number): OnFile {
  const second = Math.floor(instant / 1000)
  const latest = (spans: readonly Span[]): Span | undefined =>
    spans.filter((span) => holds(span, second)).toSorted((a, b) => b.from - a.from)[0]
  const consent = latest(enrolment.consents)
  const order = latest(enrolment.orders)
  const episode = episodeAt(episodesOf(enrolment), second)
  const setUpAt = episode?.setUpAt
  const devices = enrolment.devices.flatMap(({ device, model, assigned }) => {
    const held = latest(assigned)
    return held === undefined ? [] : [{ device, model, from: held.from }]
  })
  return {
    ...(consent && { consent }),
    ...(order && { order }),
    ...(episode && { episode }),
    ...(setUpAt !== undefined && setUpAt <= instant && { setUpAt }),
    devices: devices.toSorted((a, b) => a.from - b.from),
  }
}
