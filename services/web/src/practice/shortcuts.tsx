import { Dialog } from '../chart/form/dialog.tsx'

const shortcuts = [
  { keys: ['j', '↓'], does: 'Next patient' },
  { keys: ['k', '↑'], does: 'Previous patient' },
  { keys: ['Enter'], does: 'Open the chart' },
  { keys: ['/'], does: 'Find a patient' },
  { keys: ['?'], does: 'Show this' },
] as const

export const Shortcuts = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Shortcuts" onClose={onClose}>
    <dl className="shortcuts">
      {shortcuts.map(({ keys, does }) => (
        <div key={does}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
    <div className="form-end">
      <button type="button" className="act" data-tone="quiet" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
)
