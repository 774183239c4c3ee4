import type { Dispatch } from 'react'
import { monthText } from '../ui/time/month.ts'
import type { MonthChoice, MonthEvent } from './months.ts'
import { shownMonth } from './months.ts'

type MonthPickerProps = { choice: MonthChoice; dispatch: Dispatch<MonthEvent> }

export const MonthPicker = ({ choice, dispatch }: MonthPickerProps) => (
  <div className="month-picker" role="group" aria-label="Month">
    <button
      type="button"
      className="act"
      data-tone="quiet"
      aria-label="Previous month"
      onClick={() => dispatch({ type: 'turned', by: -1 })}
    >
      ←
    </button>
    <h2 aria-live="polite">{monthText(shownMonth(choice))}</h2>
    <button
      type="button"
      className="act"
      data-tone="quiet"
      aria-label="Next month"
      onClick={() => dispatch({ type: 'turned', by: 1 })}
    >
      →
    </button>
    {choice.chosen === undefined ? (
      <span className="quiet">current month</span>
    ) : (
      <button type="button" className="act" data-tone="quiet" onClick={() => dispatch({ type: 'returned' })}>
        Current month
      </button>
    )}
  </div>
)
