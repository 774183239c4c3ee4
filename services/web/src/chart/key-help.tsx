const keys = [
  ['t', 'start or stop the timer'],
  ['n', 'new note'],
  ['c', 'log a call'],
  ['e', 'enter time'],
  ['Esc', 'close a form'],
] as const

export const KeyHelp = () => (
  <details className="key-help">
    <summary>Keys</summary>
    <dl>
      {keys.map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </details>
)
