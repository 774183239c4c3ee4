import type { PatientRow } from '@cufflink/contracts'
import { errorTable } from '@cufflink/contracts/errors'
import { codeStatuses, missingText } from './marks.ts'

type Code = PatientRow['codes'][number]

/** What could be billed today, what is missing for more, and what changed after it was locked. */
export const Codes = ({ row: { codes, waitsFor, changes, failed } }: { row: PatientRow }) => (
  <span className="row-codes">
    <span data-testid="codes">
      {codes.map((code) => (
        <CodeChip key={`${code.code} ${code.status}`} code={code} />
      ))}
    </span>
    {failed === undefined ? null : (
      <span className="tag" data-tone="changed" data-testid="failed" title={errorTable[failed].message}>
        △ cannot be worked out ({failed})
      </span>
    )}
    {waitsFor.map((missing) => (
      <span key={missing} className="tag" data-tone="missing">
        {missingText(missing)}
      </span>
    ))}
    {changes === 0 ? null : (
      <span
        className="tag"
        data-tone="changed"
        data-testid="changes"
        title="Locked lines that what is known now no longer supports"
      >
        △ {changes} {changes === 1 ? 'change' : 'changes'}
      </span>
    )}
  </span>
)

const CodeChip = ({ code: { code, status, units } }: { code: Code }) => {
  const { sign, text } = codeStatuses[status]
  return (
    <span className="code-chip" data-status={status} title={`${code}: ${text}`}>
      <span className="code-sign" role="img" aria-label={text}>
        {sign}
      </span>
      {code}
      {units > 1 ? <b> ×{units}</b> : null}
    </span>
  )
}

/** Who works there now, by their initials. */
export const Workers = ({ working, names }: { working: readonly string[]; names: StaffNames }) => (
  <span className="workers" data-testid="working">
    {working.map((clinician) => {
      const { name, initials } = names.get(clinician) ?? { name: clinician, initials: '?' }
      return (
        <abbr key={clinician} className="badge" title={`${name} is on it`}>
          {initials}
        </abbr>
      )
    })}
  </span>
)

export type StaffNames = ReadonlyMap<string, { readonly name: string; readonly initials: string }>
