/** What a note of a category says, part by part: shown where nothing is written yet, never written by itself. */
export type NoteTemplate = {
  readonly dataReviewed: string
  readonly assessment: string
  readonly decision: string
  readonly nextStep: string
}

const usual: NoteTemplate = {
  dataReviewed: 'Which readings of which days, and how they compare with the weeks before',
  assessment: 'Stable, better or worse, against which goal, and what explains it',
  decision: 'What you decided, or what you taught the patient; “no change” with the reason is a decision',
  nextStep: 'Who does what next, and by when',
}

const own: Readonly<Record<string, Partial<NoteTemplate>>> = {
  'data-review': {
    dataReviewed: 'Range and average of the days reviewed, highest and lowest value, days without a reading',
    assessment: 'In range or not, the trend against the month before, whether the device was used rightly',
  },
  'trend-assessment': {
    dataReviewed: 'The readings that drew attention: date, value, what came before and after',
    assessment: 'Decline or improvement, how sure, symptoms asked for, what else changed',
    decision: 'Watch on, call, bring in, change the plan: which, and why',
  },
  'plan-change': {
    dataReviewed: 'The readings on which the change stands',
    assessment: 'Why the present plan does not do: goal, response, side effects, adherence',
    decision: 'Medication, dose and frequency, old → new; who ordered it; how the patient was told',
    nextStep: 'When to look whether it works, which readings would call for more',
  },
  conversation: {
    dataReviewed: 'The readings you spoke about',
    assessment: 'What the patient or caregiver said: symptoms, medication taken, obstacles',
    decision: 'What you agreed on, what you taught; that it was understood, in their words',
    nextStep: 'The next call, what the patient does until then, when to call at once',
  },
  education: {
    dataReviewed: 'The readings that gave the occasion',
    assessment: 'What the patient knew, and what was missing',
    decision: 'What was taught, how, with which material; teach-back done',
    nextStep: 'What to repeat or to check next time',
  },
  'care-coordination': {
    dataReviewed: 'The readings that were passed on',
    assessment: 'Why another clinician is needed',
    decision: 'Who you spoke with, what was agreed; referral, order or record sent',
    nextStep: 'Who owns the next step, and when you ask again',
  },
  documentation: {
    dataReviewed: 'The readings and calls that this note documents',
  },
}

export const templateOf = (category: string): NoteTemplate => ({ ...usual, ...own[category] })
