import type { CodeLine } from '@cufflink/contracts'
import { useDisclosure } from '../../ui/form/panel.tsx'
import { RefusalText } from '../../ui/form/refusal-text.tsx'
import { dateText } from '../../ui/time/local-date.ts'
import { useChart } from '../chart-context.ts'
import {
  chanceText,
  forecastText,
  inOrder,
  lastDateTexts,
  lineKey,
  progressShare,
  progressText,
  statusWords,
} from './code-text.ts'
import { useExplanation } from './use-explanation.ts'
import './codes.css'
import { dollarsText, windowText } from '../../ui/words.ts'

/** Where every code stands in this month and in the periods that touch it, and why. */
export const Codes = () => {
  const { lines } = useChart().chart
  const explanation = useDisclosure()
  return (
    <section className="chart-part" aria-labelledby="codes">
      <header>
        <h2 id="codes">Codes</h2>
        <button className="act" data-tone="quiet" {...explanation.button}>
          Explain
        </button>
      </header>
      {lines.length === 0 ? <p className="empty">Nothing counts towards a code yet.</p> : null}
      <ul className="codes">
        {inOrder(lines).map((line) => (
          <Code key={lineKey(line)} line={line} />
        ))}
      </ul>
      {lines.some(({ estimate }) => estimate !== undefined) ? (
        <p className="code-note">
          An estimate goes by how often readings came in this period, and by what the practice’s patients
          gained last month. It does not know that a patient has just stopped, or just begun again.
        </p>
      ) : null}
      {explanation.open ? <Explanation /> : null}
    </section>
  )
}

const Code = ({ line }: { line: CodeLine }) => {
  const { code, title, from, to, status, units, amountCents, blocks, warnings, finalOn, locked, estimate } =
    line
  const shown = locked ? 'locked' : status
  const limits = lastDateTexts(line)
  return (
    <li className="code" data-testid="code-line" data-code={code} data-status={status} data-shown={shown}>
      <span className="code-name">
        <b>{code}</b>
        {units > 1 ? ` ×${units}` : ''}
      </span>
      <span className="code-title">{title}</span>
      <span className="chip" data-tone={shown}>
        {locked ? 'Locked' : statusWords[status]}
      </span>
      <span className="code-amount">
        {amountCents === undefined || units === 0 ? '' : dollarsText(amountCents)}
      </span>
      <span className="code-progress" title={`${line.threshold} (${line.source})`}>
        <span className="code-bar" aria-hidden="true">
          <span style={{ inlineSize: `${100 * progressShare(line)}%` }} />
        </span>
        {progressText(line)}
        {forecastText(line)}
      </span>
      <span className="code-window">
        {windowText(from, to)}
        {status === 'final' || locked ? null : `, final on ${dateText(finalOn)}`}
      </span>
      {estimate === undefined ? null : (
        <p className="code-estimate" data-testid="code-estimate">
          <b>Estimate: {chanceText(estimate.chance)}.</b> {estimate.because}
        </p>
      )}
      {blocks.length + warnings.length + limits.length === 0 ? null : (
        <ul className="code-signals">
          {blocks.map(({ signal, text }) => (
            <li key={signal} data-kind="block">
              {text}
            </li>
          ))}
          {limits.map((text) => (
            <li key={text} data-kind="warn">
              {text}
            </li>
          ))}
          {warnings.map(({ signal, text }) => (
            <li key={signal} data-kind="warn">
              {text}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

/** The rules’ own account of the month, as text; again with each change of the chart. */
const Explanation = () => {
  const { chart, params } = useChart()
  const { text, state } = useExplanation({ ...params, month: chart.month }, chart.version)
  if (state.phase === 'refused') return <RefusalText refusal={state.refusal} />
  return (
    <pre className="explanation" tabIndex={0} aria-label="Explanation" aria-busy={text === undefined}>
      {text ?? 'Asking…'}
    </pre>
  )
}
