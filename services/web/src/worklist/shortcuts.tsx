import { Dialog } from '../ui/form/dialog.tsx'
import { singleKeysText } from '../ui/single-keys.ts'
import { useSingleKeys } from '../ui/use-single-keys.ts'

const shortcuts = [
  { keys: ['j', '↓'], does: 'Next patient' },
  { keys: ['k', '↑'], does: 'Previous patient' },
  { keys: ['Enter'], does: 'Open the chart' },
  { keys: ['/'], does: 'Find a patient' },
  { keys: ['?'], does: 'Show this' },
] as const

const isSingle = (key: string): boolean => /^[a-z/?]$/.test(key)

export const Shortcuts = ({ onClose }: { onClose: () => void }) => {
  const [singleKeys] = useSingleKeys()
  const shown = shortcuts
    .map(({ keys, does }) => ({ does, keys: keys.filter((key) => singleKeys || !isSingle(key)) }))
    .filter(({ keys }) => keys.length > 0)
  return (
    <Dialog title="Shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {shown.map(({ keys, does }) => (
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
      <p className="quiet">{singleKeysText(singleKeys)}</p>
      <div className="form-end">
        <button type="button" className="act" data-tone="quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
