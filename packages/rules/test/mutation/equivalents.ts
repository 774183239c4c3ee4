/** A change that no test can notice, because the program means the same with it. `line` is the source line, trimmed. */
export type Equivalent = {
  readonly file: string
  readonly line: string
  readonly from: string
  readonly to: string
  readonly why: string
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'src/codec/bytes.ts',
    line: 'if (writer.length + count <= writer.bytes.length) return',
    from: '<=',
    to: '<',
    why: 'room for a byte more is reserved',
  },
  {
    file: 'src/codec/bytes.ts',
    line: 'if (value < 0x40000000) return (value >>> 1) ^ -(value & 1)',
    from: '<',
    to: '<=',
    why: 'both ways give the same at that value',
  },
  {
    file: 'src/codec/bytes.ts',
    line: "if (length > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')",
    from: '>',
    to: '>=',
    why: 'a name is never the last of a document',
  },
  {
    file: 'src/days/codec.ts',
    line: "if (count > bytes.length) throw unreadable(reader, 'it ends early')",
    from: '>',
    to: '>=',
    why: 'a device takes more than a byte',
  },
  {
    file: 'src/days/count.ts',
    line: 'return { readingsPerDate, dates: perDay.size, ...(last < 0 ? {} : { lastReadingAt: last * 1000 }) }',
    from: '<',
    to: '<=',
    why: 'no reading is of the first second of 1970',
  },
  {
    file: 'src/rulesets/load.ts',
    line: 'const sorted = ruleSets.toSorted((a, b) => (a.from < b.from ? -1 : 1))',
    from: '<',
    to: '<=',
    why: 'no two rule sets begin on one date',
  },
  {
    file: 'src/rulesets/select.ts',
    line: 'const sorted = ruleSets.toSorted((a, b) => (a.from < b.from ? -1 : 1))',
    from: '<',
    to: '<=',
    why: 'no two rule sets begin on one date',
  },
  {
    file: 'src/rulesets/medicare.ts',
    line: 'codes: [...standing, ...new2026].toSorted((a, b) => (a.code < b.code ? -1 : 1)),',
    from: '<',
    to: '<=',
    why: 'each code is there once',
  },
  {
    file: 'src/minutes/sessions.ts',
    line: '(latest, next) => (latest === undefined || next.offset > latest.offset ? next : latest),',
    from: '>',
    to: '>=',
    why: 'no two facts have one offset',
  },
  {
    file: 'src/time/zone.ts',
    line: 'latest = stretches.find(({ from, to }) => second >= from && second < to) ?? learn(second)',
    from: '>=',
    to: '>',
    why: 'Temporal is asked once more, and says the same',
  },
  {
    file: 'src/time/zone.ts',
    line: 'if (second >= latest.from && second < latest.to) return latest',
    from: '>=',
    to: '>',
    why: 'the list of stretches is looked through, and has the same',
  },
  {
    file: 'src/minutes/algebra.ts',
    line: 'if (busy === undefined || end > busy.until) busy = { until: end, session }',
    from: '>',
    to: '>=',
    why: 'of two that end together either may be named',
  },
  {
    file: 'src/forecast/time.ts',
    line: 'gained >= secondsNeeded && (!conversationNeeded || conversationDays.some((day) => day > dayOfMonth))',
    from: '>',
    to: '>=',
    why: 'a month with a conversation on that day is not alike',
  },
  {
    file: 'src/forecast/days.ts',
    line: 'const strength = spread <= 0 ? 200 : Math.min(200, Math.max(0.5, (mean * (1 - mean)) / spread - 1))',
    from: '<=',
    to: '<',
    why: 'divided by zero it is 200 too',
  },
  {
    file: 'src/time/zone.ts',
    line: 'if (starts.size >= MAX_STARTS) starts.clear()',
    from: '>=',
    to: '>',
    why: 'one more is remembered',
  },
  {
    file: 'src/evaluation/device-lines.ts',
    line: 'upload.length > settings.batchDates &&',
    from: '>',
    to: '>=',
    why: 'as many readings as dates cannot have more dates',
  },
  {
    file: 'src/evaluation/uploads.ts',
    line: 'a.device === b.device ? a.uploadMinute - b.uploadMinute : a.device < b.device ? -1 : 1,',
    from: '<',
    to: '<=',
    why: 'they are not equal there',
  },
  {
    file: 'src/evaluation/enrolment-facts.ts',
    line: '.filter(({ data, offset }) => (opened.get(lineOf(data)) ?? -1) < offset)',
    from: '<',
    to: '<=',
    why: 'no two facts have one offset',
  },
  {
    file: 'src/evaluation/grid.ts',
    line: 'const isEmpty = !readings.some(({ counted }) => counted >= period.fromSecond && counted < period.toSecond)',
    from: '<',
    to: '<=',
    why: 'a reading at that instant begins the next period either way',
  },
  {
    file: 'src/evaluation/grid.ts',
    line: 'const between = billed.find((days) => days.firstDay >= follows.firstDay && days.firstDay <= firstDay)',
    from: '<=',
    to: '<',
    why: 'the reading of that day begins the same period',
  },
  {
    file: 'src/evaluation/readings.ts',
    line: 'if (aheadS <= 0) return false',
    from: '<=',
    to: '<',
    why: 'what is ahead by nothing is within any setting',
  },
  {
    file: 'src/evaluation/tally.ts',
    line: 'const lengthOf = (pieces: readonly Piece[]): number => totalMs(pieces.filter(({ start, end }) => end > start))',
    from: '>',
    to: '>=',
    why: 'an empty piece adds nothing',
  },
  {
    file: 'src/evaluation/month.ts',
    line: 'if (from > since) gaps.push({ start: since, end: from })',
    from: '>',
    to: '>=',
    why: 'an empty gap takes nothing out',
  },
  {
    file: 'src/lock/chain.ts',
    line: '.toSorted(([a], [b]) => (a < b ? -1 : 1))',
    from: '<',
    to: '<=',
    why: 'no name is there twice',
  },
]
