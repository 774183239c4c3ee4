import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedInPerson, signIn } from '@cufflink/testkit'
import { admit, at, chartOf, handClock, MINUTE_MS } from './charts-fixture.ts'
import { enrol, type RunningConsole, startConsoleOn, testPassword } from './console-fixture.ts'
import { type EmptiableEngines, openEmptiable } from './emptiable.ts'
import { openReader } from './live/live-reader.ts'

const NOW = at('2026-03-17')
const practice = 'riverside'
const params = { practice, patient: 'p-1' }
const month = '2026-03'
const since = at('2025-12-01')

let engines: EmptiableEngines
let console: RunningConsole
let ada: SignedInPerson
before(async () => {
  engines = await openEmptiable()
  console = await startConsoleOn(engines, { time: handClock(NOW) })
  await enrol(console, practice)
  await admit({ console, ...params, since })
  ada = await console.person(practice, 'ada')
  const from = NOW - 30 * MINUTE_MS
  const body = {
    program: 'RPM',
    category: 'data-review',
    from,
    until: from + 10 * MINUTE_MS,
    reason: 'x',
  } as const
  await ada.call('enterTime', { params, body })
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

describe('While the views are filled again from the ledger', () => {
  test('no one is told that a practice or a patient is not there', async () => {
    await engines.emptyViews()
    const [session, text, list] = await Promise.all([
      signIn(console.url, { user: 'ada', password: testPassword }).then((person) =>
        person.call('whoAmI', {}),
      ),
      ada.call('explainMonth', { params: { ...params, month } }),
      ada.call('clinicianDays', { params: { practice, user: 'ada', month } }),
    ])
    assert.equal(session.practice.name, `Practice ${practice}`)
    assert.match(text, /Patient p-1/)
    assert.ok(list.days.length <= 1)
  })

  test('the pages that come just then are served, and have the true tally soon', async () => {
    await engines.emptyViews()
    const readers = [
      openReader(ada, 'livePatient', { ...params, month }),
      openReader(ada, 'livePractice', { practice }),
      openReader(ada, 'liveMonth', { practice, month }),
    ]
    assert.equal(
      (await chartOf(ada, { ...params, month }, ({ tally }) => tally.seconds === 600)).tally.seconds,
      600,
    )
    const [, list] = readers
    await list!.until(
      (messages) => JSON.stringify(messages).includes('"seconds":600'),
      'the minutes in the list',
    )
    for (const { socket } of readers) assert.equal(socket.readyState, WebSocket.OPEN)
  })

  test('a correction overwrites nothing that they do not say yet', async () => {
    const said = { programs: ['RPM', 'CCM'] as ['RPM', 'CCM'], condition: 'hypertension', established: false }
    await ada.call('enrolPatient', { params, body: { name: 'One', zone: 'America/New_York', ...said } })
    await engines.emptyViews()
    await ada.call('enrolPatient', { params, body: { name: 'Two', zone: 'America/New_York' } })
    const { file, row } = await chartOf(ada, { ...params, month }, (chart) => chart.row.name === 'Two')
    const { enrolledAt, programs, condition, established } = file
    assert.deepEqual({ enrolledAt, programs, condition, established }, { enrolledAt: since, ...said })
    assert.equal(row.name, 'Two')
  })
})
