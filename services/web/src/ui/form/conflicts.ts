import type { Refusal } from './command-state.ts'

/** Time that another time would overlap. */
export type Conflict = {
  readonly patient: string
  readonly start: number
  readonly end: number
  readonly program: string
  readonly category: string
}

/** What stands in the way of time by hand; what is of another shape is left out. */
export const conflictsOf = ({ conflicts }: Pick<Refusal, 'conflicts'>): readonly Conflict[] =>
  conflicts.flatMap(({ patient, start, end, program, category }) =>
    typeof patient === 'string' && typeof start === 'number' && typeof end === 'number'
      ? [{ patient, start, end, program: String(program), category: String(category) }]
      : [],
  )
