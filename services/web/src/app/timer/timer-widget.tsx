import { hoursText, minutesText, spokenMinutes } from '../../ui/time/duration.ts'
import { useStopwatch } from '../../ui/time/use-stopwatch.ts'
import { Link } from '../navigation.tsx'
import { pathOfChart } from '../route.ts'
import { useSession } from '../session/session.ts'
import type { Standing } from './standing.ts'
import { standingOf } from './standing.ts'
import type { Work } from './work.ts'
import { useWork, workedMs } from './work.ts'
import './work.css'

/** The person's own timer, on every page; nothing for those who have none. */
export const TimerWidget = () => {
  const work = useWork()
  return work === undefined ? null : <Shown work={work} />
}

const Shown = ({ work }: { work: Work }) => {
  const standing = standingOf(work)
  const { timer, daySeconds } = work
  return (
    <section className="work-timer" aria-label="Your timer" data-testid="work-timer" data-state={standing}>
      {timer === undefined ? (
        <Resting work={work} standing={standing} />
      ) : (
        <Running work={work} timer={timer} />
      )}
      {daySeconds === undefined ? null : (
        <span
          className="work-day"
          title="Your time today, over all patients, as saved"
          data-testid="work-day"
        >
          Today <b data-seconds={daySeconds}>{hoursText(daySeconds)}</b>
        </span>
      )}
    </section>
  )
}

const Running = ({ work, timer }: { work: Work; timer: NonNullable<Work['timer']> }) => {
  const { practice } = useSession()
  const isStill = work.frozenMs !== undefined
  const seconds = workedMs(work, useStopwatch(!isStill)) / 1_000
  const notes = {
    live: timer.saved ? undefined : 'not saved yet',
    lost: 'no connection',
    connecting: undefined,
  }
  const note = notes[work.link]
  return (
    <>
      <span className="work-elapsed" role="timer" aria-label={spokenMinutes(seconds)} data-still={isStill}>
        {minutesText(seconds)}
      </span>
      <span className="work-whom">
        <Link to={pathOfChart(practice.id, timer.patient)}>
          <bdi>{timer.patientName}</bdi>
        </Link>
        {note === undefined ? null : <span className="work-note">{note}</span>}
      </span>
      <button type="button" className="work-stop" onClick={() => work.stop('stopped')}>
        Stop
      </button>
    </>
  )
}

const words = {
  running: '',
  warning: '',
  paused: 'Paused',
  idle: 'No timer',
  lost: 'Timer lost',
} as const satisfies Record<Standing, string>

type RestingProps = { work: Work; standing: Standing }

const Resting = ({ work: { link, ended, on }, standing }: RestingProps) => {
  const last = ended?.patient === on?.patient ? ended : undefined
  const word = last?.reason === 'stopped' ? 'Stopped' : words[standing]
  return (
    <>
      {last === undefined ? null : (
        <span className="work-elapsed" data-still="true">
          {minutesText(last.workedMs / 1_000)}
        </span>
      )}
      <span className="work-whom">{link === 'lost' ? 'No connection' : word}</span>
    </>
  )
}
