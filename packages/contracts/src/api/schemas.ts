import { type Static, type TSchema, Type } from 'typebox'
import { DeviceId, IsoMonth, Slug } from '../primitives.ts'
import * as billing from './billing.ts'
import * as chart from './chart.ts'
import * as dashboard from './dashboard.ts'
import type { OperationName, operations } from './operations.ts'
import * as practice from './practice.ts'
import * as session from './session.ts'
import * as work from './work.ts'

/** What may stand for each parameter of a path. */
export const paramSchemas = {
  practice: Slug,
  patient: Slug,
  device: DeviceId,
  user: Slug,
  episode: Slug,
  visit: Slug,
  session: Slug,
  interaction: Slug,
  note: Slug,
  month: IsoMonth,
  page: Type.String({ pattern: '^[1-9]\\d{0,5}$' }),
} as const

type OperationSchemas = { readonly body?: TSchema; readonly answer?: TSchema }

/** What each operation takes and gives. Without an answer it is 204; with a text it is plain text or JSON lines. */
export const operationSchemas = {
  signIn: { body: session.SignIn, answer: session.Session },
  whoAmI: { answer: session.Session },
  signOut: {},
  changePassword: { body: session.ChangePassword },
  listPractices: { answer: practice.PracticeList },
  openPractice: { body: practice.OpenPractice, answer: practice.ChangeEffects },
  configurePractice: { body: practice.ConfigurePractice },
  listUsers: { answer: practice.UserList },
  registerUser: { body: practice.RegisterUser },
  changeCredential: { body: practice.ChangeCredential, answer: practice.ChangeEffects },
  enrolPatient: { body: practice.EnrolPatient },
  movePatient: { body: chart.MovePatient },
  recordConsent: { body: chart.RecordConsent },
  withdrawConsent: { body: chart.WithdrawConsent },
  recordOrder: { body: chart.RecordOrder },
  openEpisode: { body: chart.OpenEpisode },
  recordSetUp: { body: chart.RecordSetUp },
  closeEpisode: { body: chart.CloseEpisode },
  recordVisit: { body: chart.RecordVisit, answer: chart.RecordedVisit },
  voidVisit: { body: chart.VoidVisit },
  registerDevice: { body: practice.RegisterDevice, answer: practice.DeviceSecret },
  assignDevice: { body: practice.AssignDevice },
  revokeDevice: {},
  dismissReadings: { body: practice.DismissReadings },
  enterTime: { body: work.EnterTime, answer: work.EnteredTime },
  amendTime: { body: work.AmendTime },
  voidTime: { body: work.VoidTime },
  decideEntry: { body: work.DecideEntry },
  recordInteraction: { body: work.RecordInteraction, answer: work.RecordedInteraction },
  voidInteraction: { body: work.VoidInteraction },
  writeNote: { body: work.WriteNote, answer: work.WrittenNote },
  amendNote: { body: work.AmendNote },
  explainMonth: { answer: billing.PlainText },
  clinicianDays: { answer: work.ClinicianDays },
  countPatients: { answer: dashboard.PatientCounts },
  clinicianMonths: { answer: dashboard.ClinicianMonths },
  forecastCodes: { answer: dashboard.CodeForecast },
  auditMonth: { answer: dashboard.Audit },
  listEntries: { answer: work.EntryList },
  closeMonth: { body: billing.CloseMonth, answer: billing.ClosingBegun },
  submitClaim: { body: billing.SubmitClaim },
  unlockClaim: { body: billing.UnlockClaim },
  listChanges: { answer: billing.ChangeList },
  queueVersions: { answer: billing.QueueVersions },
  decideHeld: { body: billing.DecideHeld },
  settleChange: { body: billing.SettleChange },
  exportEvidence: { answer: billing.PlainText },
  verifyEvidence: { answer: billing.Verification },
  livePractice: {},
  livePatient: {},
  liveWork: {},
  liveMonth: {},
  liveOps: {},
} as const satisfies Record<OperationName, OperationSchemas>

/** The parameters that stand behind colons in a path: `/api/practices/:practice` → `{ practice: string }`. */
type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [Key in Name]: string } & PathParams<Rest>
  : Path extends `${string}:${infer Name}`
    ? { readonly [Key in Name]: string }
    : unknown

export type ParamsOf<Name extends OperationName> = PathParams<(typeof operations)[Name]['path']>
export type BodyOf<Name extends OperationName> = (typeof operationSchemas)[Name] extends {
  body: infer Schema extends TSchema
}
  ? Static<Schema>
  : undefined
export type AnswerOf<Name extends OperationName> = (typeof operationSchemas)[Name] extends {
  answer: infer Schema extends TSchema
}
  ? Static<Schema>
  : void
