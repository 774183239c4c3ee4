/** The server's clock: it said `now` when this computer's clock said `atMs`, and runs `rate` times as fast. */
export type Clock = { readonly now: number; readonly atMs: number; readonly rate: number }

export const serverNow = (clock: Clock, atMs: number): number =>
  clock.now + Math.max(0, atMs - clock.atMs) * clock.rate

/** `undefined` when the server's clock is everybody's. */
export const rateText = (rate: number): string | undefined => {
  if (rate === 1) return undefined
  const factor = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
  return rate > 1
    ? `the clock runs ${factor.format(rate)}× faster than yours`
    : `the clock runs at ${factor.format(rate)}× the speed of yours`
}
