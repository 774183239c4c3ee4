import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, test } from 'node:test'
import { type ChainRow, type ChainSeal, verifyChain } from '@cufflink/billing'
import type { Fact, FactOf, MonthMessage } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import { signUp, waitFor } from '@cufflink/testkit'
import { startConsoleSystem } from './console-systems.ts'

const PRACTICE = 'riverside'
const ZONE = 'America/New_York'
/** Four times as many as a console closes at once, or as `MONTH_CLOSE_PATIENTS` says: 5,000 in the nightly run. */
const PATIENTS = Number(process.env['MONTH_CLOSE_PATIENTS'] ?? 200)
const CLINICIANS = 20
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const READING_DAYS = 16
/** 99453, 99454 and 99457 of each patient. */
const LINES = 3 * PATIENTS
/** It grows with the patients. */
const WITHIN_MS = 300_000

/** The latest month that has ended with its days of grace, and its first instant. */
const month = Temporal.Now.plainDateISO(ZONE).subtract({ days: 40 }).toPlainYearMonth()
const first = month.toPlainDate({ day: 1 }).toZonedDateTime(ZONE).epochMilliseconds

/** A patient's month: set up, sixteen mornings measured, 25 minutes of work, a conversation, a note. */
function factsOf(n: number): readonly Fact[] {
  const patient = `p-${n}`
  const clinician = `nurse-${n % CLINICIANS}`
  const device = `cuff-${n}`
  const before = first - DAY_MS
  const envelope = { v: 1, tenant: PRACTICE, at: before, by: 'service:tests' } as const
  const of = (name: string): string => `${name}-${n}`
  const work = first + 2 * DAY_MS + Math.floor(n / CLINICIANS) * 30 * MINUTE_MS
  const written = { ...envelope, at: work + 25 * MINUTE_MS, by: `user:${clinician}` } as const
  const readings = Array.from({ length: READING_DAYS }, (_, day): FactOf<'reading.recorded'> => {
    const measuredAt = first + day * DAY_MS + 12 * 60 * MINUTE_MS + n * 10
    return {
      ...envelope,
      id: `r-${n}-${day}`,
      type: 'reading.recorded',
      at: measuredAt + 2_000,
      by: `device:${device}`,
      data: {
        patient,
        reading: {
          device,
          measuredAt,
          gatewayReceivedAt: measuredAt + 2_000,
          clockQuality: 'synced',
          measurement: { kind: 'blood-pressure', systolicMmHg: 128, diastolicMmHg: 82 },
        },
      },
    }
  })
  return [
    {
      ...envelope,
      v: 2,
      id: of('enrol'),
      type: 'patient.enrolled',
      data: {
        patient,
        name: `Patient ${n}`,
        zone: ZONE,
        enrolledAt: before,
        programs: ['RPM'],
        established: true,
      },
    },
    {
      ...envelope,
      v: 2,
      id: of('consent'),
      type: 'consent.recorded',
      data: { patient, consentedAt: before, mode: 'verbal', takenBy: clinician, costShareExplained: true },
    },
    {
      ...envelope,
      v: 2,
      id: of('order'),
      type: 'order.recorded',
      data: {
        patient,
        orderedAt: before,
        practitioner: 'dr-lee',
        diagnosis: 'I10',
        kind: 'blood-pressure',
        readingsPerWeek: 7,
      },
    },
    {
      ...envelope,
      id: of('open'),
      type: 'episode.opened',
      data: { patient, episode: 'e-1', openedAt: before, setUpAt: before },
    },
    {
      ...envelope,
      id: of('device'),
      type: 'device.registered',
      data: {
        device,
        model: 'BPM',
        secretDigest: '0'.repeat(64),
        status: 'active',
        assignments: [{ patient, from: before }],
      },
    },
    ...readings,
    {
      ...written,
      id: of('time'),
      type: 'time.entered',
      data: {
        patient,
        clinician,
        session: of('e'),
        startedAt: work,
        until: work + 25 * MINUTE_MS,
        program: 'RPM',
        category: 'data-review',
        reason: 'invented',
      },
    },
    {
      ...written,
      v: 2,
      id: of('call'),
      type: 'interaction.recorded',
      data: {
        patient,
        clinician,
        interaction: of('i'),
        startedAt: work,
        endedAt: work + 5 * MINUTE_MS,
        mode: 'phone',
        direction: 'outbound',
        reached: 'patient',
        outcome: 'talked',
      },
    },
    {
      ...written,
      id: of('note'),
      type: 'note.written',
      data: {
        patient,
        clinician,
        note: of('n'),
        notedAt: work + 25 * MINUTE_MS,
        category: 'data-review',
        readings: [{ device, measuredAt: first + 12 * 60 * MINUTE_MS, offset: 0 }],
        dataReviewed: 'Invented.',
        assessment: 'Invented.',
        decision: 'Invented.',
        nextStep: 'Invented.',
      },
    },
  ]
}

