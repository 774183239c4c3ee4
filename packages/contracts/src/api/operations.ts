import type { Role } from '../people.ts'

/** Who may: anyone, anyone who is signed in, or the roles named. `operator` is the holder of the machine's operator key. */
export type Access = 'anybody' | 'signed-in' | readonly (Role | 'operator')[]

export type Operation = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Parameters stand behind colons. With `:practice` in it, it belongs to that practice and to no one else's people. */
  readonly path: string
  readonly access: Access
  /** For people: what it does. */
  readonly does: string
  readonly socket?: true
  /** The status of an answer with a body; 200 unless told. */
  readonly status?: number
}

const care = ['clinician', 'biller', 'administrator'] as const
const work = ['clinician'] as const
const enrol = ['clinician', 'administrator', 'operator'] as const
const bill = ['biller', 'administrator'] as const
const administer = ['administrator', 'operator'] as const
const operate = ['ops', 'administrator', 'operator'] as const
const practice = '/api/practices/:practice'
const patient = `${practice}/patients/:patient` as const

/**
 * Everything the console answers to: routes, documentation, the typed client and the test of who may what are made from this
 * table. It holds no schema, so that a page can carry it; those are in `schemas.ts`, by the same names.
 */
export const operations = {
  signIn: {
    method: 'POST',
    path: '/api/session',
    access: 'anybody',
    does: 'Signs in; the answer sets the cookie.',
  },
  whoAmI: { method: 'GET', path: '/api/session', access: 'signed-in', does: 'Who is signed in.' },
  signOut: {
    method: 'DELETE',
    path: '/api/session',
    access: 'signed-in',
    does: 'Ends every session of the person, on every device, and stops their timer.',
  },
  changePassword: {
    method: 'PUT',
    path: '/api/session/password',
    access: 'signed-in',
    does: 'Changes one’s own password and ends all other sessions.',
  },
  listPractices: {
    method: 'GET',
    path: '/api/practices',
    access: [...care, 'ops', 'operator'],
    does: 'The practices one may see: one’s own; all of them with the operator key.',
  },
  openPractice: {
    method: 'PUT',
    path: practice,
    access: administer,
    does: 'Opens a practice, or corrects its name or zone; what is not said stays. Of another zone it says first which locked lines that would change.',
  },
  configurePractice: {
    method: 'PUT',
    path: `${practice}/settings`,
    access: administer,
    does: 'How timers start, how far back time may be entered, whether someone must approve it; what is not said stays.',
  },
  listUsers: {
    method: 'GET',
    path: `${practice}/users`,
    access: administer,
    does: 'The people of a practice.',
  },
  registerUser: {
    method: 'PUT',
    path: `${practice}/users/:user`,
    access: administer,
    does: 'Adds a person, or changes name, roles, credential (from now on), status or password.',
  },
  changeCredential: {
    method: 'POST',
    path: `${practice}/users/:user/credential`,
    access: administer,
    does: 'Gives a person another credential from an instant on; for the past it says first what that would change.',
  },
  enrolPatient: {
    method: 'PUT',
    path: patient,
    access: enrol,
    does: 'Enrols a patient, or corrects what was said of them; what is not said stays.',
  },
  movePatient: {
    method: 'POST',
    path: `${patient}/moves`,
    access: enrol,
    does: 'The patient’s home zone from an instant on.',
  },
  recordConsent: { method: 'POST', path: `${patient}/consents`, access: enrol, does: 'The patient agreed.' },
  withdrawConsent: {
    method: 'POST',
    path: `${patient}/consents/withdrawals`,
    access: enrol,
    does: 'The patient agrees no longer.',
  },
  recordOrder: {
    method: 'POST',
    path: `${patient}/orders`,
    access: enrol,
    does: 'A practitioner ordered it.',
  },
  openEpisode: {
    method: 'PUT',
    path: `${patient}/episodes/:episode`,
    access: enrol,
    does: 'An episode of care began.',
  },
  recordSetUp: {
    method: 'POST',
    path: `${patient}/episodes/:episode/set-up`,
    access: enrol,
    does: 'The patient was set up and educated.',
  },
  closeEpisode: {
    method: 'POST',
    path: `${patient}/episodes/:episode/closure`,
    access: enrol,
    does: 'The episode of care ended.',
  },
  recordVisit: {
    method: 'POST',
    path: `${patient}/visits`,
    access: [...work, ...bill],
    does: 'An E/M visit is billed: the time of its date does not count.',
  },
  voidVisit: {
    method: 'POST',
    path: `${patient}/visits/:visit/void`,
    access: [...work, ...bill],
    does: 'That visit is not billed after all.',
  },
  registerDevice: {
    method: 'POST',
    path: `${practice}/devices`,
    access: enrol,
    does: 'Registers a device; the answer holds its secret, once.',
    status: 201,
  },
  assignDevice: {
    method: 'PUT',
    path: `${practice}/devices/:device/patient`,
    access: enrol,
    does: 'Gives the device to a patient from an instant on. Refused while another has it, in `conflicts`, unless `move` is true: then its readings since that instant are moved too.',
  },
  revokeDevice: {
    method: 'DELETE',
    path: `${practice}/devices/:device`,
    access: enrol,
    does: 'Revokes the device; its connections are closed.',
  },
  dismissReadings: {
    method: 'POST',
    path: `${practice}/devices/:device/readings/dismissal`,
    access: operate,
    does: 'The readings of the device that wait for a patient are no patient’s. They stay on the ledger, and follow an assignment that covers them.',
  },
  enterTime: {
    method: 'POST',
    path: `${patient}/time`,
    access: work,
    does: 'Writes down one’s own time by hand. Refused over other time of one’s own, with that time in `conflicts`.',
  },
  amendTime: {
    method: 'PUT',
    path: `${patient}/time/:session`,
    access: [...work, 'administrator'],
    does: 'Corrects a stretch of time; what it was stays on the ledger.',
  },
  voidTime: {
    method: 'POST',
    path: `${patient}/time/:session/void`,
    access: [...work, 'administrator'],
    does: 'A stretch of time that does not count; it stays on the ledger.',
  },
  decideEntry: {
    method: 'POST',
    path: `${patient}/time/:session/decision`,
    access: ['administrator'],
    does: 'Approves or declines time that another entered by hand.',
  },
  recordInteraction: {
    method: 'POST',
    path: `${patient}/interactions`,
    access: work,
    does: 'A conversation, or the attempt of one.',
  },
  voidInteraction: {
    method: 'POST',
    path: `${patient}/interactions/:interaction/void`,
    access: [...work, 'administrator'],
    does: 'A conversation that does not count; it stays on the ledger.',
  },
  writeNote: { method: 'POST', path: `${patient}/notes`, access: work, does: 'A clinical note.' },
  amendNote: {
    method: 'PUT',
    path: `${patient}/notes/:note`,
    access: work,
    does: 'The note reads like this from now on; what it was stays on the ledger.',
  },
  explainMonth: {
    method: 'GET',
    path: `${patient}/months/:month/explanation`,
    access: care,
    does: 'Why each code stands where it stands, as text.',
  },
  clinicianDays: {
    method: 'GET',
    path: `${practice}/clinicians/:user/months/:month`,
    access: care,
    does: 'A clinician’s time by date, over all patients.',
  },
  countPatients: {
    method: 'GET',
    path: `${practice}/counts`,
    access: [...bill, 'operator'],
    does: 'How many patients are in each state now, and of each code in each status.',
  },
  clinicianMonths: {
    method: 'GET',
    path: `${practice}/months/:month/clinicians`,
    access: [...bill, 'operator'],
    does: 'The time of each clinician in a month, over all patients.',
  },
  forecastCodes: {
    method: 'GET',
    path: `${practice}/forecast`,
    access: bill,
    does: 'An estimate of how many patients will still reach each code that is short for them, at most five minutes old. Who may reach a code or the higher one in its place (99445 and 99454, 99470 and 99457) counts for both.',
  },
  auditMonth: {
    method: 'GET',
    path: `${practice}/months/:month/audit`,
    access: bill,
    does: 'What an inspector would look at in a month: measures over all patients, who is behind each, and what to do. It evaluates every patient, one practice after another.',
  },
  listEntries: {
    method: 'GET',
    path: `${practice}/entries/:page`,
    access: ['administrator'],
    does: 'Time by hand that waits for approval, a page of 100, the oldest first; pages begin with 1.',
  },
  closeMonth: {
    method: 'POST',
    path: `${practice}/months/:month/closings`,
    access: bill,
    does: 'Locks lines that are ready, with their evidence. Answers when it has begun; the month’s socket tells how it goes.',
    status: 202,
  },
  submitClaim: {
    method: 'POST',
    path: `${patient}/claims/submission`,
    access: bill,
    does: 'The locked line went to the payer.',
  },
  unlockClaim: {
    method: 'POST',
    path: `${patient}/claims/unlocking`,
    access: bill,
    does: 'The line is open again; its lock and evidence stay on the ledger. One that was submitted needs `submitted: true`.',
  },
  decideHeld: {
    method: 'POST',
    path: `${patient}/claims/decision`,
    access: bill,
    does: 'Releases units that are held for review, dismisses them, or takes the decisions back.',
  },
  listChanges: {
    method: 'GET',
    path: `${practice}/changes/:page`,
    access: bill,
    does: 'Locked lines that what is known now no longer supports, a page of 100, those that were found first before others; pages begin with 1.',
  },
  queueVersions: {
    method: 'GET',
    path: `${practice}/queues`,
    access: bill,
    does: 'Whether what waits for a person is still what a page was given: two texts, each another when something of its list changed.',
  },
  settleChange: {
    method: 'POST',
    path: `${patient}/claims/settlement`,
    access: bill,
    does: 'What becomes of a line that changed after it was locked.',
  },
  exportEvidence: {
    method: 'GET',
    path: `${practice}/evidence`,
    access: bill,
    does: 'Every locked line with its evidence and chain, and every seal, one JSON object per line.',
  },
  verifyEvidence: {
    method: 'GET',
    path: `${practice}/evidence/verification`,
    access: bill,
    does: 'Whether the chain of evidence is whole, and where it is not.',
  },
  livePractice: {
    method: 'GET',
    path: '/live/practices/:practice',
    access: care,
    does: 'The list of patients: a window of it, then what changes there.',
    socket: true,
  },
  livePatient: {
    method: 'GET',
    path: '/live/practices/:practice/patients/:patient/months/:month',
    access: care,
    does: 'One patient’s chart in one month, again with each change.',
    socket: true,
  },
  liveWork: {
    method: 'GET',
    path: '/live/practices/:practice/work',
    access: work,
    does: 'One’s own timer: start, proof of presence, stop; what became of it.',
    socket: true,
  },
  liveMonth: {
    method: 'GET',
    path: '/live/practices/:practice/months/:month',
    access: bill,
    does: 'Every line of a month with where it stands, and how a closing goes.',
    socket: true,
  },
  liveOps: {
    method: 'GET',
    path: '/live/ops',
    access: ['ops', 'administrator'],
    does: 'Throughput, lag and refusals, once a second. No patient is in it.',
    socket: true,
  },
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
