import type { ReactNode } from 'react'
import { minutesText } from '../../ui/time/duration.ts'
import { useStopwatch } from '../../ui/time/use-stopwatch.ts'
import { clockText } from '../../ui/time/zoned.ts'
import { useSession } from '../session/session.ts'
import type { BannerKind } from './standing.ts'
import { bannerOf, secondsUntil } from './standing.ts'
import type { Work } from './work.ts'
import { useWork } from './work.ts'

/** Says under the masthead, on every page, when the timer is about to stop or has stopped without having been told to. */
export const WorkBanner = () => {
  const work = useWork()
  return work === undefined ? null : <Said work={work} />
}

const Said = ({ work }: { work: Work }) => {
  const nowMs = useStopwatch(work.stopsAtMs !== undefined || work.wentOnAfter !== undefined)
  const kind = bannerOf(work, nowMs)
  return kind === undefined ? null : <Banner kind={kind} work={work} nowMs={nowMs} />
}

type BannerProps = { kind: BannerKind; work: Work; nowMs: number }

const Banner = ({ kind, work, nowMs }: BannerProps) => {
  const { zone } = useSession().practice
  const { ended, wentOnAfter, stopsAtMs, refused } = work
  const since = (until: number | undefined) => (until === undefined ? '' : clockText(until, zone))
  switch (kind) {
    case 'warning':
      return (
        <Strip kind={kind} act={<button type="button">I am here</button>}>
          <strong>Are you still there?</strong> Your timer stops
          <span aria-hidden="true"> in {minutesText(secondsUntil(stopsAtMs ?? nowMs, nowMs))}</span> unless
          you move.
        </Strip>
      )
    case 'idle':
      return (
        <Strip kind={kind} act={<Again work={work}>Go on</Again>}>
          <strong>Paused:</strong> you were away since {since(ended?.until)}.
        </Strip>
      )
    case 'signed-out':
      return (
        <Strip kind={kind} act={<Again work={work}>Start it again</Again>}>
          <strong>Your timer ended with your session,</strong> at {since(ended?.until)}.
        </Strip>
      )
    case 'lost':
      return (
        <Strip kind={kind} act={<Again work={work}>Start it again</Again>}>
          <strong>Your timer ended while you were away,</strong> at {since(ended?.until)}.
        </Strip>
      )
    case 'moved':
      return (
        <Strip kind={kind} act={<Again work={work}>Take it back here</Again>}>
          <strong>Your timer runs on another page or device now.</strong>
        </Strip>
      )
    case 'refused':
      return (
        <Strip kind={kind} act={<Again work={work}>Try again</Again>}>
          <strong>Your timer does not run.</strong> {refused}
        </Strip>
      )
    case 'went on':
      return (
        <Strip kind={kind}>
          <strong>Your timer counts again.</strong> It stood still since {since(wentOnAfter?.until)}.
        </Strip>
      )
  }
}

type StripProps = { kind: BannerKind; act?: ReactNode; children: ReactNode }

/** A person who presses a button has moved, which is all that `I am here` has to do. */
const Strip = ({ kind, act, children }: StripProps) => (
  <div className="work-banner" data-kind={kind} role="alert" data-testid="work-banner">
    <p>{children}</p>
    {act}
  </div>
)

/** Starts the timer of the chart that is open here. */
const Again = ({ work: { on, start }, children }: { work: Work; children: string }) =>
  on === undefined ? null : (
    <button type="button" onClick={() => start(on.patient, on.program, on.category)}>
      {children}
    </button>
  )
