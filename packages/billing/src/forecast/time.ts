import type { Chance } from './days.ts'

/** One past patient-month of the practice: seconds counted per day of the month, and the days with a conversation. */
export type PastMonth = {
  readonly secondsPerDay: readonly number[]
  readonly conversationDays: readonly number[]
}

/**
 * The chance to gain the missing seconds, and the conversation, by the end of the month: how often the practice's own
 * past patient-months gained as much in as many days before their end, whatever their length. `daysLeft`: on which it can still come.
 */
export function chanceOfTime(
  goal: { readonly secondsNeeded: number; readonly conversationNeeded: boolean; readonly daysLeft: number },
  past: readonly PastMonth[],
): Chance {
  const { secondsNeeded, conversationNeeded, daysLeft } = goal
  if (secondsNeeded <= 0 && !conversationNeeded) return { chance: 1, because: 'The time is there already.' }
  const rests = past.map(({ secondsPerDay, conversationDays }) => {
    const passed = Math.max(0, secondsPerDay.length - daysLeft)
    return {
      gained: secondsPerDay.slice(passed).reduce((sum, seconds) => sum + seconds, 0),
      hadTalked: conversationDays.some((day) => day <= passed),
      talked: conversationDays.length > 0,
    }
  })
  const alike = rests.filter(({ hadTalked }) => !conversationNeeded || !hadTalked)
  const reached = alike.filter(
    ({ gained, talked }) => gained >= secondsNeeded && (!conversationNeeded || talked),
  )
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
        : `${daysLeft === 1 ? 'On the last day' : `In the last ${daysLeft} days`} of the month, ${reached.length} of ${alike.length} past patient-months like this one gained ${need}.`,
  }
}
