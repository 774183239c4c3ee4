import { singleKeysText } from '../ui/single-keys.ts'
import { useSingleKeys } from '../ui/use-single-keys.ts'

const letters = [
  ['t', 'start or stop the timer'],
  ['n', 'new note'],
  ['c', 'log a call'],
  ['e', 'enter time'],
] as const
const escape = ['Esc', 'close a form'] as const

export const KeyHelp = () => {
  const [areOn] = useSingleKeys()
  return (
    <details className="key-help">
      <summary>Keys</summary>
      <dl>
        {[...(areOn ? letters : []), escape].map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{singleKeysText(areOn)}</p>
    </details>
  )
}
