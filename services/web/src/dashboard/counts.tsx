import type { AnswerOf } from '@cufflink/contracts'
import type { QuickFilter } from '@cufflink/contracts/list'
import { quickFilterNames } from '@cufflink/contracts/list'
import { statusWords } from '../chart/codes/code-text.ts'
import { Count } from '../ui/number.tsx'
import { quickFilterTexts } from '../worklist/list-view.ts'

type Counts = AnswerOf<'countPatients'>

/** What each count of the list’s filters means, for someone who does not know the list. */
const meanings = {
  call: '10 minutes or more this month, and no live conversation yet.',
  near: 'Two minutes or two days more, and another code is met.',
  missing: 'A consent, order, episode or device is not on record.',
  working: 'A clinician’s timer is running.',
} as const satisfies Record<QuickFilter, string>

export const PatientCounts = ({ counts }: { counts: Counts }) => (
  <section className="chart-part" aria-labelledby="patients-now">
    <h2 id="patients-now">Patients now</h2>
    <table className="chart-table" aria-labelledby="patients-now">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col" className="numeric">
            Patients
          </th>
          <th scope="col">What it means</th>
        </tr>
      </thead>
      <tbody>
        <StateRow name="patients" title="All" patients={counts.patients}>
          Every patient of the practice.
        </StateRow>
        {quickFilterNames.map((name) => (
          <StateRow key={name} name={name} title={quickFilterTexts[name]} patients={counts[name]}>
            {meanings[name]}
          </StateRow>
        ))}
        {counts.failed === 0 ? null : (
          <StateRow name="failed" title="Not worked out" patients={counts.failed}>
            They could not be evaluated (PATIENT_NOT_EVALUATED), and are in no other row but the first.
          </StateRow>
        )}
      </tbody>
    </table>
  </section>
)

type StateRowProps = { name: string; title: string; patients: number; children: string }

const StateRow = ({ name, title, patients, children }: StateRowProps) => (
  <tr data-testid="state" data-state={name}>
    <th scope="row">{title}</th>
    <td className="numeric">
      <Count value={patients} />
    </td>
    <td className="quiet">{children}</td>
  </tr>
)

type CodeCount = Counts['codes'][number]

/** The numbers of patients of each code, by status; codes ascending. */
const byCode = (codes: readonly CodeCount[]) =>
  [...Map.groupBy(codes, ({ code }) => code)]
    .map(([code, counts]) => ({
      code,
      patients: new Map(counts.map(({ status, patients }) => [status, patients])),
    }))
    .toSorted((a, b) => a.code.localeCompare(b.code))

const statuses = ['short', 'supported', 'final', 'held', 'blocked'] as const

/** How many patients have a line of each code, by its status, in this month or in their 30-day period. */
export const CodeCounts = ({ codes }: { codes: Counts['codes'] }) => (
  <section className="chart-part" aria-labelledby="codes-now">
    <h2 id="codes-now">Codes now</h2>
    {codes.length === 0 ? <p className="empty">No patient has a code yet.</p> : null}
    <table className="chart-table" aria-labelledby="codes-now" hidden={codes.length === 0}>
      <thead>
        <tr>
          <th scope="col">Code</th>
          {statuses.map((status) => (
            <th key={status} scope="col" className="numeric">
              {statusWords[status]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {byCode(codes).map(({ code, patients }) => (
          <tr key={code} data-testid="code-counts" data-code={code}>
            <th scope="row">{code}</th>
            {statuses.map((status) => (
              <td key={status} className="numeric" data-status={status}>
                <Count value={patients.get(status) ?? 0} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    <p className="quiet dashboard-note">Patients, in this month or in their 30-day period that holds now.</p>
  </section>
)
