import type { AnswerOf } from '@cufflink/contracts'
import { Link } from '../app/navigation.tsx'
import { pathOfChart } from '../app/route.ts'
import { allTheSame } from '../ui/form/form.tsx'
import { usePlace } from '../ui/form/forms.tsx'
import { Panel, useDisclosure } from '../ui/form/panel.tsx'
import { ReasonForm } from '../ui/form/reason-form.tsx'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { useSaidCommand } from '../ui/form/use-command.ts'
import { dayText } from '../ui/time/zoned.ts'
import { lengthText, spanText } from '../ui/words.ts'

type Entry = AnswerOf<'listEntries'>['entries'][number]
type EntryItemProps = { entry: Entry; onDecided: () => void }

/** A stretch of time that another entered by hand: approved with a click, declined with a reason. */
export const EntryItem = ({ entry, onDecided }: EntryItemProps) => {
  const { practice, zone } = usePlace()
  const declining = useDisclosure()
  const approve = useSaidCommand('decideEntry', 'Approved: the time counts.', onDecided)
  const decline = useSaidCommand('decideEntry', 'Declined.', () => {
    declining.close()
    onDecided()
  })
  const { patient, patientName, clinicianName, session, startedAt, until, program, category, reason } = entry
  const params = { practice, patient, session }
  return (
    <li className="queue-item" data-testid="entry" data-session={session} data-patient={patient}>
      <span className="queue-who">
        <bdi>{clinicianName}</bdi>{' '}
        <span className="quiet">
          on{' '}
          <Link to={pathOfChart(practice, patient)}>
            <bdi>{patientName}</bdi>
          </Link>
        </span>
      </span>
      <span className="queue-what">
        <b>{spanText(startedAt, until, zone)}</b> <span className="quiet">{dayText(startedAt, zone)}</span>
      </span>
      <span className="queue-amount">{lengthText(until - startedAt)}</span>
      <span className="queue-when">
        {program}, {category.replaceAll('-', ' ')}: “<bdi>{reason}</bdi>”
      </span>
      <span className="queue-acts">
        <button
          type="button"
          className="act"
          data-size="small"
          aria-disabled={approve.state.phase === 'sending'}
          onClick={() => void approve.send({ params, body: { startedAt, decision: 'approved' } })}
        >
          {allTheSame('Approve', approve.state)}
        </button>
        <button className="act" data-tone="quiet" data-size="small" {...declining.button}>
          Decline
        </button>
      </span>
      {approve.state.phase === 'refused' ? <RefusalText refusal={approve.state.refusal} /> : null}
      {declining.open ? (
        <Panel label="Decline" onClose={declining.close}>
          <ReasonForm
            submit="Decline the entry"
            state={decline.state}
            onCancel={declining.close}
            onReason={(why) =>
              decline.send({ params, body: { startedAt, decision: 'declined', reason: why } })
            }
          />
        </Panel>
      ) : null}
    </li>
  )
}
