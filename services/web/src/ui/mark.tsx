export const Mark = () => (
  <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="9.5" cy="16" r="6" />
    <circle cx="22.5" cy="16" r="6" className="full" />
  </svg>
)
