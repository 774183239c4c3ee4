import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Fact } from '@cufflink/contracts'

const script = fileURLToPath(new URL('../explain.ts', import.meta.url))
const at = (date: string, time = '12:00'): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime('America/New_York').epochMilliseconds
const base = { v: 1, tenant: 'riverside', by: 'user:nurse-ada' } as const
const patient = 'p-1'
const begin = at('2026-02-20')

const file: readonly Fact[] = [
  {
    ...base,
    id: '1',
    type: 'practice.opened',
    at: begin,
    data: { name: 'Riverside', zone: 'America/New_York' },
  },
  {
    ...base,
    v: 2,
    id: '2',
    type: 'patient.enrolled',
    at: begin,
    data: {
      patient,
      name: 'A',
      zone: 'America/New_York',
      enrolledAt: begin,
      programs: ['RPM'],
      established: true,
    },
  },
  {
    ...base,
    id: '3',
    type: 'consent.recorded',
    at: begin,
    data: { patient, consentedAt: begin, mode: 'verbal', takenBy: 'nurse-ada' },
  },
  {
    ...base,
    id: '4',
    type: 'order.recorded',
    at: begin,
    data: { patient, orderedAt: begin, practitioner: 'dr-lee' },
  },
  {
    ...base,
    id: '5',
    type: 'episode.opened',
    at: begin,
    data: { patient, episode: 'e-1', openedAt: begin, setUpAt: begin },
  },
  {
    ...base,
    id: '6',
    type: 'device.registered',
    at: begin,
    data: {
      device: 'cuff-1',
      model: 'native',
      secretDigest: '0'.repeat(64),
      status: 'active',
      assignments: [{ patient, from: begin }],
    },
  },
]
const readings: readonly Fact[] = ['2026-03-01', '2026-03-02', '2026-03-03'].map((date) => ({
  ...base,
  id: `reading-${date}`,
  type: 'reading.recorded',
  at: at(date),
  data: {
    patient,
    reading: {
      device: 'cuff-1',
      measuredAt: at(date),
      gatewayReceivedAt: at(date),
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
}))
const work: readonly Fact[] = [
  {
    ...base,
    id: 'work',
    type: 'time.entered',
    at: at('2026-03-10', '10:20'),
    data: {
      patient,
      clinician: 'nurse-ada',
      session: 's-1',
      startedAt: at('2026-03-10', '10:00'),
      until: at('2026-03-10', '10:20'),
      program: 'RPM',
      category: 'data-review',
      reason: 'the timer was off',
    },
  },
  {
    ...base,
    id: 'call',
    type: 'interaction.recorded',
    at: at('2026-03-10', '10:20'),
    data: {
      patient,
      clinician: 'nurse-ada',
      interaction: 'i-1',
      startedAt: at('2026-03-10', '10:00'),
      endedAt: at('2026-03-10', '10:05'),
      mode: 'phone',
      direction: 'outbound',
      reached: 'patient',
    },
  },
]

type Said = { readonly code: number; readonly out: string; readonly err: string }
const run = (args: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })

async function explained(lines: readonly string[], more: readonly string[]): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), 'cufflink-explain-'))
  try {
    const path = join(folder, 'ledger.jsonl')
    writeFileSync(path, lines.join('\n'))
    return await run(['--facts', path, '--tenant', 'riverside', '--patient', patient, ...more])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const lines = [...file, ...readings, ...work].map((fact) => JSON.stringify(fact))
const march = ['--month', '2026-03', '--staff', 'nurse-ada=clinical-staff,dr-lee=physician']

describe('explain', () => {
  test('says from a file of facts why each code stands where it stands', async () => {
    const { code, out } = await explained([...lines, ''], [...march, '--as-of', '2026-03-20T12:00:00Z'])
    assert.equal(code, 0)
    for (const expected of [
      'Patient p-1, month 2026-03. As known at 2026-03-20T12:00:00.000Z.',
      '30-day period 1: 2026-03-01 to 2026-03-30, dates in America/New_York',
      '99445  SUPPORTED',
      'Missing: 13 more data-days. 11 days are left: out of reach',
      '99457  SUPPORTED',
      'Counted: 2026-03-10 20 min, data-review, nurse-ada (clinical-staff)',
    ])
      assert.ok(out.includes(expected), `${expected}\n---\n${out}`)
  })

  test('knows what was known at an instant, and the credentials of accounts', async () => {
    const account: Fact = {
      ...base,
      id: 'account',
      type: 'user.registered',
      at: begin,
      data: {
        user: 'nurse-ada',
        name: 'Ada',
        roles: ['clinician'],
        credential: 'clinical-staff',
        status: 'active',
        passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
      },
    }
    const early = ['--month', '2026-03', '--as-of', '2026-03-10T13:00:00Z']
    assert.ok(!(await explained(lines, early)).out.includes('Counted: 2026-03-10'))
    const later = ['--month', '2026-03', '--as-of', '2026-03-20T12:00:00Z']
    assert.ok((await explained(lines, later)).out.includes('CREDENTIAL_NEVER_COUNTS'))
    const known = await explained([JSON.stringify(account), ...lines], later)
    assert.ok(known.out.includes('nurse-ada (clinical-staff)'), known.out)
  })

  test('takes all that is in the file when asked about now, also what was written while the clock was ahead', async () => {
    const ahead = { at: Date.UTC(2090, 0, 1) }
    const written = [...file, ...readings, ...work].map((fact) => {
      if (fact.type !== 'reading.recorded') return { ...fact, ...ahead }
      const reading = { ...fact.data.reading, gatewayReceivedAt: ahead.at }
      return { ...fact, ...ahead, data: { ...fact.data, reading } }
    })
    const aheadLines = written.map((fact) => JSON.stringify(fact))
    const expected = ['Dates: 2026-03-01 2026-03-02 2026-03-03', 'Counted: 2026-03-10 20 min, data-review']
    const now = await explained(aheadLines, march)
    for (const text of expected) assert.ok(now.out.includes(text), `${text}\n---\n${now.out}`)
    const then = await explained(aheadLines, [...march, '--as-of', '2026-03-20T12:00:00Z'])
    for (const text of expected) assert.ok(!then.out.includes(text), `${text}\n---\n${then.out}`)
  })

  test('asks for a month of the calendar, and shows how it is used', async () => {
    for (const month of ['2026-13', '2026-00', '2026-3', '1969-12', 'March']) {
      const { code, err } = await explained(lines, ['--month', month])
      assert.equal(code, 1, month)
      assert.match(err, /^Usage: npm run explain/)
    }
    const help = await run(['--help'])
    assert.deepEqual([help.code, help.err.startsWith('Usage:')], [0, true])
  })

  test('says which line it cannot read, and what an instant is', async () => {
    const broken = await explained([...lines.slice(0, 2), '{"id":"x"}'], march)
    assert.deepEqual([broken.code, /^Line 3 of .*ledger\.jsonl is no fact/.test(broken.err)], [1, true])
    const when = await explained(lines, [...march, '--as-of', 'yesterday'])
    assert.deepEqual([when.code, when.err.startsWith('--as-of must be an instant')], [1, true])
  })
})
