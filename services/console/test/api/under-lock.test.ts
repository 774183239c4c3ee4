import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Practice } from '@cufflink/charts'
import type { Fact, FactOf } from '@cufflink/contracts'
import { requireUnlocked, type Touch, touchesOf } from '../../src/api/under-lock.ts'
import { at, HOUR_MS, handClock, zone } from '../charts-fixture.ts'

const TODAY = '2026-02-20'
const practice = 'riverside'
const patient = 'p-1'

const fact = <Type extends Fact['type']>(type: Type, data: FactOf<Type>['data']): FactOf<Type> =>
  ({ id: type, type, v: 1, tenant: practice, at: 0, by: 'user:ada', data }) as unknown as FactOf<Type>

type Lock = readonly [code: string, from: string, to: string]
/** Touches a patient who lives where it is a day later, and who has these lines locked. */
function touch(touches: readonly Touch[], ...locks: readonly Lock[]): Promise<void> {
  const home = { name: 'Patient', zone: 'Pacific/Auckland', enrolledAt: 0 }
  const commands = {
    clock: handClock(at(TODAY)).clock,
    practices: {
      get: async () =>
        ({
          zone,
          facts: [{ fact: fact('practice.opened', { name: 'Riverside', zone }), offset: 0 }],
        }) as unknown as Practice,
    },
    documents: {
      activity: async (
        _practice: string,
        _patient: string,
        { claims = [] }: { claims?: readonly string[] },
      ) => ({
        file: [{ fact: fact('patient.enrolled', { patient, ...home }), offset: 1 }],
        minutes: [],
        records: [],
        // As they are filed: by the year in which a line ends.
        claims: locks
          .filter(([, , to]) => claims.includes(to.slice(0, 4)))
          .map(([code, from, to], offset) => ({
            fact: fact('claim.locked', {
              patient,
              code,
              from,
              to,
              units: 1,
              amountCents: 5_000,
              ruleSet: 'medicare-2026',
            }),
            offset,
          })),
      }),
    },
  } as unknown as Parameters<typeof requireUnlocked>[0]
  return requireUnlocked(commands, { params: { practice }, acknowledgeLocked: false }, touches)
}

const isRefused = (touches: readonly Touch[], ...locks: readonly Lock[]) =>
  assert.rejects(touch(touches, ...locks), { code: 'TIME_LOCKED' })

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

test('time before and after that line lies under none', async () => {
  await touch(work(at('2025-12-14', '10:00')), overTheYear)
  await touch(work(at('2026-01-14', '10:00')), overTheYear)
})

test('time lies in the months of the practice, days where the patient is at home', async () => {
  // The patient's first of February.
  const evening = at('2026-01-31', '20:00')
  await isRefused(work(evening), ['99457', '2026-01-01', '2026-01-31'])
  await touch(work(evening), ['99457', '2026-02-01', '2026-02-28'])
  const moved = touchesOf(fact('patient.moved', { patient, zone, from: evening }))
  await isRefused(moved, ['99454', '2026-01-03', '2026-02-01'])
  await touch(moved, ['99454', '2026-01-02', '2026-01-31'])
})

test('what is said of the file alters what lies after it, and nothing before', async () => {
  const instant = at('2026-01-20')
  const of = { patient, episode: 'e-1' }
  for (const said of [
    fact('consent.recorded', { patient, consentedAt: instant, mode: 'verbal', takenBy: 'ada' } as never),
    fact('consent.withdrawn', { patient, withdrawnAt: instant }),
    fact('order.recorded', { patient, orderedAt: instant, practitioner: 'dr-lee' }),
    fact('episode.opened', { ...of, openedAt: instant }),
    fact('episode.closed', { ...of, closedAt: instant, reason: 'goals met' }),
    fact('episode.closed', { ...of, closedAt: at(TODAY), reason: 'death', died: '2026-01-20' }),
  ]) {
    await isRefused(touchesOf(said), ['99457', '2026-01-01', '2026-01-31'])
    await isRefused(touchesOf(said), ['99454', '2025-12-25', '2026-01-23'])
    await touch(touchesOf(said), ['99457', '2025-12-01', '2025-12-31'], ['99454', '2025-12-18', '2026-01-16'])
  }
})

test('what is corrected was altered too: a beginning that is put off reaches back to the first', async () => {
  const opened = (date: string) =>
    fact('episode.opened', { patient, episode: 'e-1', openedAt: at(date, '09:00') })
  const january: Lock = ['99457', '2026-01-01', '2026-01-31']
  await touch(touchesOf(opened('2026-02-05')), january)
  await isRefused(touchesOf(opened('2026-02-05'), opened('2026-01-10')), january)
})

test('minutes, conversations and visits alter no line that is billed with days alone, and a set-up none of time', async () => {
  const instant = at('2026-01-20')
  const call = {
    patient,
    clinician: 'ada',
    interaction: 'i-1',
    startedAt: instant,
    endedAt: instant + 60_000,
  }
  const reached = (who: string) =>
    touchesOf(
      fact('interaction.recorded', { ...call, mode: 'phone', direction: 'inbound', reached: who } as never),
    )
  const visit = fact('visit.recorded', { patient, visit: 'v-1', visitedAt: instant, practitioner: 'dr-lee' })
  const ofDays: Lock = ['99454', '2026-01-01', '2026-01-30']
  const ofTime: Lock = ['99457', '2026-01-01', '2026-01-31']
  for (const touches of [work(instant), reached('patient'), touchesOf(visit)]) {
    await touch(touches, ofDays)
    await isRefused(touches, ofTime)
  }
  await touch(reached('nobody'), ofTime)
  const setUp = fact('set-up.done', { patient, episode: 'e-1', doneAt: instant, doneBy: 'ada' })
  await touch(touchesOf(setUp), ofTime)
  await isRefused(touchesOf(setUp), ofDays)
  // 99091 is billed with both.
  for (const touches of [work(instant), touchesOf(setUp)])
    await isRefused(touches, ['99091', '2026-01-01', '2026-01-30'])
})

test('no one is asked about a line that is no longer watched', () =>
  touch([{ patient, start: 0 }], ['99457', '2020-01-01', '2020-01-31']))
