import { createLogger, type Logger } from '../src/index.ts'

/** A destination that keeps its lines. */
export const capture = () => {
  const lines: string[] = []
  return { lines, destination: { write: (line: string) => void lines.push(line) } }
}

export const silent: Logger = createLogger({ service: 'test', level: 'silent' })
