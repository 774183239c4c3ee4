import { errorTable } from '@cufflink/contracts/errors'
import { Link } from '../app/navigation.tsx'
import { pathOfChart } from '../app/route.ts'
import type { Sheet } from './month-state.ts'

/** The patients whose lines are not in the sheet, because they could not be worked out. */
export const Failed = ({ sheet: { order, practice } }: { sheet: Sheet }) => {
  const failed = order.filter((one) => one.failed)
  if (failed.length === 0) return null
  return (
    <p
      role="alert"
      className="month-failed"
      data-testid="month-failed"
      title={errorTable.PATIENT_NOT_EVALUATED.message}
    >
      △ The lines of {failed.length === 1 ? 'one patient' : `${failed.length} patients`} cannot be worked out
      (PATIENT_NOT_EVALUATED):{' '}
      {failed.map(({ patient, name }, index) => (
        <span key={patient}>
          {index === 0 ? '' : ', '}
          <Link to={pathOfChart(practice.id, patient)}>
            <bdi>{name}</bdi>
          </Link>
        </span>
      ))}
    </p>
  )
}
