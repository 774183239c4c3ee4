import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Access, type Operation, type OperationName, operations } from '@cufflink/contracts'
import { pathOf } from '@cufflink/contracts/client'
import { type SignedInPerson, testOperatorKey, waitFor } from '@cufflink/testkit'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { physicianOf } from '../charts-fixture.ts'
import { type Engines, enrol, openEngines, type RunningConsole, startConsoleOn } from '../console-fixture.ts'
import { openReader, upgrade } from '../live/live-reader.ts'

const names = Object.keys(operations) as OperationName[]
const refusals = ['SIGN_IN_NEEDED', 'ROLE_MISSING', 'PRACTICE_NOT_YOURS']
const MONTH = new Date().toISOString().slice(0, 7)

let engines: Engines
let console: RunningConsole
const routes: { readonly method: string; readonly url: string }[] = []

/** Sees every route of the console's server as it is made. */
const listen = (message: unknown): void => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
    for (const each of [method].flat()) routes.push({ method: each, url })
  })
}

/** What belongs to practice A: every name and id of it has this word in it. */
const word = 'quokka'
const A = {
  practice: word,
  patient: `${word}-p1`,
  user: `${word}-ada`,
  device: `${word}-cuff`,
  episode: `${word}-e1`,
  month: MONTH,
  session: '',
  visit: '',
  interaction: '',
  note: '',
}
let startedAt = 0

