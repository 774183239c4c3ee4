import { addMonths } from '../ui/time/month.ts'

/** The month after `#` in an address: `#2026-10`. */
export const monthOfHash = (hash: string): string | undefined =>
  /^#(\d{4}-(?:0[1-9]|1[0-2]))$/.exec(hash)?.[1]

/**
 * Which month a chart shows. `guess` is this computer's, good enough to ask the server for; `current` is the server's, which the page
 * then shows and goes along with, unless the person has `chosen` another. `settled`: the month to be shown was seen once.
 */
export type MonthChoice = {
  readonly guess: string
  readonly current?: string
  readonly chosen?: string
  readonly settled: boolean
}

export const shownMonth = ({ guess, current, chosen }: MonthChoice): string => chosen ?? current ?? guess

export type MonthEvent =
  /** A chart of `month` came while it was `current` in the practice's zone. */
  | { readonly type: 'told'; readonly month: string; readonly current: string }
  | { readonly type: 'turned'; readonly by: -1 | 1 }
  | { readonly type: 'returned' }

/** A person who comes back to the current month goes along with it again. */
export const evolveMonth = (choice: MonthChoice, event: MonthEvent): MonthChoice => {
  switch (event.type) {
    case 'told': {
      const next = { ...choice, current: event.current }
      return { ...next, settled: choice.settled || event.month === shownMonth(next) }
    }
    case 'turned': {
      const chosen = addMonths(shownMonth(choice), event.by)
      return chosen === choice.current ? unchosen(choice) : { ...choice, chosen }
    }
    case 'returned':
      return unchosen(choice)
  }
}

const unchosen = (choice: MonthChoice): MonthChoice => {
  const { chosen: _, ...others } = choice
  return others
}
