/** A patient's reading habit: on how many of the observed days there was a reading. */
export type DayHabit = { readonly daysWith: number; readonly daysObserved: number }

/** What a practice's patients are like: Beta(a, b) over the chance of a reading on a day. */
export type HabitPrior = { readonly a: number; readonly b: number }

/** Knows nothing: any habit is as likely as any other. */
export const openPrior: HabitPrior = { a: 1, b: 1 }

/**
 * The prior of a practice from its patients' habits, by moments: the mean share of days with a reading, and how far
 * the patients differ beyond what chance alone explains.
 */
export function priorOf(habits: readonly DayHabit[]): HabitPrior {
  const shares = habits.filter(({ daysObserved }) => daysObserved > 0)
  if (shares.length < 10) return openPrior
  const mean = shares.reduce((sum, habit) => sum + habit.daysWith / habit.daysObserved, 0) / shares.length
  const variance =
    shares.reduce((sum, habit) => sum + (habit.daysWith / habit.daysObserved - mean) ** 2, 0) /
    (shares.length - 1)
  const byChance =
    shares.reduce((sum, habit) => sum + (mean * (1 - mean)) / habit.daysObserved, 0) / shares.length
  const spread = variance - byChance
  if (mean <= 0 || mean >= 1) return openPrior
  const strength = spread <= 0 ? 200 : Math.min(200, Math.max(0.5, (mean * (1 - mean)) / spread - 1))
  return { a: mean * strength, b: (1 - mean) * strength }
}

export type Chance = {
  /** 0 to 1. */
  readonly chance: number
  /** One sentence for a person. */
  readonly because: string
}

/**
 * The chance that at least `daysNeeded` of the `daysLeft` days will have a reading, from the patient's own habit; the
 * practice's other patients stand in while little is known (beta-binomial).
 */
export function chanceOfDays(
  goal: { readonly daysNeeded: number; readonly daysLeft: number },
  habit: DayHabit,
  prior: HabitPrior = openPrior,
): Chance {
  const { daysNeeded, daysLeft } = goal
  if (daysNeeded <= 0) return { chance: 1, because: 'The days are there already.' }
  if (daysNeeded > daysLeft)
    return { chance: 0, because: `${daysNeeded} days are needed and ${daysLeft} are left.` }
  const a = prior.a + habit.daysWith
  const b = prior.b + habit.daysObserved - habit.daysWith
  const chance = betaBinomialAtLeast(daysNeeded, daysLeft, { a, b })
  const known =
    habit.daysObserved === 0
      ? 'no day of this period has passed, so it goes by the practice’s other patients'
      : `so far a reading on ${habit.daysWith} of ${habit.daysObserved} days`
  return { chance, because: `${daysNeeded} of the ${daysLeft} days left are needed; ${known}.` }
}

/** P(X ≥ k) of the beta-binomial of n days. */
function betaBinomialAtLeast(k: number, n: number, { a, b }: HabitPrior): number {
  // P(0) = Π (b + i) / (a + b + i), then each by the ratio to the one before
  let probability = 1
  for (let index = 0; index < n; index += 1) probability *= (b + index) / (a + b + index)
  let below = 0
  for (let x = 0; x < k; x += 1) {
    below += probability
    probability *= ((n - x) * (a + x)) / ((x + 1) * (b + n - x - 1))
  }
  return Math.min(1, Math.max(0, 1 - below))
}
