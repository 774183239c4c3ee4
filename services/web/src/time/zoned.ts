const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format is dear, so one is kept per zone and kind. A zone that this browser does not know is shown in UTC. */
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

const clockOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
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

/** `14:32` */
export const clockText = (instantMs: number, zone: string): string =>
  formatOf('clock', zone, clockOptions).format(instantMs)

/** `EST`: what the zone's clocks are called at that instant. */
export const zoneShort = (instantMs: number, zone: string): string => {
  const parts = formatOf('zone', zone, { timeZoneName: 'short' }).formatToParts(instantMs)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

const wallOptions = { ...clockOptions, second: '2-digit' } as const

/** `14:32:07` on this computer's clock. */
export const wallText = (instantMs: number): string =>
  new Intl.DateTimeFormat('en-US', wallOptions).format(instantMs)
