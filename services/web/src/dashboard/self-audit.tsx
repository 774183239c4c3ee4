import type { AnswerOf } from '@cufflink/contracts'
import { useEffect, useState } from 'react'
import { Link } from '../app/navigation.tsx'
import { pathOfChart } from '../app/route.ts'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { useCommand } from '../ui/form/use-command.ts'
import { monthText } from '../ui/time/month.ts'
import { countText } from '../ui/words.ts'

type Audit = AnswerOf<'auditMonth'>
type SelfAuditProps = { practice: string; month: string }

/** What an inspector would look at in a month, asked for by a person: every patient is evaluated for it. */
export const SelfAudit = ({ practice, month }: SelfAuditProps) => {
  const [audit, setAudit] = useState<Audit>()
  const [leaving] = useState(() => new AbortController())
  const { state, send } = useCommand('auditMonth')
  useEffect(() => () => leaving.abort(), [leaving])
  const isRunning = state.phase === 'sending'
  const run = async () => {
    const sent = await send({ params: { practice, month }, signal: leaving.signal })
    if (sent.done) setAudit(sent.answer)
  }
  return (
    <section className="chart-part" aria-labelledby="self-audit" aria-busy={isRunning}>
      <header>
        <h2 id="self-audit">Self-audit</h2>
        <button
          type="button"
          className="act"
          data-tone="quiet"
          aria-disabled={isRunning}
          onClick={() => (isRunning ? undefined : void run())}
        >
          {isRunning ? 'Checking…' : 'Check this month'}
        </button>
      </header>
      <p className="quiet dashboard-note">
        What an inspector would look at first. The limits are ours, as none are published; a number above its
        limit is a reason to look, not a fault. Every patient is worked out for it: 5,000 take about half a
        minute.
      </p>
      {state.phase === 'refused' ? <RefusalText refusal={state.refusal} /> : null}
      <div role="status" aria-live="polite">
        {audit === undefined || isRunning ? null : (
          <p className="audit-sum">
            {monthText(month)}: {countText(audit.patients, 'patient')},{' '}
            {countText(audit.measures.filter(({ conspicuous }) => conspicuous).length, 'measure')} above the
            limit.
          </p>
        )}
      </div>
      {audit === undefined ? null : <Findings practice={practice} audit={audit} />}
    </section>
  )
}

const Findings = ({ practice, audit }: { practice: string; audit: Audit }) => (
  <>
    {audit.failed === 0 ? null : (
      <p className="empty" role="alert">
        △ {countText(audit.failed, 'patient')} could not be evaluated (PATIENT_NOT_EVALUATED), and{' '}
        {audit.failed === 1 ? 'is' : 'are'} not in these numbers.
      </p>
    )}
    <ul className="audit">
      {audit.measures.map((one) => (
        <li key={one.measure} data-testid="measure" data-measure={one.measure}>
          <h3>
            {one.conspicuous ? <span className="audit-above">Above the limit: </span> : null}
            {one.title}
          </h3>
          <p>{valueText(one)}</p>
          {one.found === 0 ? null : (
            <>
              <p>
                <b>What to do: </b>
                {one.advice}
              </p>
              <FoundPatients practice={practice} {...one} />
            </>
          )}
        </li>
      ))}
    </ul>
    {audit.flags.length === 0 ? null : <h3 className="audit-flags">To look at before billing</h3>}
    <ul className="audit">
      {audit.flags.map((flag) => (
        <li key={flag.warning} data-testid="flag">
          <p>{flag.text}</p>
          <FoundPatients practice={practice} {...flag} />
        </li>
      ))}
    </ul>
  </>
)

/** `3 of 40, 7.5% (limit 5%)` · `3.5 times (limit 3 times)` */
const valueText = ({ measure, value, limit, found, of }: Audit['measures'][number]): string =>
  measure === 'ENROLMENT_SPIKE'
    ? `${rounded(value)} times (limit ${limit} times)`
    : of === 0
      ? 'No patient to look at.'
      : `${found} of ${of}, ${rounded(100 * value)}% (limit ${rounded(100 * limit)}%)`

const rounded = (value: number): string => String(Math.round(10 * value) / 10)

type FoundPatientsProps = Pick<Audit['flags'][number], 'found' | 'patients'> & { practice: string }

const FoundPatients = ({ practice, found, patients }: FoundPatientsProps) => (
  <details>
    <summary>{countText(found, 'patient')}</summary>
    <ul className="audit-patients">
      {patients.map(({ patient, name }) => (
        <li key={patient}>
          <Link to={pathOfChart(practice, patient)}>
            <bdi>{name}</bdi>
          </Link>
          <span className="patient-id">{patient}</span>
        </li>
      ))}
    </ul>
    {found > patients.length ? <p className="quiet">and {found - patients.length} more</p> : null}
  </details>
)
