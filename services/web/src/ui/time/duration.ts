const two = (value: number): string => String(value).padStart(2, '0')

/** Seconds as minutes, however many: `0:07`, `19:59`, `85:00`. What is not whole is not reached yet. */
export const minutesText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`
}

/** The same for an ear: `19 minutes 59 seconds`. */
export const spokenMinutes = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  const parts = [unitText(minutes, 'minute'), ...(rest === 0 ? [] : [unitText(rest, 'second')])]
  return parts.join(' ')
}

const unitText = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`

/** A day's worth of seconds: `0 min`, `under 1 min`, `42 min`, `3 h 05 min`. */
export const hoursText = (seconds: number): string => {
  if (seconds > 0 && seconds < 60) return 'under 1 min'
  const minutes = Math.max(0, Math.floor(seconds / 60))
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}
