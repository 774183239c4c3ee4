import { Notice } from '../../ui/notice.tsx'
import { secondText, zoneShort } from '../../ui/time/zoned.ts'
import type { Loss } from './loss.ts'
import { lossText } from './loss.ts'

export type Phase = 'connecting' | 'live' | 'catching up' | 'stale'

const words = {
  connecting: 'Connecting…',
  live: 'Live',
  'catching up': 'Catching up…',
  stale: 'Reconnecting…',
} as const satisfies Record<Phase, string>

/** Whether what is shown is current: by word and by shape, a full dot or a ring, not by colour alone. */
export const LinkStatus = ({ phase }: { phase: Phase }) => (
  <span className="link-status" data-phase={phase} role="status" aria-live="polite">
    <span className="link-dot" aria-hidden="true" />
    {words[phase]}
  </span>
)

type StaleNoticeProps = {
  loss: Loss
  /** By this computer's clock, ms since 1970. */
  lastMessageMs: number
  /** The practice's zone. */
  zone: string
}

/** Says why a page is not live, and from when what it still shows is. `LinkStatus` is what is announced. */
export const StaleNotice = ({ loss, lastMessageMs, zone }: StaleNoticeProps) => (
  <div className="band" data-tone="warning">
    <strong>Not live.</strong> {lossText(loss)} What you see is as it was at{' '}
    <time dateTime={new Date(lastMessageMs).toISOString()}>
      {secondText(lastMessageMs, zone)} {zoneShort(lastMessageMs, zone)}
    </time>
    . Trying again by itself.
  </div>
)

/** What stands in a page's place until its first message comes. */
export const Connecting = ({ loss }: { loss?: Loss | undefined }) =>
  loss === undefined ? (
    <Notice heading="Connecting…" />
  ) : (
    <Notice heading="Not connected" tone="warning">
      <p role="status" aria-live="polite">
        {lossText(loss)} Trying again by itself.
      </p>
    </Notice>
  )
