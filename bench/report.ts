/** One measurement beside its reference. Rates are per second. */
export type Measurement = {
  readonly bench: string
  readonly engine: string
  readonly ours: number
  readonly reference: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  /** µs of our processes' processor time for each message. */
  readonly cpuUsPerMsg?: number
}

export type Report = { add(measurement: Measurement): void; note(text: string): void }

/** Prints measurements as they come: a line for people, or an object per line with `--json`. */
export function createReport({ json, write }: { json: boolean; write(text: string): void }): Report {
  return {
    add: (measurement) => write(`${json ? jsonLine(measurement) : line(measurement)}\n`),
    note(text) {
      if (!json) write(`${text}\n`)
    },
  }
}

const ratioOf = ({ ours, reference }: Measurement): number => round(ours / reference, 2)

function jsonLine(measurement: Measurement): string {
  const { bench, engine, ours, reference, p50Ms, p99Ms, cpuUsPerMsg } = measurement
  const ratio = ratioOf(measurement)
  // Every line has every field: null where a thing is not measured.
  return JSON.stringify(
    { bench, engine, ours, reference, ratio, p50Ms, p99Ms, cpuUsPerMsg },
    (_name, value: unknown) =>
      value === undefined ? null : typeof value === 'number' ? round(value, 3) : value,
  )
}

function line(measurement: Measurement): string {
  const { bench, engine, ours, reference, p50Ms, p99Ms, cpuUsPerMsg } = measurement
  const columns = [
    bench.padEnd(34),
    engine.padEnd(16),
    `${Math.round(ours)}/s`.padStart(10),
    `reference ${Math.round(reference)}/s`.padStart(20),
    `ratio ${ratioOf(measurement)}`.padStart(11),
    p50Ms === undefined ? '' : `p50 ${round(p50Ms, 2)} ms  p99 ${round(p99Ms ?? 0, 2)} ms`,
    cpuUsPerMsg === undefined ? '' : `cpu ${round(cpuUsPerMsg, 1)} µs/msg`,
  ]
  return columns.join('  ').trimEnd()
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
