const SAY_EVERY_MS = 5_000
const PACE_OF_MS = 60_000

export type ProgressOptions = {
  /** What is being done: `facts folded`. */
  readonly what: string
  says(line: string): void
  /** ms; of this process unless told. */
  readonly stopwatch?: () => number
}

/**
 * Takes how far something has come, as often as one likes, and says it every five seconds, with the pace of the last minute and when it may be done. What was
 * done before the first time counts for no pace, nor what is begun again; what is added meanwhile makes it take longer.
 */
export function sayProgress({ what, says, stopwatch = () => performance.now() }: ProgressOptions) {
  /** What it was the last times that it was said, and before: the pace is that since the first of them. */
  let looks: { readonly at: number; readonly done: number; readonly left: number }[] = []
  return (done: number, all: number): void => {
    const look = { at: stopwatch(), done, left: all - done }
    if (looks.length === 0 || done < looks.at(-1)!.done) looks = [look]
    if (look.at - looks.at(-1)!.at < SAY_EVERY_MS) return
    looks = [...looks.filter(({ at }) => look.at - at <= PACE_OF_MS), look]
    const [first] = looks as [typeof look]
    const seconds = (look.at - first.at) / 1_000
    const perSecond = seconds > 0 ? (done - first.done) / seconds : 0
    const fewerPerSecond = seconds > 0 ? (first.left - look.left) / seconds : 0
    const pace = perSecond > 0 ? [`${rounded(perSecond)} a second`] : []
    const end =
      look.left > 0 && fewerPerSecond > 0 ? [`about ${duration(look.left / fewerPerSecond)} left`] : []
    says([`${inThousands(done)} of ${inThousands(all)} ${what}`, ...pace, ...end].join(', '))
  }
}

export const inThousands = (number: number): string => number.toLocaleString('en-US')

/** With two digits that mean something: the others would change each time. */
function rounded(number: number): string {
  return inThousands(Number(number.toPrecision(2)))
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
