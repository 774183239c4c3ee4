import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TimerRunning, WorkMessage } from '@cufflink/contracts'
import { createLogger } from '@cufflink/runtime'
import { type SignedInPerson, signIn, testKeys, waitFor } from '@cufflink/testkit'
import { Signer } from '@fastify/cookie'
import {
  type Engines,
  enrol,
  nobody,
  openEngines,
  type RunningConsole,
  refused,
  startConsoleOn,
  testPassword,
} from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

const HOUR_MS = 3_600_000

let engines: Engines
let console: RunningConsole
/** Another server of the same practice. */
let other: RunningConsole
before(async () => {
  engines = await openEngines()
  console = await startConsoleOn(engines)
  other = await startConsoleOn(engines)
  await enrol(console, 'riverside', 'p-1')
  await enrol(console, 'lakeside', 'p-9')
})
after(async () => {
  await other[Symbol.asyncDispose]()
  await console[Symbol.asyncDispose]()
  await engines[Symbol.asyncDispose]()
})

const attempt = (body: unknown, { call } = console) => call('POST', '/api/session', body, nobody)
const whoAmI = (cookie: string, { call } = console) => call('GET', '/api/session', undefined, { cookie })
const codeOf = ({ body }: { body: unknown }) => (body as { code: string }).code
const isTimer = (message: WorkMessage): message is TimerRunning => message.type === 'timer'

const register = (practice: string, user: string, more: object = {}) =>
  console.operator.call('registerUser', {
    params: { practice, user },
    body: { name: `Person ${user}`, roles: ['clinician'], ...more },
  })

/** As another console of the fleet would make it. */
const sealed = (value: string, key: string = testKeys.CONSOLE_SESSION_KEY): string =>
  `cufflink=${encodeURIComponent(new Signer(key, 'sha256').sign(value))}`

/** A person at a second place, with their list open and a timer running. */
async function atWork(user: string, at: RunningConsole) {
  const person = await signIn(at.url, { user, password: testPassword })
  const list = openReader(person, 'livePractice', { practice: 'riverside' })
  const work = openReader(person, 'liveWork', { practice: 'riverside' })
  await work.opened()
  work.say({ type: 'timer.start', request: 1, patient: 'p-1', program: 'RPM', category: 'data-review' })
  await work.finds((message): message is TimerRunning => isTimer(message) && message.saved, 'the timer')
  await list.has(1)
  return { person, list, work }
}

const stopsOf = async (user: string) =>
  (await console.facts('activity', 'riverside/p-1')).flatMap((fact) =>
    fact.type === 'time.stopped' && fact.data.clinician === user ? [fact.data.reason] : [],
  )

