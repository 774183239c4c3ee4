import { opsChannel } from '../app/live/channels.ts'
import { Connecting, LinkStatus, StaleNotice } from '../app/live/link-status.tsx'
import type { OpsState } from '../app/live/ops-state.ts'
import { useLive } from '../app/live/use-live.ts'
import { useSession } from '../app/session/session.ts'
import { Forms } from '../ui/form/forms.tsx'
import { Page } from '../ui/page.tsx'
import { EngineStatus } from './engine-status.tsx'
import { GatewayTable } from './gateway-table.tsx'
import { LagTable } from './lag-table.tsx'
import './ops.css'
import { RefusalTable } from './refusal-table.tsx'
import { Tiles } from './tiles.tsx'
import { WaitingTable } from './waiting-table.tsx'

export const OpsPage = () => {
  const state = useLive(opsChannel)
  const { practice } = useSession()
  return (
    <Page title="Operations">
      <Forms place={{ practice: practice.id, zone: practice.zone }}>
        {state.phase === 'connecting' ? <Connecting loss={state.loss} /> : <Reported state={state} />}
      </Forms>
    </Page>
  )
}

const Reported = ({ state }: { state: Exclude<OpsState, { phase: 'connecting' }> }) => {
  const { report, samples, lastMessageMs, phase } = state
  const { engines } = report
  const { zone } = useSession().practice
  return (
    <div className="ops" data-phase={phase}>
      {state.phase === 'stale' ? (
        <StaleNotice loss={state.loss} lastMessageMs={lastMessageMs} zone={zone} />
      ) : null}
      <div className="heading">
        <div className="heading-name">
          <h1>Operations</h1>
          <LinkStatus phase={phase} />
        </div>
        <dl className="facts">
          <EngineStatus port="Ledger" engine={engines.ledger} isUp={report.ledgerUp} />
          <EngineStatus port="Views" engine={engines.views} isUp={report.viewsUp} />
        </dl>
      </div>
      {report.alarms.map(({ code, message }) => (
        <div className="band" data-tone="warning" role="alert" key={code + message}>
          <strong>{code}.</strong> {message}
        </div>
      ))}
      <Tiles report={report} samples={samples} lastMessageMs={lastMessageMs} />
      <GatewayTable gateways={report.gateways} samples={samples} lastMessageMs={lastMessageMs} />
      <RefusalTable refusals={report.refusals} />
      <WaitingTable {...report} />
      <LagTable partitions={report.partitions} />
    </div>
  )
}
