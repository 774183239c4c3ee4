import type { CategoryRule, CodeRule, CredentialRule, RuleSet, Settings } from './rule-set.ts'

const source = {
  y2026: 'CY2026 physician fee schedule final rule (secondary summaries)',
  y2025: 'CY2025 physician fee schedule final rule (secondary summaries)',
  checklist: 'Medicare contractor’s checklist for treatment management',
} as const

const settings2026: Settings = {
  setupMinDays: 2,
  setupApartDays: 30,
  deviceLowDays: 2,
  deviceHighDays: 16,
  periodDays: 30,
  anchor: 'first-reading',
  emptyPeriod: 'continue',
  graceDays: 5,
  timeLowS: 600,
  timeBaseS: 1200,
  timeStepS: 1200,
  stepCap: 3,
  stepFlag: 2,
  physicianS: 1800,
  interactiveMinS: 60,
  emDay: 'exclude-all',
  allow99091: false,
  idleS: 120,
  longSessionS: 3600,
  longStaffDayS: 36_000,
  batchDates: 3,
  uploadGapMinutes: 1,
  futureMinutes: 10,
  retentionYears: 10,
}

const standing: readonly CodeRule[] = [
  {
    code: '99453',
    program: 'RPM',
    role: 'setup',
    title: 'Set-up and patient education',
    source: source.y2026,
    evidence: 'X',
  },
  {
    code: '99454',
    program: 'RPM',
    role: 'device-high',
    title: 'Device supply, 16 to 30 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '99457',
    program: 'RPM',
    role: 'time-base',
    title: 'Treatment management, first 20 minutes',
    source: source.checklist,
    evidence: 'P',
  },
  {
    code: '99458',
    program: 'RPM',
    role: 'time-step',
    title: 'Treatment management, each further 20 minutes',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '99091',
    program: 'RPM',
    role: 'physician',
    title: 'Data review by a physician, 30 minutes',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98975',
    program: 'RTM',
    role: 'setup',
    title: 'RTM set-up and patient education',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98976',
    program: 'RTM',
    family: 'RTM-respiratory',
    role: 'device-high',
    title: 'RTM respiratory device, 16 to 30 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98977',
    program: 'RTM',
    family: 'RTM-musculoskeletal',
    role: 'device-high',
    title: 'RTM musculoskeletal device, 16 to 30 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98978',
    program: 'RTM',
    family: 'RTM-cbt',
    role: 'device-high',
    title: 'RTM cognitive behavioral therapy device, 16 to 30 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98980',
    program: 'RTM',
    role: 'time-base',
    title: 'RTM treatment management, first 20 minutes',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98981',
    program: 'RTM',
    role: 'time-step',
    title: 'RTM treatment management, each further 20 minutes',
    source: source.y2026,
    evidence: 'S',
  },
]

const new2026: readonly CodeRule[] = [
  {
    code: '99445',
    program: 'RPM',
    role: 'device-low',
    title: 'Device supply, 2 to 15 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '99470',
    program: 'RPM',
    role: 'time-low',
    title: 'Treatment management, first 10 minutes',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98984',
    program: 'RTM',
    family: 'RTM-respiratory',
    role: 'device-low',
    title: 'RTM respiratory device, 2 to 15 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98985',
    program: 'RTM',
    family: 'RTM-musculoskeletal',
    role: 'device-low',
    title: 'RTM musculoskeletal device, 2 to 15 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98986',
    program: 'RTM',
    family: 'RTM-cbt',
    role: 'device-low',
    title: 'RTM cognitive behavioral therapy device, 2 to 15 data-days',
    source: source.y2026,
    evidence: 'S',
  },
  {
    code: '98979',
    program: 'RTM',
    role: 'time-low',
    title: 'RTM treatment management, first 10 minutes',
    source: source.y2026,
    evidence: 'S',
  },
]

