import { Type } from 'typebox'
import { CodeLine, LineStatus } from '../live/lines.ts'
import { InstantMs, IsoMonth, Name, Slug, strict } from '../primitives.ts'

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

/**
 * Of each code for how many patients it has begun, is short and can still be met, and how many of them will meet it: the sum of their
 * chances, an estimate. Where no past month of a program is known there is none of its time. `pastMonths`: patient-months of either program
 * that it has learned from.
 */
export const CodeForecast = Type.Object(
  {
    at: InstantMs,
    pastMonths: Count,
    codes: Type.Array(
      Type.Object(
        { code: CodeLine.properties.code, patients: Count, expected: Type.Number({ minimum: 0 }) },
        strict,
      ),
    ),
  },
  strict,
)

const Found = Type.Object({ patient: Slug, name: Name }, strict)
const found = { found: Count, patients: Type.Array(Found, { maxItems: 100 }) }

/**
 * What an inspector would look at in a practice's month. `value` is the part of the patients looked at (`of`) that was found, and of
 * `ENROLMENT_SPIKE` the busiest week against the usual one; above `limit` it is conspicuous. `flags` are what a person should look at before
 * billing. Of the patients found, the first hundred are named. `failed`: who cannot be evaluated, and is in none of it.
 */
export const Audit = Type.Object(
  {
    patients: Count,
    failed: Count,
    measures: Type.Array(
      Type.Object(
        {
          measure: Type.Enum([
            'ENROLMENT_SPIKE',
            'NO_PRIOR_RELATIONSHIP',
            'SEVERAL_DEVICE_LINES',
            'DEVICE_WITHOUT_MANAGEMENT',
          ]),
          title: Type.String(),
          advice: Type.String(),
          value: Type.Number({ minimum: 0 }),
          limit: Type.Number({ minimum: 0 }),
          conspicuous: Type.Boolean(),
          of: Count,
          ...found,
        },
        strict,
      ),
    ),
    flags: Type.Array(Type.Object({ warning: Type.String(), text: Type.String(), ...found }, strict)),
  },
  strict,
)
