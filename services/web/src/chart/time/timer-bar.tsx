import type { Program } from '@cufflink/contracts'
import { workedMs } from '../../app/timer/work.ts'
import type { Choice } from '../../ui/form/field.tsx'
import { SelectField } from '../../ui/form/field.tsx'
import { KeyHint } from '../../ui/key-hint.tsx'
import { minutesText, spokenMinutes } from '../../ui/time/duration.ts'
import { useStopwatch } from '../../ui/time/use-stopwatch.ts'
import { useChart } from '../chart-context.ts'
import { KeyHelp } from '../key-help.tsx'
import type { ChartCategory } from '../parts.ts'
import { timerText } from './timer-text.ts'
import './timer-bar.css'
import type { ChartTimer } from './use-timer.ts'

/** What counts first; what does not, marked. */
export const categoryChoices = (categories: readonly ChartCategory[]): readonly Choice[] =>
  [...categories]
    .sort((a, b) => Number(b.counts) - Number(a.counts))
    .map(({ category, title, counts }) => ({
      value: category,
      label: counts ? title : `${title} — does not count`,
    }))

/** One’s own time on this chart: what it is counted as, and how the timer stands. */
export const TimerBar = ({ timer }: { timer: ChartTimer }) => {
  const { chart } = useChart()
  const { work, runs, category, program } = timer
  return (
    <section className="timer-bar" aria-label="Your time" data-running={runs} data-testid="timer-bar">
      {work === undefined ? null : <Worked work={work} runs={runs} />}
      <button type="button" className="act" data-tone={runs ? 'quiet' : 'usual'} onClick={timer.toggle}>
        {runs ? 'Stop' : 'Start'} <KeyHint>t</KeyHint>
      </button>
      <SelectField
        label="Counted as"
        choices={categoryChoices(chart.categories)}
        value={category}
        onChange={(event) => timer.choose(event.target.value)}
      />
      <SelectField
        label="Program"
        choices={chart.file.programs.map((value) => ({ value, label: value }))}
        value={program}
        // The choices are the programs of the file.
        onChange={(event) => timer.chooseProgram(event.target.value as Program)}
      />
      <KeyHelp />
    </section>
  )
}

type WorkedProps = { work: NonNullable<ChartTimer['work']>; runs: boolean }

const Worked = ({ work, runs }: WorkedProps) => {
  const { chart } = useChart()
  const nowMs = useStopwatch(runs, 250)
  const seconds = runs ? workedMs(work, nowMs) / 1_000 : 0
  const { stopsAtMs, refused } = work
  const stopsIn = stopsAtMs === undefined ? undefined : Math.max(0, Math.ceil((stopsAtMs - nowMs) / 1_000))
  return (
    <div className="timer-worked">
      <span
        className="timer-time"
        aria-label={`Time of this session: ${spokenMinutes(seconds)}`}
        role="timer"
      >
        {minutesText(seconds)}
      </span>
      <span className="timer-state" role="status" aria-live="polite">
        {timerText(work, chart.row.patient)}
        {refused === undefined ? null : <span className="bad"> {refused}</span>}
      </span>
      {runs && stopsIn !== undefined ? (
        <span className="timer-warning">Stops in {stopsIn} s unless you move</span>
      ) : null}
    </div>
  )
}
