import { Form } from '../../ui/form/form.tsx'
import { Panel, useDisclosure } from '../../ui/form/panel.tsx'
import { ReasonForm } from '../../ui/form/reason-form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { clockText, dayText } from '../../ui/time/zoned.ts'
import { personName, useChart } from '../chart-context.ts'
import type { ChartFile } from '../parts.ts'
import { visitBody } from './file-bodies.ts'
import { PractitionerField } from './practitioner-field.tsx'

/** E/M visits that are billed: on their dates time does not count. */
export const Visits = ({ onDone }: { onDone: () => void }) => {
  const { chart, params, zone } = useChart()
  const { state, send } = useSaidCommand('recordVisit', 'Visit recorded.', onDone)
  const { visits } = chart.file
  return (
    <>
      <Form
        submit="Record visit"
        draft="visit"
        state={state}
        onCancel={onDone}
        onSubmit={async (fields) => {
          const body = visitBody(fields, zone)
          return body !== undefined && send({ params, body })
        }}
      >
        <WhenField
          label="When"
          required
          hint="On the practice’s clocks. The time of that date will not count."
        />
        <PractitionerField hint="Who bills it. A visit that another practice bills takes no time here." />
      </Form>
      {visits.length === 0 ? null : (
        <ul className="visits">
          {visits.map((visit) => (
            <Visit key={visit.visit} visit={visit} />
          ))}
        </ul>
      )}
    </>
  )
}

const Visit = ({ visit }: { visit: ChartFile['visits'][number] }) => {
  const { chart, params, zone, may } = useChart()
  const voiding = useDisclosure()
  const { state, send } = useSaidCommand('voidVisit', 'Visit voided.', voiding.close)
  const { visitedAt, practitioner, voided } = visit
  return (
    <li data-voided={voided} data-testid="visit">
      <span>
        {dayText(visitedAt, zone)}, {clockText(visitedAt, zone)}, {personName(chart, practitioner)}
      </span>
      {voided ? <span className="quiet">voided</span> : null}
      {voided || !may.visit ? null : (
        <button className="act" data-tone="plain" data-size="small" {...voiding.button}>
          Void
        </button>
      )}
      {voiding.open ? (
        <Panel label="Void this visit" onClose={voiding.close}>
          <ReasonForm
            submit="Void the visit"
            state={state}
            onCancel={voiding.close}
            onReason={(reason) => send({ params: { ...params, visit: visit.visit }, body: { reason } })}
          />
        </Panel>
      ) : null}
    </li>
  )
}
