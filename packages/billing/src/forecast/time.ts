import type { Chance } from './days.ts'

/** One past patient-month of the practice: seconds counted per day of the month, and the days with a conversation. */
export type PastMonth = {
  readonly secondsPerDay: readonly number[]
  readonly conversationDays: readonly number[]
}

/**
 * The chance to gain the missing seconds, and the conversation, by the end of the month: how often the practice's own
 * past patient-months gained as much after the same day of the month. `dayOfMonth` is the last day that has passed, 0 to 31.
 */
export function chanceOfTime(
  goal: { readonly secondsNeeded: number; readonly conversationNeeded: boolean; readonly dayOfMonth: number },
  past: readonly PastMonth[],
): Chance {
  const { secondsNeeded, conversationNeeded, dayOfMonth } = goal
  if (secondsNeeded <= 0 && !conversationNeeded) return { chance: 1, because: 'The time is there already.' }
  const alike = past.filter(
    ({ conversationDays }) => !conversationNeeded || !conversationDays.some((day) => day <= dayOfMonth),
  )
  const reached = alike.filter(({ secondsPerDay, conversationDays }) => {
    const gained = secondsPerDay.slice(dayOfMonth).reduce((sum, seconds) => sum + seconds, 0)
    return (
      gained >= secondsNeeded && (!conversationNeeded || conversationDays.some((day) => day > dayOfMonth))
    )
  })
  const need = [
    ...(secondsNeeded > 0 ? [`${Math.ceil(secondsNeeded / 60)} more minutes`] : []),
    ...(conversationNeeded ? ['a conversation'] : []),
  ].join(' and ')
  return {
    // half a month of each kind is assumed, so that little experience never says never or always
    chance: (reached.length + 0.5) / (alike.length + 1),
    because:
      alike.length === 0
        ? `No past patient-month of the practice is like this one; ${need} would be needed.`
        : `After day ${dayOfMonth}, ${reached.length} of ${alike.length} past patient-months like this one gained ${need}.`,
  }
}
