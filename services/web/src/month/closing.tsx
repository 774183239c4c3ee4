import type { MonthLine } from '@cufflink/contracts'
import { useState } from 'react'
import { Dialog } from '../ui/form/dialog.tsx'
import { Form } from '../ui/form/form.tsx'
import { usePlace } from '../ui/form/forms.tsx'
import { useCommand } from '../ui/form/use-command.ts'
import { monthText } from '../ui/time/month.ts'
import { countText, dollarsText } from '../ui/words.ts'
import { endedText } from './closing-text.ts'
import type { Sheet } from './month-state.ts'
import type { Selection } from './selection.ts'
import { pickedOf } from './selection.ts'
import { namedLine, totalOf } from './sheet.ts'

type ClosingProps = {
  sheet: Sheet
  ready: readonly MonthLine[]
  selection: Selection
  onBegun: () => void
}

type Wanted = { readonly lines: readonly MonthLine[]; readonly all: boolean }

/** Locks lines, all that are ready or those that were picked, after saying what that means. */
export const Closing = ({ sheet, ready, selection, onBegun }: ClosingProps) => {
  const [wanted, setWanted] = useState<Wanted>()
  const picked = pickedOf(ready, selection)
  const { progress, ended } = sheet
  const busy = progress?.step === 'locking'
  return (
    <section className="closing" aria-label="Closing">
      <button
        type="button"
        className="act"
        disabled={ready.length === 0 || busy}
        data-testid="lock-all"
        onClick={() => setWanted({ lines: ready, all: true })}
      >
        {ready.length === 0 ? 'Nothing is ready to lock' : `Lock all ready (${sizeText(ready)})`}
      </button>
      {picked.length === 0 ? null : (
        <button
          type="button"
          className="act"
          disabled={busy}
          data-testid="lock-picked"
          onClick={() => setWanted({ lines: picked, all: false })}
        >
          Lock the picked ({sizeText(picked)})
        </button>
      )}
      <p role="status" aria-live="polite" data-testid="month-ended" data-closing={ended?.closing}>
        {ended === undefined || busy ? '' : endedText(ended)}
      </p>
      {wanted === undefined ? null : (
        <Confirm
          wanted={wanted}
          month={sheet.month}
          onBegun={() => {
            setWanted(undefined)
            onBegun()
          }}
          onClose={() => setWanted(undefined)}
        />
      )}
    </section>
  )
}

const sizeText = (lines: readonly MonthLine[]): string => {
  const total = totalOf(lines)
  return `${countText(total.lines, 'line')}, ${dollarsText(total.cents)}`
}

type ConfirmProps = { wanted: Wanted; month: string; onBegun: () => void; onClose: () => void }

const Confirm = ({ wanted, month, onBegun, onClose }: ConfirmProps) => {
  const { practice } = usePlace()
  const { state, send } = useCommand('closeMonth')
  const { lines, all } = wanted
  const onSubmit = async () => {
    const body = all ? {} : { lines: lines.map(namedLine) }
    const sent = await send({ params: { practice, month }, body })
    if (sent.done) onBegun()
    return sent.done
  }
  return (
    <Dialog title={`Lock ${sizeText(lines)} of ${monthText(month)}?`} onClose={onClose}>
      <ul className="meaning">
        <li>Each line is written down as it stands, with all its evidence, chained to the line before it.</li>
        <li>What becomes known later changes no locked line: it goes to the queue of changes.</li>
        <li>A line can be unlocked, with a reason. Its lock and evidence stay on the ledger.</li>
        {all ? <li>Lines that become ready until then are locked too.</li> : null}
      </ul>
      <Form
        submit={`Lock ${countText(lines.length, 'line')}`}
        state={state}
        onSubmit={onSubmit}
        onCancel={onClose}
      />
    </Dialog>
  )
}