describe('Signing in', () => {
  test('with the right password sets a cookie that no script reads and no other site sends', async () => {
    await console.person('riverside', 'ada')
    const { status, body, headers } = await attempt({ user: 'ada', password: testPassword })
    assert.equal(status, 200)
    const practice = { id: 'riverside', name: 'Practice riverside', zone: 'America/New_York' }
    const roles = ['clinician', 'biller', 'ops', 'administrator']
    assert.deepEqual(body, { user: 'ada', name: 'Person ada', roles, practice })
    const [value, ...attributes] = headers.getSetCookie()[0]!.split('; ')
    assert.match(value!, /^cufflink=ada\.\d{13}\.[A-Za-z0-9_-]{12}\.[A-Za-z0-9%+/]+$/)
    assert.deepEqual(attributes, ['Max-Age=43200', 'Path=/', 'HttpOnly', 'SameSite=Strict'])
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.deepEqual((await whoAmI(value!)).body, body)
  })

  test('behind https sets one that never travels in the clear, bound to this host', async () => {
    const origin = 'https://cufflink.example'
    await using secure = await startConsoleOn(engines, { env: { CONSOLE_ORIGINS: origin } })
    await console.person('riverside', 'abe')
    const { headers } = await secure.call(
      'POST',
      '/api/session',
      { user: 'abe', password: testPassword },
      { ...nobody, origin },
    )
    const [value, ...attributes] = headers.getSetCookie()[0]!.split('; ')
    assert.match(value!, /^__Host-cufflink=abe\./)
    assert.deepEqual(attributes, ['Max-Age=43200', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'])
    assert.equal((await whoAmI(value!, secure)).status, 200)
    assert.equal((await whoAmI(value!.replace('__Host-', ''), secure)).status, 401)
  })

  test('with a wrong password, or as someone unknown or disabled, is refused alike', async () => {
    await register('riverside', 'gone', { password: testPassword, status: 'disabled' })
    const answers = await Promise.all(
      [
        { user: 'ada', password: 'wrong' },
        { user: 'ada', password: `${testPassword} ` },
        { user: 'unknown', password: testPassword },
        { user: 'gone', password: testPassword },
      ].map((body) => attempt(body)),
    )
    for (const { status, body, headers } of answers) {
      assert.equal(status, 401)
      assert.deepEqual(body, answers[0]!.body)
      assert.equal((body as { code: string }).code, 'SIGN_IN_WRONG')
      assert.deepEqual(headers.getSetCookie(), [])
    }
  })

  test('is not a request of another shape', async () => {
    for (const body of [
      {},
      { user: 'ada' },
      { user: 'A', password: 'x' },
      { user: 'ada', password: '' },
      [],
      'null',
    ])
      assert.equal((await attempt(body)).status, 400)
    assert.equal((await attempt({ user: 'ada', password: 'x'.repeat(201) })).status, 400)
  })

  test('again with the same Idempotency-Key sets a cookie again', async () => {
    const { cookie } = await console.person('riverside', 'again')
    const body = { user: 'again', password: testPassword }
    for (let round = 0; round < 2; round += 1) {
      const { headers } = await console.call('POST', '/api/session', body, {
        cookie,
        'idempotency-key': 'same',
      })
      assert.ok(headers.getSetCookie()[0]!.startsWith('cufflink=again.'))
    }
  })

  test('is throttled after ten wrong passwords for that user, says for how long, and hinders no other', async () => {
    await console.person('riverside', 'target')
    await console.person('riverside', 'bystander')
    const wrong = { user: 'target', password: 'guess' }
    const codes = (await Promise.all(Array.from({ length: 10 }, () => attempt(wrong)))).map(codeOf)
    assert.deepEqual(new Set(codes), new Set(['SIGN_IN_WRONG']))
    const eleventh = await attempt({ user: 'target', password: testPassword })
    assert.deepEqual([eleventh.status, codeOf(eleventh)], [429, 'SIGN_IN_THROTTLED'])
    const waitS = Number(eleventh.headers.get('retry-after'))
    assert.ok(waitS > 30 && waitS <= 60, `${waitS} s`)
    assert.equal((await attempt({ user: 'bystander', password: testPassword })).status, 200)
  })

  test('with a browser that signed in before goes on while strangers guess, and with no forged one', async () => {
    await console.person('riverside', 'nora')
    const right = { user: 'nora', password: testPassword }
    const first = await attempt(right)
    const known = first.headers.getSetCookie().find((one) => one.startsWith('cufflink-known='))!
    assert.match(known, /; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Strict$/)
    const [cookie = ''] = known.split(';')
    for (let n = 0; n < 10; n += 1) await attempt({ user: 'nora', password: 'guess' })
    assert.equal((await attempt(right)).status, 429)
    assert.equal((await console.call('POST', '/api/session', right, { cookie })).status, 200)
    const forged = `cufflink-known=${encodeURIComponent('known:x.nora.forged')}`
    assert.equal((await console.call('POST', '/api/session', right, { cookie: forged })).status, 429)
    const session = first.headers.getSetCookie()[0]!.split(';')[0]!.replace('cufflink=', 'cufflink-known=')
    assert.equal((await console.call('POST', '/api/session', right, { cookie: session })).status, 429)
  })

  test('that failed is counted and logged without a name, and shown to administrators by account', async () => {
    const lines: string[] = []
    const logger = createLogger({
      service: 'console',
      destination: { write: (line: string) => void lines.push(line) },
    })
    await using watched = await startConsoleOn(engines, { logger })
    const admin = await watched.person('riverside', 'watched')
    for (const user of ['watched', 'watched', 'my-password-1'])
      await attempt({ user, password: 'guess' }, watched)
    const { users } = await admin.call('listUsers', { params: { practice: 'riverside' } })
    const { wrongPasswords } = users.find(({ user }) => user === 'watched')!
    assert.equal(wrongPasswords?.count, 2)
    const metrics = String((await watched.call('GET', '/metrics')).body)
    assert.match(metrics, /cufflink_console_passwords_total\{outcome="wrong",service="console"\} 3/)
    const isSum = (line: string) => line.includes('passwords were refused')
    await waitFor(async () => lines.some(isSum), { what: 'the log line' })
    const { code, count } = JSON.parse(lines.find(isSum)!) as Record<string, unknown>
    assert.deepEqual([code, count], ['SIGN_IN_WRONG', 3])
    assert.ok(!`${lines.join('')}${metrics}`.includes('my-password-1'))
    await attempt({ user: 'watched', password: testPassword }, watched)
    const after = await admin.call('listUsers', { params: { practice: 'riverside' } })
    assert.ok(after.users.every((user) => !('wrongPasswords' in user)))
  })
})

describe('A session', () => {
  test('counts on every console, and its cookie with no other value', async () => {
    const { cookie } = await console.person('riverside', 'bea')
    assert.equal((await whoAmI(cookie, other)).status, 200)
    const [name, value = ''] = cookie.split('=')
    const [user, began, random] = decodeURIComponent(value).split('.')
    const forged = [
      value.replace('bea', 'ada'),
      value.replace(began!, String(Number(began) + 1)),
      value.slice(0, -4),
      `${value}A`,
      `${user}.${began}.${random}`,
      '',
      '.',
      'j%3A%7B%7D',
      '%E0%A4%A',
      'a'.repeat(3_000),
    ].map((one) => `${name}=${one}`)
    const otherKey = sealed(`bea.${Date.now()}.x`, 'another-key-of-at-least-32-characters')
    for (const each of [...forged, otherKey, '', ';;;', 'other=1']) {
      const answer = await whoAmI(each)
      assert.deepEqual([answer.status, codeOf(answer)], [401, 'SIGN_IN_NEEDED'], each.slice(0, 80))
    }
  })

  test('with a cookie of the right key and a wrong content counts for nothing', async () => {
    for (const value of [
      'bea',
      'bea.',
      'bea.soon.x',
      '.1.x',
      `nobody.${Date.now()}.x`,
      `bea.${'9'.repeat(30)}.x`,
    ])
      assert.equal((await whoAmI(sealed(value))).status, 401, value)
  })

  test('has ended after twelve hours', async () => {
    const now = Date.now()
    const began = (ago: number) => sealed(`ada.${now - ago}.x`)
    assert.equal((await whoAmI(began(12 * HOUR_MS - 30_000))).status, 200)
    assert.equal((await whoAmI(began(12 * HOUR_MS))).status, 401)
  })

  test('is no operator’s, and an operator key is no one’s session', async () => {
    const { cookie } = await console.person('riverside', 'kim')
    for (const authorization of [
      'Bearer wrong',
      'Bearer ',
      'Basic YWRhOng=',
      'bearer x',
      `Bearer ${'x'.repeat(500)}`,
    ])
      assert.equal(
        (await console.call('GET', '/api/practices', undefined, { cookie, authorization })).status,
        401,
      )
    assert.equal((await console.call('GET', '/api/session')).status, 403)
  })
})

describe('Signing out', () => {
  test('ends every session of the person on every console, with its websockets and its timer', async () => {
    const first = await console.person('riverside', 'cleo')
    const here = await atWork('cleo', console)
    const there = openReader(
      await signIn(other.url, { user: 'cleo', password: testPassword }),
      'livePractice',
      {
        practice: 'riverside',
      },
    )
    await there.has(1)
    const bystander = openReader(await console.person('riverside', 'dan'), 'livePractice', {
      practice: 'riverside',
    })
    await bystander.has(1)

    await first.call('signOut', {})
    for (const reader of [here.list, here.work, there]) {
      const { code, reason } = await reader.closed()
      assert.deepEqual([code, reason], [1008, 'SIGN_IN_NEEDED'])
    }
    await waitFor(async () => (await stopsOf('cleo')).includes('signed-out'), {
      what: 'the end of the timer',
    })
    for (const { cookie } of [first, here.person])
      for (const each of [console, other])
        assert.equal((await whoAmI(cookie || 'cufflink=', each)).status, 401)
    assert.equal(bystander.socket.readyState, WebSocket.OPEN)
    assert.equal((await attempt({ user: 'cleo', password: testPassword })).status, 200)
  })

  test('clears the cookie', async () => {
    const { cookie } = await console.person('riverside', 'edo')
    const { status, headers } = await console.call('DELETE', '/api/session', undefined, { cookie })
    assert.equal(status, 204)
    assert.match(headers.getSetCookie()[0]!, /^cufflink=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
  })

  test('ends the session of a console whose clock is ahead too', async () => {
    await console.person('riverside', 'fay')
    const ahead = sealed(`fay.${Date.now() + 30_000}.x`)
    assert.equal((await whoAmI(ahead)).status, 200)
    assert.equal((await console.call('DELETE', '/api/session', undefined, { cookie: ahead })).status, 204)
    assert.equal((await whoAmI(ahead)).status, 401)
    const again = await attempt({ user: 'fay', password: testPassword })
    assert.equal((await whoAmI(again.headers.getSetCookie()[0]!.split(';')[0]!)).status, 200)
  })
})

describe('An account', () => {
  test('that is disabled is cut off within a second: sessions, websockets, timer', async () => {
    await console.person('riverside', 'gil')
    const { person, list, work } = await atWork('gil', other)
    await register('riverside', 'gil', { status: 'disabled' })
    for (const reader of [list, work]) {
      const { code, reason } = await reader.closed()
      assert.deepEqual([code, reason], [1008, 'SIGN_IN_NEEDED'])
    }
    await waitFor(async () => (await stopsOf('gil')).length > 0, {
      what: 'the timer’s end',
    })
    await refused(person.call('whoAmI', {}), 'SIGN_IN_NEEDED')
    assert.equal(codeOf(await attempt({ user: 'gil', password: testPassword })), 'SIGN_IN_WRONG')
  })

  test('that is enabled again has no session of before', async () => {
    const { cookie } = await console.person('riverside', 'hal')
    await register('riverside', 'hal', { status: 'disabled' })
    await register('riverside', 'hal', { status: 'active' })
    assert.equal((await whoAmI(cookie)).status, 401)
    assert.equal((await attempt({ user: 'hal', password: testPassword })).status, 200)
  })

  test('that lost a role may do no longer what that role may, on an open websocket either', async () => {
    const person = await console.person('riverside', 'ida')
    const work = openReader(person, 'liveWork', { practice: 'riverside' })
    await work.has(1)
    await register('riverside', 'ida', { roles: ['biller'] })
    assert.equal((await work.closed()).code, 1013)
    await refused(
      person.call('enrolPatient', {
        params: { practice: 'riverside', patient: 'p-2' },
        body: { name: 'Patient', zone: 'America/New_York' },
      }),
      'ROLE_MISSING',
    )
    await person.call('listPractices', {})
  })

  test('whose password its owner changes keeps this session and ends the others', async () => {
    const own = await console.person('riverside', 'jan')
    const { person, list } = await atWork('jan', console)
    await refused(
      own.call('changePassword', { body: { current: 'wrong', next: 'another password' } }),
      'SIGN_IN_WRONG',
    )
    await refused(
      own.call('changePassword', { body: { current: testPassword, next: 'short' } }),
      'REQUEST_INVALID',
    )
    await person.call('whoAmI', {})
    await own.call('changePassword', { body: { current: testPassword, next: 'another password' } })
    await own.call('whoAmI', {})
    await list.closed()
    await refused(person.call('whoAmI', {}), 'SIGN_IN_NEEDED')
    assert.equal(codeOf(await attempt({ user: 'jan', password: testPassword })), 'SIGN_IN_WRONG')
    assert.equal((await attempt({ user: 'jan', password: 'another password' })).status, 200)
  })

  test('whose session was stolen is no way to guess its password', async () => {
    const thief = await console.person('riverside', 'joe')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () =>
        thief.call('changePassword', { body: { current: 'guess', next: 'another password' } }),
      ),
    )
    const codes = outcomes.map((one) => (one as { reason?: { code: string } }).reason?.code)
    assert.equal(codes.filter((code) => code === 'SIGN_IN_WRONG').length, 10)
    assert.equal(codes.filter((code) => code === 'SIGN_IN_THROTTLED').length, 20)
    assert.equal((await attempt({ user: 'joe', password: testPassword })).status, 200)
  })

  test('whose password an administrator sets again has no session of before', async () => {
    const { cookie } = await console.person('riverside', 'kay')
    await register('riverside', 'kay', { password: 'set by an administrator' })
    assert.equal((await whoAmI(cookie)).status, 401)
    assert.equal((await attempt({ user: 'kay', password: 'set by an administrator' })).status, 200)
  })

  test('keeps its password when only another thing is changed', async () => {
    const person: SignedInPerson = await console.person('riverside', 'lea')
    await register('riverside', 'lea', { name: 'Lea Other' })
    assert.equal((await person.call('whoAmI', {})).name, 'Lea Other')
    assert.equal((await attempt({ user: 'lea', password: testPassword })).status, 200)
  })
})
