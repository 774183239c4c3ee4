import type { Loss } from '../live/loss.ts'
import { lossText } from '../live/loss.ts'
import { Link } from '../shell/navigation.tsx'
import { Notice } from '../shell/notice.tsx'
import { usePractices } from './use-practices.ts'

/** A browser is not told why a websocket was refused, so the list of practices is asked whether there is such a one. */
export const PracticeMissing = ({ practice, loss }: { practice: string; loss: Loss }) => {
  const answer = usePractices()
  const isUnknown = answer?.answer === 'practices' && !answer.practices.some(({ id }) => id === practice)
  if (!isUnknown) {
    return (
      <Notice heading="Not connected" tone="warning">
        <p role="status" aria-live="polite">
          {lossText(loss)} Trying again by itself.
        </p>
      </Notice>
    )
  }
  return (
    <Notice heading={`There is no practice “${practice}”`} tone="warning">
      <p>
        Choose one from <Link to="/">the list of practices</Link>, or add it:
      </p>
      <pre>
        <code>npm run cufflink -- practice add --help</code>
      </pre>
    </Notice>
  )
}