before(async () => {
  engines = await openEngines()
  subscribe('fastify.initialization', listen)
  console = await startConsoleOn(engines)
  unsubscribe('fastify.initialization', listen)
  await enrol(console, A.practice, A.patient)
  await enrol(console, 'lakeside', 'lake-p1')
  await fill()
})
after(async () => {
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

/** Gives practice A one of everything. */
async function fill(): Promise<void> {
  const { operator } = console
  const params = { practice: A.practice, patient: A.patient }
  const ada = await console.person(A.practice, A.user)
  await operator.call('recordConsent', {
    params,
    body: { mode: 'verbal', takenBy: A.user, costShareExplained: true },
  })
  await operator.call('openEpisode', { params: { ...params, episode: A.episode }, body: {} })
  await operator.call('registerDevice', {
    params,
    body: { device: A.device, model: `${word} BPM`, patient: A.patient },
  })
  const now = Date.now()
  const texts = { dataReviewed: word, assessment: word, decision: word, nextStep: word }
  const kind = { program: 'RPM', category: 'data-review' } as const
  startedAt = now - 600_000
  const entered = await ada.call('enterTime', {
    params,
    body: { ...kind, from: startedAt, until: startedAt + 60_000, reason: word },
  })
  const talked = await ada.call('recordInteraction', {
    params,
    body: {
      startedAt,
      endedAt: startedAt + 60_000,
      mode: 'phone',
      direction: 'outbound',
      reached: 'patient',
      outcome: 'talked',
    },
  })
  const noted = await ada.call('writeNote', {
    params,
    body: { notedAt: startedAt, category: 'data-review', readings: [], ...texts },
  })
  const visited = await ada.call('recordVisit', {
    params,
    body: { visitedAt: startedAt, practitioner: await physicianOf(operator, A.practice) },
  })
  Object.assign(A, {
    session: entered.session,
    interaction: talked.interaction,
    note: noted.note,
    visit: visited.visit,
  })
}

/** What each command would say of what is practice A's. */
const bodies = (): Partial<Record<OperationName, object>> => {
  const line = { code: '99457', from: `${MONTH}-01`, to: `${MONTH}-28` }
  const kind = { program: 'RPM', category: 'data-review' }
  const stretch = { ...kind, from: startedAt, until: startedAt + 1_000 }
  const named = { startedAt, clinician: A.user, version: 0, reason: 'x' }
  const noted = {
    category: 'data-review',
    readings: [],
    dataReviewed: '',
    assessment: '',
    decision: '',
    nextStep: '',
  }
  const zone = 'America/Chicago'
  const settings = { timerStart: 'automatic', startDelayS: 0, entryBackDays: 31, approveEntries: false }
  return {
    signIn: { user: A.user, password: 'guess' },
    changePassword: { current: 'guess', next: 'guess guess guess' },
    openPractice: { name: 'Practice', zone },
    configurePractice: settings,
    registerUser: { name: 'Taken', roles: ['clinician'], password: 'taken taken taken' },
    changeCredential: { credential: 'physician', reason: 'x' },
    enrolPatient: { name: 'Patient', zone },
    movePatient: { zone },
    recordConsent: { mode: 'verbal', takenBy: 'x', costShareExplained: true },
    withdrawConsent: {},
    recordOrder: { practitioner: 'x', diagnosis: 'I10', kind: 'blood-pressure', readingsPerWeek: 7 },
    openEpisode: {},
    recordSetUp: { doneBy: 'x' },
    closeEpisode: { reason: 'x' },
    recordVisit: { visitedAt: startedAt, practitioner: 'x' },
    voidVisit: { reason: 'x' },
    registerDevice: { device: A.device, model: 'x', patient: A.patient },
    assignDevice: { patient: A.patient },
    dismissReadings: { reason: 'x' },
    enterTime: { ...stretch, reason: 'x' },
    amendTime: { ...named, ...stretch },
    voidTime: named,
    decideEntry: { startedAt, decision: 'approved' },
    recordInteraction: {
      startedAt,
      endedAt: startedAt,
      mode: 'phone',
      direction: 'outbound',
      reached: 'nobody',
      outcome: 'no-answer',
    },
    voidInteraction: { startedAt, reason: 'x' },
    writeNote: noted,
    amendNote: { ...noted, notedAt: startedAt, version: 0, reason: 'x' },
    closeMonth: { lines: [{ ...line, patient: A.patient }] },
    submitClaim: line,
    unlockClaim: { ...line, reason: 'x' },
    decideHeld: { ...line, decision: 'reopened', units: 0, reason: 'x' },
    settleChange: { ...line, action: 'left', reason: 'x' },
  }
}

type Asking = { readonly cookie: string } | { readonly authorization: string }

/** Carries an operation out. Of a websocket that opens, the answer is nothing. */
async function ask(name: OperationName, asking: Asking, params: object, body?: object) {
  const { method, socket }: Operation = operations[name]
  const path = pathOf(name, { ...params })
  if (socket === undefined) {
    const answer = await console.call(method, path, body, asking)
    const text = typeof answer.body === 'string' ? answer.body : (JSON.stringify(answer.body) ?? '')
    return { status: answer.status, text }
  }
  const answer = await upgrade(new URL(path, console.url), asking)
  if ('socket' in answer) {
    answer.socket.destroy()
    return { status: 101, text: '' }
  }
  const text = (await answer.refused.toArray()).join('')
  answer.refused.destroy()
  return { status: answer.refused.statusCode ?? 0, text }
}

const codeOf = (text: string): string | undefined => /"code":"([A-Z_]+)"/.exec(text)?.[1]
const refusedWith = ({ text }: { text: string }): string | undefined =>
  refusals.find((code) => code === codeOf(text))

/** What ends the session of the one who asks comes last, and of a person who is asked for nothing else. */
const walked = names.filter((name) => name !== 'signOut')

const allows = (access: Access, role: string): boolean =>
  access === 'anybody' ||
  (access === 'signed-in' ? role !== 'operator' : access.some((allowed) => allowed === role))

describe('Every operation', () => {
  test('is open to no one who is not signed in, but for signing in', async () => {
    for (const name of names) {
      const answer = await ask(name, { authorization: '' }, A)
      const expected = operations[name].access === 'anybody' ? undefined : 'SIGN_IN_NEEDED'
      assert.equal(refusedWith(answer), expected, name)
      if (expected !== undefined) assert.equal(answer.status, 401, name)
    }
  })

  test('is open to the operator where the table says so', async () => {
    for (const name of names) {
      const answer = await ask(name, { authorization: `Bearer ${testOperatorKey}` }, A)
      const allowed = allows(operations[name].access, 'operator')
      assert.equal(refusedWith(answer), allowed ? undefined : 'ROLE_MISSING', name)
      if (!allowed) assert.equal(answer.status, 403, name)
    }
  })

  for (const role of ['clinician', 'biller', 'ops', 'administrator'] as const)
    test(`is open to a ${role} of the practice where the table says so`, async () => {
      const { cookie } = await console.person(A.practice, `${word}-${role}`, role)
      for (const name of [...walked, 'signOut'] as const) {
        const answer = await ask(name, { cookie }, A)
        const allowed = allows(operations[name].access, role)
        assert.equal(refusedWith(answer), allowed ? undefined : 'ROLE_MISSING', name)
        if (!allowed) assert.equal(answer.status, 403, name)
      }
    })

  test('shows ops no patient', () => {
    const open = names.filter((name) => allows(operations[name].access, 'ops'))
    assert.deepEqual(open, [
      'signIn',
      'whoAmI',
      'signOut',
      'changePassword',
      'listPractices',
      'dismissReadings',
      'liveOps',
    ])
  })
})

describe('A person who has every role in another practice', () => {
  let bo: SignedInPerson
  before(async () => {
    bo = await console.person('lakeside', 'bo')
  })

  test('may do nothing in this one, and learns no byte of it', async () => {
    for (const name of walked) {
      const { path }: Operation = operations[name]
      const answer = await ask(name, { cookie: bo.cookie }, A, bodies()[name])
      assert.ok(!answer.text.includes(word), `${name}: ${answer.text}`)
      if (!path.includes(':practice')) continue
      assert.equal(refusedWith(answer), 'PRACTICE_NOT_YOURS', name)
      assert.equal(answer.status, 403, name)
    }
  })

  test('reaches nothing of it by its ids from their own, and learns no byte of it', async () => {
    const before = await console.facts('activity', `${A.practice}/${A.patient}`)
    const record = await console.facts('registry', A.device)
    const unknown: Partial<Record<OperationName, string>> = {
      assignDevice: 'PATIENT_UNKNOWN|DEVICE_UNKNOWN',
      revokeDevice: 'DEVICE_UNKNOWN',
      dismissReadings: 'DEVICE_UNKNOWN',
      registerDevice: 'PATIENT_UNKNOWN',
      registerUser: 'USER_TAKEN',
      recordConsent: 'PATIENT_UNKNOWN',
      voidVisit: 'PATIENT_UNKNOWN',
      voidTime: 'TIME_UNKNOWN',
      amendTime: 'TIME_UNKNOWN',
      voidInteraction: 'INTERACTION_UNKNOWN',
      amendNote: 'NOTE_UNKNOWN',
      enterTime: 'PATIENT_UNKNOWN',
      unlockClaim: 'LINE_NOT_LOCKED',
      explainMonth: 'PATIENT_UNKNOWN',
    }
    for (const name of walked.filter((one) => one !== 'enrolPatient')) {
      const { path, socket }: Operation = operations[name]
      if (socket !== undefined || !path.includes(':practice')) continue
      const answer = await ask(name, { cookie: bo.cookie }, { ...A, practice: 'lakeside' }, bodies()[name])
      assert.ok(!answer.text.includes(word), `${name}: ${answer.text}`)
      assert.equal(refusedWith(answer), undefined, name)
      const code = unknown[name]
      if (code !== undefined)
        assert.ok(code.split('|').includes(codeOf(answer.text) ?? ''), `${name}: ${answer.text}`)
    }
    assert.deepEqual(await console.facts('activity', `${A.practice}/${A.patient}`), before)
    assert.deepEqual(await console.facts('registry', A.device), record)
  })

  test('hears no byte of it on their own websockets, whatever happens there', async () => {
    const own = { practice: 'lakeside', patient: 'lake-p1', month: MONTH }
    const ada = await console.person(A.practice, `${word}-eve`)
    const readers = (['livePractice', 'livePatient', 'liveWork', 'liveMonth', 'liveOps'] as const).map(
      (name) => {
        const { say, messages, until, socket } = openReader(bo, name, own)
        return { name, say, messages, until, socket }
      },
    )
    for (const { name, until } of readers)
      await until((messages) => messages.length > 0, `a message of ${name}`)
    await ada.call('writeNote', {
      params: { practice: A.practice, patient: A.patient },
      body: {
        category: 'data-review',
        readings: [],
        dataReviewed: word,
        assessment: '',
        decision: '',
        nextStep: '',
      },
    })
    await console.operator.call('enrolPatient', {
      params: { practice: A.practice, patient: `${word}-p2` },
      body: { name: word, zone: 'America/New_York' },
    })
    await console.operator.call('enrolPatient', {
      params: own,
      body: { name: 'Lake Patient, renamed', zone: 'America/New_York' },
    })
    // Without time there is no line of theirs on the sheet.
    await bo.call('enterTime', {
      params: own,
      body: {
        program: 'RPM',
        category: 'data-review',
        from: startedAt,
        until: startedAt + 60_000,
        reason: 'x',
      },
    })
    const { say, until } = readers.find(({ name }) => name === 'liveWork')!
    say({ type: 'timer.start', request: 1, patient: A.patient, program: 'RPM', category: 'data-review' })
    await until(
      (messages) => JSON.stringify(messages).includes('PATIENT_UNKNOWN'),
      'the refusal of the timer',
    )
    for (const { name, messages, socket } of readers) {
      if (name !== 'liveWork' && name !== 'liveOps')
        await waitFor(() => JSON.stringify(messages).includes('renamed'), {
          what: `${name}’s change`,
        })
      assert.ok(!JSON.stringify(messages).includes(word), name)
      socket.close()
    }
  })

  test('finds only their own practice in the list', async () => {
    const { practices } = await bo.call('listPractices', {})
    assert.deepEqual(
      practices.map(({ id }) => id),
      ['lakeside'],
    )
  })
})

describe('Every route of the server', () => {
  test('is in the table, a page of the console, or tells how the server is', () => {
    const known = new Set(names.map((name) => `${operations[name].method} ${operations[name].path}`))
    const web = fileURLToPath(new URL('../../../web/dist', import.meta.url))
    const isPage = (url: string): boolean => url === '/' || url === '/*' || existsSync(web + url)
    const others = routes
      .map(({ method, url }) => ({ method: method === 'HEAD' ? 'GET' : method, url }))
      .filter(({ method, url }) => !known.has(`${method} ${url}`))
      .filter(({ method, url }) => method !== 'GET' || !isPage(url))
    assert.deepEqual(
      new Set(others.map(({ url }) => url)),
      new Set(['/health/live', '/health/ready', '/metrics']),
    )
    assert.deepEqual(new Set(others.map(({ method }) => method)), new Set(['GET']))
    for (const one of known) {
      const [method, url] = one.split(' ')
      assert.ok(
        routes.some((route) => route.method === method && route.url === url),
        `${one} is not served`,
      )
    }
  })

  test('that tells how the server is names no practice, patient or person', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const { body } = await console.call('GET', path)
      assert.ok(!JSON.stringify(body).includes(word), path)
    }
  })
})
