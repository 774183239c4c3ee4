import { groupDigits } from '../ui/group-digits.ts'
import type { Progress } from './month-state.ts'

const words = { evaluating: 'Evaluating', locking: 'Locking' } as const satisfies Record<
  Progress['step'],
  string
>

const digits = (value: number): string => groupDigits(value).join(',')

/** How far the server is, in patients. */
export const ProgressBar = ({ progress: { step, done, of } }: { progress: Progress }) => (
  <div className="month-progress" data-testid="month-progress" data-step={step} data-done={done} data-of={of}>
    <span role="status" aria-live="polite">
      {words[step]}…
    </span>
    <progress value={done} max={of} aria-label={words[step]} />
    <span className="quiet">
      {digits(done)} of {digits(of)} patients
    </span>
  </div>
)
