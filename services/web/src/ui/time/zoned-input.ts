/** What stands on the clocks of a zone: `2026-03-08`, `02:30` or `02:30:15`. */
export type WallTime = { readonly date: string; readonly time: string }

/** A time as a field takes it: without seconds where there are none. */
export const fieldTime = (time: string): string => (time.endsWith(':00') ? time.slice(0, 5) : time)

/** The step of a field, which shows seconds only where its value has some. */
export const stepOf = (value: string): 1 | undefined => (/\d{2}:\d{2}:\d{2}/.test(value) ? 1 : undefined)

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format is expensive, so one is kept per zone. */
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(zone, made)
  return made
}

/** What the clocks of a zone show at an instant, to the second. */
export const wallOf = (instantMs: number, zone: string): Required<WallTime> => {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, value]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  return {
    date: `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}:${of('second')}`,
  }
}

/** The wall time as if its zone were UTC; `undefined` when it is no date or no time, such as February 30. */
const asUtc = ({ date, time }: WallTime): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}(:\d{2})?$/.test(time)) return undefined
  const ms = Date.parse(`${date}T${time}Z`)
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date) ? undefined : ms
}

/** How far the zone's clocks are ahead of UTC at an instant, in ms. */
const offsetAt = (instantMs: number, zone: string): number =>
  (asUtc(wallOf(instantMs, zone)) ?? instantMs) - Math.floor(instantMs / 1_000) * 1_000

/**
 * The instants (ms) at which the clocks of a zone show this: one; two, in their order, where clocks are put back; none where they are
 * put forward over it. `undefined` when it is no date or no time.
 */
export const instantsOf = ({ date, time }: WallTime, zone: string): readonly number[] | undefined => {
  const wallMs = asUtc({ date, time })
  if (wallMs === undefined) return undefined
  // Clocks change at most once within two days: one of the offsets around holds.
  const around = [wallMs - dayMs, wallMs + dayMs].map((near) => wallMs - offsetAt(near, zone))
  const shown = around.filter((instantMs) => instantMs + offsetAt(instantMs, zone) === wallMs)
  return [...new Set(shown)].toSorted((a, b) => a - b)
}

/** What is said of a time that the clocks skip on this date. */
export const skippedText = 'The clocks were put forward on this date: they never showed this time.'
export const whichText = 'The clocks were put back on this date and showed this time twice: say which one.'

/** `which` of the two, where the clocks showed the time twice: `first` or `second`. */
export type TypedTime = WallTime & { readonly which?: string | undefined }

/** The instant that was typed, or what is wrong with it; `undefined` while it is no date and time. */
export const typedInstant = (typed: TypedTime, zone: string): number | string | undefined => {
  const instants = instantsOf(typed, zone)
  if (instants === undefined) return undefined
  if (instants.length < 2) return instants[0] ?? skippedText
  if (typed.which === undefined || typed.which === '') return whichText
  return instants.at(typed.which === 'second' ? 1 : 0)
}

/** What a field for a date and a time holds: `2026-03-04T09:30`. */
export const wallOfField = (text: string): WallTime => {
  const [date = '', time = ''] = text.split('T')
  return { date, time }
}
