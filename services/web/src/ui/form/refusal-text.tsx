import { Link } from '../../app/navigation.tsx'
import { pathOfChart } from '../../app/route.ts'
import { dayText } from '../time/zoned.ts'
import { spanText } from '../words.ts'
import type { Refusal } from './command-state.ts'
import { conflictsOf } from './conflicts.ts'
import { usePlace } from './forms.tsx'

/** Why something was not done, and what stands in the way. */
export const RefusalText = ({ refusal }: { refusal: Refusal }) => {
  const { practice, zone } = usePlace()
  const conflicts = conflictsOf(refusal)
  return (
    <div className="refusal" role="alert" data-code={refusal.code} data-testid="refusal">
      <p>
        {conflicts.length === 0
          ? refusal.message
          : 'You have other time in these minutes. Change one or the other.'}
      </p>
      {conflicts.length === 0 ? null : (
        <ul>
          {conflicts.map(({ patient, start, end, program, category }) => (
            <li key={`${patient} ${start}`}>
              <Link to={pathOfChart(practice, patient)}>{patient}</Link>, {dayText(start, zone)},{' '}
              <b>{spanText(start, end, zone)}</b>, {program}, {category.replaceAll('-', ' ')}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