async function register(ledger: Ledger): Promise<void> {
  const envelope = { v: 1, tenant: PRACTICE, at: first - DAY_MS, by: 'service:tests' } as const
  await ledger.append({
    ...envelope,
    id: 'open',
    type: 'practice.opened',
    data: { name: 'Riverside', zone: ZONE },
  })
  for (let n = 0; n < CLINICIANS; n += 1) {
    const data = {
      user: `nurse-${n}`,
      name: `Nurse ${n}`,
      roles: ['clinician' as const],
      credential: 'clinical-staff',
      status: 'active' as const,
      passwordHash: '$argon2id$nobody',
    }
    await ledger.append({ ...envelope, id: `nurse-${n}`, type: 'user.registered', data })
  }
  for (let from = 0; from < PATIENTS; from += 100) {
    const part = Array.from({ length: 100 }, (_, index) => factsOf(from + index)).flat()
    await Promise.all(part.map((fact) => ledger.append(fact)))
  }
}

const sha256 = (text: string): string => hash('sha256', text, 'hex')

for (const set of ['embedded', 'distributed'] as const) {
  describe(`Closing a month of ${PATIENTS} patients, ${set}`, () => {
    test('shows its progress, locks what is ready, and its evidence shows every change (P18)', async (t) => {
      await using system = await startConsoleSystem(set, register)
      const { consoleUrl, evaluated: rested } = system
      // A change that the page hears of while it is evaluated begins another round of progress.
      await rested(WITHIN_MS)
      const biller = await signUp({ consoleUrl, practice: PRACTICE, roles: ['biller'] })
      const params = { practice: PRACTICE, month: month.toString() }

      const standings = new Map<string, string>()
      const progress: number[] = []
      let ended: Extract<MonthMessage, { type: 'month.closing-ended' }> | undefined
      const socket = biller.socket('liveMonth', params)
      using _ = { [Symbol.dispose]: () => socket.close() }
      socket.addEventListener('message', ({ data }) => {
        const message = JSON.parse(String(data)) as MonthMessage
        if (message.type === 'month.progress') progress.push(message.done / message.of)
        if (message.type === 'month.closing-ended') ended = message
        if (message.type !== 'month.lines') return
        for (const { patient, line, standing } of message.lines)
          standings.set(`${patient} ${line.code}`, standing)
      })
      const all = (standing: string): boolean =>
        [...standings.values()].filter((each) => each === standing).length === LINES
      const since = performance.now()
      await waitFor(() => all('ready') && progress.at(-1) === 1, {
        withinMs: WITHIN_MS,
        what: 'every line to be ready',
      })
      const evaluated = performance.now() - since
      // On a busy machine steps in between may be left out.
      assert.ok(progress.length > 1, progress.join(' '))
      assert.deepEqual(
        progress,
        progress.toSorted((a, b) => a - b),
      )

      const begun = performance.now()
      await biller.call('closeMonth', { params, body: {} })
      await waitFor(() => ended, { withinMs: WITHIN_MS, what: 'the closing to end' })
      const closed = performance.now() - begun
      assert.deepEqual([ended?.locked, ended?.code], [LINES, undefined])
      await waitFor(() => all('locked'), {
        withinMs: WITHIN_MS,
        what: 'every line to be shown locked',
      })
      t.diagnostic(
        `${PATIENTS} patients evaluated in ${(evaluated / 1000).toFixed(1)} s, ${LINES} lines locked in ${(closed / 1000).toFixed(1)} s`,
      )

      const verified = await biller.call('verifyEvidence', { params: { practice: PRACTICE } })
      assert.deepEqual(verified, { closings: 1, lines: LINES, faults: [] })
      const exported = await biller.call('exportEvidence', { params: { practice: PRACTICE } })
      const lines = exported.trimEnd().split('\n')
      assert.equal(lines.length, LINES + 1)
      const faultsOf = (texts: readonly string[]) => {
        const parsed = texts.map((text) => JSON.parse(text) as { type: string })
        const rows = parsed.filter(({ type }) => type === 'claim.locked') as unknown as ChainRow[]
        const seals = parsed.filter(({ type }) => type === 'month.closed') as unknown as ChainSeal[]
        return verifyChain(rows, seals, sha256).map(({ fault }) => fault)
      }
      assert.deepEqual(faultsOf(lines), [])
      const at = Math.floor(LINES / 2)
      const line = lines[at]!
      const digit = line.search(/\d(?=[^"]*"first")/)
      const changed = line.slice(0, digit) + ((Number(line[digit]) + 1) % 10) + line.slice(digit + 1)
      assert.deepEqual(faultsOf(lines.with(at, changed)), ['changed'])
      assert.deepEqual(faultsOf(lines.toSpliced(at, 1)), ['missing'])
      assert.deepEqual(faultsOf(lines.with(at, lines[at + 1]!).with(at + 1, line)), ['out-of-order'])
      assert.deepEqual(faultsOf(lines.toSpliced(LINES - 1, 1)), ['missing'])
    })
  })
}
