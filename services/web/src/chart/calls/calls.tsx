import type { Disclosure } from '../../ui/form/panel.tsx'
import { Panel, useDisclosure } from '../../ui/form/panel.tsx'
import { ReasonForm } from '../../ui/form/reason-form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { KeyHint } from '../../ui/key-hint.tsx'
import { lengthText, shortDay, spanText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'
import type { ChartInteraction } from '../parts.ts'
import { useFirst } from '../use-first.tsx'
import { CallForm } from './call-form.tsx'
import { callText, mayVoid } from './call-text.ts'
import type { CallAtHand } from './use-call.ts'

const shownAtFirst = 8

type CallsProps = { logging: Disclosure; call: CallAtHand }

/** Conversations, and the attempts of one. */
export const Calls = ({ logging, call }: CallsProps) => {
  const { chart, may } = useChart()
  const { shown, more } = useFirst(chart.interactions.toReversed(), shownAtFirst)
  return (
    <section className="chart-part" aria-labelledby="calls">
      <header>
        <h2 id="calls">Conversations</h2>
        {may.work ? (
          <button className="act" data-tone="quiet" {...logging.button}>
            {call.goesOn && !logging.open ? 'The call goes on' : 'Log a call'} <KeyHint>c</KeyHint>
          </button>
        ) : null}
      </header>
      {logging.open ? (
        <Panel label="Log a call" onClose={logging.close}>
          <CallForm call={call} onDone={logging.close} />
        </Panel>
      ) : null}
      {chart.interactions.length === 0 ? <p className="empty">None this month.</p> : null}
      <ul className="calls">
        {shown.map((one) => (
          <Call key={one.interaction} call={one} />
        ))}
      </ul>
      {more}
    </section>
  )
}

const Call = ({ call }: { call: ChartInteraction }) => {
  const scope = useChart()
  const { params, zone } = scope
  const voiding = useDisclosure()
  const { state, send } = useSaidCommand('voidInteraction', 'Conversation voided.', voiding.close)
  const { interaction, startedAt, endedAt, clinicianName, counts, voided } = call
  return (
    <li className="call" data-testid="interaction" data-counts={counts} data-voided={voided}>
      <span className="session-when">
        <b>{spanText(startedAt, endedAt, zone)}</b> <span className="quiet">{shortDay(startedAt, zone)}</span>
      </span>
      <span className="session-credited quiet">{lengthText(endedAt - startedAt)}</span>
      <span className="session-what">
        <bdi>{callText(call)}</bdi>, <bdi>{clinicianName}</bdi>
      </span>
      <span className="session-marks">
        <span className="mark" data-tone={counts ? 'good' : undefined}>
          {voided ? 'voided' : counts ? 'counts' : 'does not count'}
        </span>
        {mayVoid(call, scope) ? (
          <button className="act" data-tone="plain" data-size="small" {...voiding.button}>
            Void
          </button>
        ) : null}
      </span>
      {voiding.open ? (
        <Panel label="Void this conversation" onClose={voiding.close}>
          <ReasonForm
            submit="Void it"
            state={state}
            onCancel={voiding.close}
            onReason={(reason) => send({ params: { ...params, interaction }, body: { startedAt, reason } })}
          />
        </Panel>
      ) : null}
    </li>
  )
}
