const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format is expensive, so one is kept per zone and kind. A zone that this browser does not know is shown in UTC. */
const formatOf = (kind: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${kind} ${zone}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = inZone(zone, options)
  formats.set(key, made)
  return made
}

const inZone = (timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone })
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC', timeZoneName: 'short' })
  }
}

/** As the time fields of a browser in the United States: lists and fields must not differ. */
const clockOptions = { hour: 'numeric', minute: '2-digit', hourCycle: 'h12' } as const
const dayOptions = { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' } as const

/** `Wed, Mar 4, 2026` */
export const dayText = (instantMs: number, zone: string): string =>
  formatOf('day', zone, dayOptions).format(instantMs)

const dateOptions = { year: 'numeric', month: '2-digit', day: '2-digit' } as const

/** The calendar date of an instant in a zone, ISO 8601. */
export const isoDate = (instantMs: number, zone: string): string => {
  const parts = formatOf('date', zone, dateOptions).formatToParts(instantMs)
  const part = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** Some browsers put a narrow space before AM and PM, others a plain one. */
const plainSpaces = (text: string): string => text.replaceAll('\u202f', ' ')

/** `2:32 PM` */
export const clockText = (instantMs: number, zone: string): string =>
  plainSpaces(formatOf('clock', zone, clockOptions).format(instantMs))

/** `EST`: what the zone's clocks are called at that instant. */
export const zoneShort = (instantMs: number, zone: string): string => {
  const parts = formatOf('zone', zone, { timeZoneName: 'short' }).formatToParts(instantMs)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

const wallOptions = { ...clockOptions, second: '2-digit' } as const

/** `2:32:07 PM` */
export const secondText = (instantMs: number, zone: string): string =>
  plainSpaces(formatOf('second', zone, wallOptions).format(instantMs))
