import { Type } from 'typebox'
import { CodeLine, LineStatus } from '../live/lines.ts'
import { IsoMonth, Name, Slug, strict } from '../primitives.ts'

const Count = Type.Integer({ minimum: 0 })

/**
 * How many patients of a practice are in each state now (docs/tallies.md). `month` is the calendar month in the practice's zone; `codes` are
 * of it and of the patients' 30-day periods. A patient with units that are held is in two statuses of the code.
 */
export const PatientCounts = Type.Object(
  {
    month: IsoMonth,
    patients: Count,
    failed: Count,
    call: Count,
    near: Count,
    missing: Count,
    working: Count,
    codes: Type.Array(
      Type.Object({ code: CodeLine.properties.code, status: LineStatus, patients: Count }, strict),
    ),
  },
  strict,
)

/** What each clinician worked in a calendar month of the practice's zone, over all patients, each moment once. A clinician without time is left out. */
export const ClinicianMonths = Type.Object(
  {
    clinicians: Type.Array(
      Type.Object(
        { clinician: Slug, name: Name, seconds: Count, secondsDeducted: Count, patients: Count },
        strict,
      ),
    ),
  },
  strict,
)
