import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocked, type Touch, touchesOf } from '../../src/decide/locks.ts'
import { at, HOUR_MS, zone } from '../charts-fixture.ts'
import { fact, listed } from './decide-fixture.ts'

const TODAY = '2026-02-20'
const practice = 'riverside'
const patient = 'p-1'

type Lock = readonly [code: string, from: string, to: string]
/** Whether a change touches a patient who lives where it is a day later, and who has these lines locked. */
function touched(touches: readonly Touch[], ...locks: readonly Lock[]): boolean {
  const home = { name: 'Patient', zone: 'Pacific/Auckland', enrolledAt: 0 }
  return isLocked(
    {
      practice: {
        id: practice,
        zone,
        facts: listed(fact('practice.opened', { name: 'Riverside', zone })),
      },
      patient,
      today: TODAY,
      file: listed(fact('patient.enrolled', { patient, ...home })),
      claims: listed(
        ...locks.map(([code, from, to]) =>
          fact('claim.locked', {
            patient,
            code,
            from,
            to,
            units: 1,
            amountCents: 5_000,
            ruleSet: 'medicare-2026',
          }),
        ),
      ),
    },
    touches,
  )
}

const isRefused = (touches: readonly Touch[], ...locks: readonly Lock[]) =>
  assert.equal(touched(touches, ...locks), true)
const isTaken = (touches: readonly Touch[], ...locks: readonly Lock[]) =>
  assert.equal(touched(touches, ...locks), false)

const work = (from: number, until = from + HOUR_MS) =>
  touchesOf(
    fact('time.entered', {
      patient,
      clinician: 'ada',
      session: 'e-1',
      startedAt: from,
      until,
      program: 'RPM',
      category: 'data-review',
      reason: 'by hand',
    }),
  )

const overTheYear: Lock = ['99457', '2025-12-15', '2026-01-13']
for (const date of ['2025-12-15', '2025-12-20', '2026-01-02', '2026-01-13'])
  test(`time of ${date} lies under a line that is locked over the year's end`, () =>
    isRefused(work(at(date, '10:00')), overTheYear))

test('time before and after that line lies under none', () => {
  isTaken(work(at('2025-12-14', '10:00')), overTheYear)
  isTaken(work(at('2026-01-14', '10:00')), overTheYear)
})

test('time lies in the months of the practice, days where the patient is at home', () => {
  // The patient's first of February.
  const evening = at('2026-01-31', '20:00')
  isRefused(work(evening), ['99457', '2026-01-01', '2026-01-31'])
  isTaken(work(evening), ['99457', '2026-02-01', '2026-02-28'])
  const moved = touchesOf(fact('patient.moved', { patient, zone, from: evening }))
  isRefused(moved, ['99454', '2026-01-03', '2026-02-01'])
  isTaken(moved, ['99454', '2026-01-02', '2026-01-31'])
})

test('what is said of the file alters what lies after it, and nothing before', () => {
  const instant = at('2026-01-20')
  const of = { patient, episode: 'e-1' }
  for (const said of [
    fact('consent.recorded', { patient, consentedAt: instant, mode: 'verbal', takenBy: 'ada' }),
    fact('consent.withdrawn', { patient, withdrawnAt: instant }),
    fact('order.recorded', { patient, orderedAt: instant, practitioner: 'dr-lee' }),
    fact('episode.opened', { ...of, openedAt: instant }),
    fact('episode.closed', { ...of, closedAt: instant, reason: 'goals met' }),
    fact('episode.closed', { ...of, closedAt: at(TODAY), reason: 'death', died: '2026-01-20' }),
  ]) {
    isRefused(touchesOf(said), ['99457', '2026-01-01', '2026-01-31'])
    isRefused(touchesOf(said), ['99454', '2025-12-25', '2026-01-23'])
    isTaken(touchesOf(said), ['99457', '2025-12-01', '2025-12-31'], ['99454', '2025-12-18', '2026-01-16'])
  }
})

test('what is corrected was altered too: a beginning that is put off reaches back to the first', () => {
  const opened = (date: string) =>
    fact('episode.opened', { patient, episode: 'e-1', openedAt: at(date, '09:00') })
  const january: Lock = ['99457', '2026-01-01', '2026-01-31']
  isTaken(touchesOf(opened('2026-02-05')), january)
  isRefused(touchesOf(opened('2026-02-05'), opened('2026-01-10')), january)
})

test('minutes, conversations and visits alter no line that is billed with days alone, and a set-up none of time', () => {
  const instant = at('2026-01-20')
  const call = {
    patient,
    clinician: 'ada',
    interaction: 'i-1',
    startedAt: instant,
    endedAt: instant + 60_000,
  }
  const reached = (who: string) =>
    touchesOf(fact('interaction.recorded', { ...call, mode: 'phone', direction: 'inbound', reached: who }))
  const visit = fact('visit.recorded', { patient, visit: 'v-1', visitedAt: instant, practitioner: 'dr-lee' })
  const ofDays: Lock = ['99454', '2026-01-01', '2026-01-30']
  const ofTime: Lock = ['99457', '2026-01-01', '2026-01-31']
  for (const touches of [work(instant), reached('patient'), touchesOf(visit)]) {
    isTaken(touches, ofDays)
    isRefused(touches, ofTime)
  }
  isTaken(reached('nobody'), ofTime)
  const setUp = fact('set-up.done', { patient, episode: 'e-1', doneAt: instant, doneBy: 'ada' })
  isTaken(touchesOf(setUp), ofTime)
  isRefused(touchesOf(setUp), ofDays)
  // 99091 is billed with both.
  for (const touches of [work(instant), touchesOf(setUp)])
    isRefused(touches, ['99091', '2026-01-01', '2026-01-30'])
})

test('no one is asked about a line that is no longer watched', () =>
  isTaken([{ patient, start: 0 }], ['99457', '2020-01-01', '2020-01-31']))