const categories: readonly CategoryRule[] = [
  { category: 'data-review', title: 'Review and analysis of transmitted data', counts: true, evidence: 'P' },
  { category: 'trend-assessment', title: 'Detecting decline or improvement', counts: true, evidence: 'P' },
  {
    category: 'plan-change',
    title: 'Medication or plan change based on the data',
    counts: true,
    evidence: 'P',
  },
  {
    category: 'conversation',
    title: 'Live conversation with patient or caregiver',
    counts: true,
    evidence: 'P',
  },
  { category: 'education', title: 'Education based on the data', counts: true, evidence: 'P' },
  {
    category: 'care-coordination',
    title: 'Care coordination and referral based on the data',
    counts: true,
    evidence: 'P',
  },
  { category: 'documentation', title: 'Documenting that work', counts: true, evidence: 'P' },
  { category: 'log-in', title: 'Logging in, waiting for pages', counts: false, evidence: 'P' },
  { category: 'appointments', title: 'Making appointments', counts: false, evidence: 'P' },
  { category: 'insurance', title: 'Insurance', counts: false, evidence: 'S' },
  { category: 'shipping', title: 'Shipping', counts: false, evidence: 'S' },
  {
    category: 'device-logistics',
    title: 'Device logistics without clinical content',
    counts: false,
    evidence: 'S',
  },
  { category: 'set-up', title: 'Set-up already paid by the set-up code', counts: false, evidence: 'S' },
  { category: 'supervision', title: 'Supervision', counts: false, evidence: 'S' },
  { category: 'training', title: 'Training', counts: false, evidence: 'S' },
  { category: 'voicemail', title: 'Voicemail', counts: false, evidence: 'S' },
  { category: 'unanswered-call', title: 'Unanswered dials', counts: false, evidence: 'S' },
  { category: 'idle', title: 'Idle screen', counts: false, evidence: 'D' },
  { category: 'billed-elsewhere', title: 'Time already billed elsewhere', counts: false, evidence: 'S' },
  { category: 'automated', title: 'Automated agents', counts: false, evidence: 'D' },
]

const credentials: readonly CredentialRule[] = [
  { credential: 'physician', title: 'Physician', qualified: true, counts: true },
  { credential: 'qhp', title: 'Other qualified health professional', qualified: true, counts: true },
  {
    credential: 'clinical-staff',
    title: 'Clinical staff: RN, LPN, MA where state law allows',
    qualified: false,
    counts: true,
  },
  { credential: 'non-clinical', title: 'Non-clinical staff', qualified: false, counts: false },
]

const rates2026 = [
  { code: '99453', cents: 2171 },
  { code: '99445', cents: 5211 },
  { code: '99454', cents: 5211 },
  { code: '99457', cents: 5177 },
  { code: '99458', cents: 4142 },
  { code: '99470', cents: 2605 },
]

const medicare2025: RuleSet = {
  id: 'medicare-2025',
  from: '2025-01-01',
  to: '2025-12-31',
  provisional: false,
  settings: { ...settings2026, setupMinDays: 16 },
  codes: standing.map((rule) => (rule.evidence === 'P' ? rule : { ...rule, source: source.y2025 })),
  categories,
  credentials,
  rates: [
    { code: '99453', cents: 1973 },
    { code: '99454', cents: 4302 },
    { code: '99457', cents: 4787 },
    { code: '99458', cents: 3849 },
  ],
  payers: [],
}

const medicare2026: RuleSet = {
  id: 'medicare-2026',
  from: '2026-01-01',
  to: '2026-12-31',
  provisional: false,
  settings: settings2026,
  codes: [...standing, ...new2026].toSorted((a, b) => (a.code < b.code ? -1 : 1)),
  categories,
  credentials,
  rates: rates2026,
  payers: [],
}

/** 2027 stands on the rules of 2026 until its final rule is known; every line it gives is flagged `PROVISIONAL_RULES`. */
const medicare2027: RuleSet = {
  ...medicare2026,
  id: 'medicare-2027',
  from: '2027-01-01',
  to: '2027-12-31',
  provisional: true,
}

/** Medicare, national, by service date. A new year is a new entry. */
export const medicare: readonly RuleSet[] = [medicare2025, medicare2026, medicare2027]
