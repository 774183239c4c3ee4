import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import { useEffect, useId, useRef, useState } from 'react'

export type Disclosure = {
  readonly open: boolean
  readonly show: () => void
  readonly close: () => void
  readonly button: {
    readonly ref: RefObject<HTMLButtonElement | null>
    readonly type: 'button'
    readonly 'aria-expanded': boolean
    readonly onClick: () => void
  }
}

/** A button and what it opens; when that is closed, the focus is back on the button. */
export const useDisclosure = (openAtFirst = false): Disclosure => {
  const [open, setOpen] = useState(openAtFirst)
  const ref = useRef<HTMLButtonElement>(null)
  const show = () => setOpen(true)
  const close = () => {
    setOpen(false)
    ref.current?.focus()
  }
  return {
    open,
    show,
    close,
    button: { ref, type: 'button', 'aria-expanded': open, onClick: open ? close : show },
  }
}

type PanelProps = { label: string; onClose: () => void; children: ReactNode }

/** A form in the page, beside what it is about. The focus goes to its first field; Escape closes it. */
export const Panel = ({ label, onClose, children }: PanelProps) => {
  const ref = useRef<HTMLDivElement>(null)
  const id = useId()
  useEffect(() => {
    ref.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus()
    ref.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    onClose()
  }
  return (
    <div ref={ref} className="panel" role="group" aria-labelledby={id} onKeyDown={onKeyDown}>
      <h3 id={id}>{label}</h3>
      {children}
    </div>
  )
}
