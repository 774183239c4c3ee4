const SAY_EVERY_MS = 5_000

export type ProgressOptions = {
  /** What is being done: `facts folded`. */
  readonly what: string
  says(line: string): void
  /** ms; of this process unless told. */
  readonly stopwatch?: () => number
}

/**
 * Takes how far something has come, as often as one likes, and says it every five seconds, with the pace since the first time and when it may be done. What was
 * done before the first time counts for no pace, nor what is begun again; what is added meanwhile makes it take longer.
 */
export function sayProgress({ what, says, stopwatch = () => performance.now() }: ProgressOptions) {
  let first: { readonly at: number; readonly done: number; readonly left: number } | undefined
  let saidAt = stopwatch()
  return (done: number, all: number): void => {
    const [at, left] = [stopwatch(), all - done]
    if (first === undefined || done < first.done) first = { at, done, left }
    if (at - saidAt < SAY_EVERY_MS || at === first.at) return
    saidAt = at
    const seconds = (at - first.at) / 1_000
    const perSecond = (done - first.done) / seconds
    const fewerPerSecond = (first.left - left) / seconds
    const pace = perSecond > 0 ? [`${rounded(perSecond)} a second`] : []
    const end = left > 0 && fewerPerSecond > 0 ? [`about ${duration(left / fewerPerSecond)} left`] : []
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
