import { Count } from '../ui/number.tsx'
import { dollarsText } from '../ui/words.ts'
import type { Filter, Groups, Standing } from './sheet.ts'
import { standings, standingWords, totalOf } from './sheet.ts'

type StandingsProps = { groups: Groups; filter: Filter; onFilter: (filter: Filter) => void }

/** How much stands where. Each is a filter: pressed, only its lines are shown. */
export const Standings = ({ groups, filter, onFilter }: StandingsProps) => {
  const toggle = (standing: Standing) => {
    const { standing: pressed, ...others } = filter
    onFilter(pressed === standing ? others : { ...others, standing })
  }
  return (
    <div className="standings" role="group" aria-label="Lines by standing">
      {standings.map((standing) => {
        const { lines, cents } = totalOf(groups.get(standing) ?? [])
        return (
          <button
            key={standing}
            type="button"
            className="standing-tile"
            data-standing={standing}
            aria-pressed={filter.standing === standing}
            onClick={() => toggle(standing)}
          >
            <span className="standing-name">{standingWords[standing]}</span>
            <span className="standing-count">
              <Count value={lines} testId={`month-count-${standing}`} />
            </span>
            <span className="standing-amount">{cents === 0 ? '—' : dollarsText(cents)}</span>
          </button>
        )
      })}
    </div>
  )
}
