import type { Filter } from './sheet.ts'

type FinderProps = { codes: readonly string[]; filter: Filter; onFilter: (filter: Filter) => void }

/** What is looked for among the lines, besides their standing. */
export const Finder = ({ codes, filter, onFilter }: FinderProps) => (
  <div className="toolbar">
    <div className="finder">
      <input
        type="search"
        aria-label="Find a patient by name or id"
        placeholder="Find a patient"
        autoComplete="off"
        spellCheck={false}
        value={filter.text}
        onChange={({ target }) => onFilter({ ...filter, text: target.value })}
      />
    </div>
    <label className="finder-code">
      Code
      <select
        value={filter.code ?? ''}
        onChange={({ target }) => {
          const { code: _, ...others } = filter
          onFilter(target.value === '' ? others : { ...others, code: target.value })
        }}
      >
        <option value="">all</option>
        {codes.map((code) => (
          <option key={code} value={code}>
            {code}
          </option>
        ))}
      </select>
    </label>
    {filter.standing === undefined && filter.code === undefined && filter.text === '' ? null : (
      <button type="button" className="act" data-tone="quiet" onClick={() => onFilter({ text: '' })}>
        Show all lines
      </button>
    )}
  </div>
)
