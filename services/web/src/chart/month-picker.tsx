import { monthText } from '../ui/time/month.ts'

type MonthPickerProps = {
  month: string
  /** Whether that is the month that holds now. */
  isCurrent: boolean
  onTurn: (by: -1 | 1) => void
  onReturn: () => void
}

export const MonthPicker = ({ month, isCurrent, onTurn, onReturn }: MonthPickerProps) => (
  <div className="month-picker" role="group" aria-label="Month">
    <button
      type="button"
      className="act"
      data-tone="quiet"
      aria-label="Previous month"
      onClick={() => onTurn(-1)}
    >
      ←
    </button>
    <h2 aria-live="polite">{monthText(month)}</h2>
    <button type="button" className="act" data-tone="quiet" aria-label="Next month" onClick={() => onTurn(1)}>
      →
    </button>
    {isCurrent ? (
      <span className="quiet">current month</span>
    ) : (
      <button type="button" className="act" data-tone="quiet" onClick={onReturn}>
        Current month
      </button>
    )}
  </div>
)
