const PAGE = 100

type PagerProps = { page: number; total: number; onPage: (page: number) => void }

/** Which part of a long list is shown, and the way to the others; nothing where all of it is. */
export const Pager = ({ page, total, onPage }: PagerProps) => {
  const pages = Math.max(1, Math.ceil(total / PAGE))
  if (pages === 1 && page === 1) return null
  const to = (next: number) =>
    ({
      type: 'button',
      className: 'act',
      'data-tone': 'quiet',
      'data-size': 'small',
      disabled: next < 1 || next > pages,
      onClick: () => onPage(next),
    }) as const
  return (
    <nav className="pager" aria-label="Pages">
      <button {...to(page - 1)}>Earlier</button>
      <span className="quiet">
        Page {page} of {pages}
      </span>
      <button {...to(page + 1)}>Later</button>
    </nav>
  )
}
