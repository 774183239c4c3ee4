import { minutesText, spokenMinutes } from '../../ui/time/duration.ts'
import { countText, deductionText, msText } from '../../ui/words.ts'
import { categoryTitle, useChart } from '../chart-context.ts'
import type { PersonTally } from './tally-rows.ts'
import { byPerson, sumOf } from './tally-rows.ts'

/** Seconds by person and category: what is credited, and what was taken out. */
export const TallyTable = () => {
  const { tally } = useChart().chart
  const people = byPerson(tally.rows)
  const taken = tally.deductions.filter(({ ms }) => ms > 0)
  return (
    <>
      <p className="tally">
        <span
          className="tally-total"
          data-testid="tally-seconds"
          data-seconds={tally.seconds}
          aria-label={`${spokenMinutes(tally.seconds)} count`}
        >
          {minutesText(tally.seconds)}
        </span>
        <span>
          counted,{' '}
          <span data-testid="tally-conversations" data-conversations={tally.conversations}>
            {tally.conversations === 0
              ? 'no conversation yet'
              : countText(tally.conversations, 'conversation')}
          </span>
        </span>
        <span className="quiet">
          {tally.byProgram.length < 2
            ? null
            : tally.byProgram.map(({ program, seconds }) => `${program} ${minutesText(seconds)}`).join(', ')}
        </span>
      </p>
      {people.length === 0 ? null : (
        <table className="chart-table tally-table">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">As</th>
              <th scope="col" className="numeric">
                Counted
              </th>
              <th scope="col" className="numeric">
                Taken out
              </th>
            </tr>
          </thead>
          {people.map((person) => (
            <PersonRows key={person.clinician} person={person} />
          ))}
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                All
              </th>
              <td className="numeric">{msText(sumOf(tally.rows, 'creditedMs'))}</td>
              <td className="numeric">{takenText(sumOf(tally.rows, 'deductedMs'))}</td>
            </tr>
          </tfoot>
        </table>
      )}
      {taken.length === 0 ? null : (
        <ul className="deductions">
          {taken.map((deduction) => (
            <li key={deduction.why}>{deductionText(deduction)}</li>
          ))}
        </ul>
      )}
    </>
  )
}

const takenText = (ms: number): string => (ms === 0 ? '' : msText(ms))

const PersonRows = ({ person }: { person: PersonTally }) => {
  const { chart } = useChart()
  const { name, rows, creditedMs } = person
  return (
    <tbody>
      {rows.map(({ category, program, creditedMs: credited, deductedMs }, index) => (
        <tr key={`${program} ${category}`}>
          {index > 0 ? null : (
            <th scope="rowgroup" rowSpan={rows.length}>
              <bdi>{name}</bdi>
              {rows.length < 2 ? null : <span className="quiet"> {msText(creditedMs)}</span>}
            </th>
          )}
          <td>
            {categoryTitle(chart, category)}
            {chart.file.programs.length > 1 ? <span className="quiet"> {program}</span> : null}
          </td>
          <td className="numeric">{msText(credited)}</td>
          <td className="numeric">{takenText(deductedMs)}</td>
        </tr>
      ))}
    </tbody>
  )
}
