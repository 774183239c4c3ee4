import type { OpsReport, WaitingReadings } from '@cufflink/contracts'
import { useState } from 'react'
import { Dialog } from '../ui/form/dialog.tsx'
import { usePlace } from '../ui/form/forms.tsx'
import { ReasonForm } from '../ui/form/reason-form.tsx'
import { useSaidCommand } from '../ui/form/use-command.ts'
import { Count } from '../ui/number.tsx'
import { momentText } from '../ui/words.ts'

/** Readings of the practice's devices that count for no one yet, what would place them, and a way to say that they are no patient's. */
export const WaitingTable = ({ waiting, moreWaiting }: Pick<OpsReport, 'waiting' | 'moreWaiting'>) => {
  const { zone } = usePlace()
  const [dismissing, setDismissing] = useState<WaitingReadings>()
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Readings without a patient</h2>
      {waiting.length === 0 ? <p className="empty">None.</p> : null}
      <table className="waiting" aria-labelledby="waiting" hidden={waiting.length === 0}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Readings</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
            <th scope="col">What to do</th>
            <th scope="col">If they are no patient’s</th>
          </tr>
        </thead>
        <tbody>
          {waiting.map((one) => (
            <tr key={one.device}>
              <td>{one.device}</td>
              <td>
                <Count value={one.count} />
              </td>
              <td>{momentText(one.first, zone)}</td>
              <td>{momentText(one.last, zone)}</td>
              <td>
                {one.since === undefined
                  ? 'No patient has this device. Assign it from before the first reading that is the patient’s.'
                  : `A patient has had it since ${momentText(one.since, zone)}. If these are theirs, assign it to them again from an earlier time.`}{' '}
                The readings follow by themselves.
              </td>
              <td>
                <button
                  type="button"
                  className="act"
                  data-tone="quiet"
                  data-size="small"
                  aria-label={`Dismiss the readings of ${one.device}`}
                  onClick={() => setDismissing(one)}
                >
                  Dismiss
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {moreWaiting === 0 ? null : (
        <p className="quiet">
          and <Count value={moreWaiting} /> more {moreWaiting === 1 ? 'device' : 'devices'}, whose last
          reading is older
        </p>
      )}
      {dismissing === undefined ? null : (
        <Dismiss readings={dismissing} onClose={() => setDismissing(undefined)} />
      )}
    </section>
  )
}

/** About the readings that the person saw: one that came in since then goes on waiting. */
const Dismiss = ({ readings, onClose }: { readings: WaitingReadings; onClose: () => void }) => {
  const { practice } = usePlace()
  const { device, count, through } = readings
  const { state, send } = useSaidCommand('dismissReadings', 'Dismissed.', onClose)
  return (
    <Dialog title={`Dismiss the readings of ${device}`} onClose={onClose}>
      <p className="quiet">
        {count === 1 ? 'Its one reading no longer waits' : `Its ${count} readings no longer wait`} for a
        patient, as of a test device. If it is assigned from an earlier time after all, they follow.
      </p>
      <ReasonForm
        submit="Dismiss them"
        state={state}
        onCancel={onClose}
        onReason={(reason) => send({ params: { practice, device }, body: { reason, through } })}
      />
    </Dialog>
  )
}
