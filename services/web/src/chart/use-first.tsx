import type { ReactNode } from 'react'
import { useState } from 'react'

/** The first of a long list, and the button that shows the rest. */
export const useFirst = <Item,>(
  items: readonly Item[],
  count: number,
): { readonly shown: readonly Item[]; readonly more: ReactNode } => {
  const [all, setAll] = useState(false)
  const shown = all ? items : items.slice(0, count)
  const more =
    shown.length === items.length ? null : (
      <button type="button" className="act chart-more" data-tone="quiet" onClick={() => setAll(true)}>
        Show all {items.length}
      </button>
    )
  return { shown, more }
}
