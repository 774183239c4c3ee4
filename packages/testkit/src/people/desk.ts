import { createHmac } from 'node:crypto'
import type { FactOf, TimerRunning, TimerStopped, WorkMessage, WorkRequest } from '@cufflink/contracts'
import { pathOf } from '@cufflink/contracts/client'
import { testKeys } from './test-people.ts'

/** A password that no one knows: these people only come with a cookie. */
const nobodysPassword = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Clinicians of a practice as facts, for many at once: a slow hash for each would take minutes. */
export const clinicianFacts = (
  tenant: string,
  users: readonly string[],
  at: number,
): readonly FactOf<'user.registered'>[] =>
  users.map((user) => ({
    id: `add-${user}`,
    type: 'user.registered',
    v: 1,
    tenant,
    at,
    by: 'service:tests',
    data: {
      user,
      name: `Person ${user}`,
      roles: ['clinician'],
      credential: 'clinical-staff',
      status: 'active',
      passwordHash: nobodysPassword,
    },
  }))

/** The cookie of a session that begins now, as a console with the tests' keys would set it. */
export function cookieOf(user: string): string {
  const value = `${user}.${Date.now()}.desk`
  const seal = createHmac('sha256', testKeys.CONSOLE_SESSION_KEY).update(value).digest('base64')
  return `cufflink=${encodeURIComponent(`${value}.${seal.replaceAll('=', '')}`)}`
}

export type DeskOptions = { readonly consoleUrl: string; readonly practice: string; readonly user: string }

/** A clinician at an open page: one timer, proof of presence while it runs. */
export type Desk = {
  readonly user: string
  /** What the server said of the timer last. */
  readonly timer: TimerRunning | undefined
  readonly stopped: TimerStopped | undefined
  /** How long the person has been present with the timer running, by their own stopwatch, ms. */
  readonly presentMs: number
  /** Starts a timer; resolves when its beginning is durable. */
  start(patient: string): Promise<void>
  /** Stops it, as someone who leaves. */
  stop(): void
  /** The connection breaks; the person is present no longer. */
  cut(): void
  /** Connects again and goes on with the session. @returns whether it does: who was silent for too long is present no longer. */
  resume(): Promise<boolean>
}

export async function openDesk({ consoleUrl, practice, user }: DeskOptions): Promise<Desk> {
  const cookie = cookieOf(user)
  const presence = createPresence()
  let socket: WebSocket
  let heartbeat: NodeJS.Timeout | undefined
  let timer: TimerRunning | undefined
  let stopped: TimerStopped | undefined
  let heartbeatMs = 4_000
  let request = 0
  let told = Promise.withResolvers<void>()
  const say = (message: WorkRequest): void => socket.send(JSON.stringify(message))

  function hear(message: WorkMessage): void {
    if (message.type === 'hello') heartbeatMs = message.heartbeatMs
    if (message.type === 'timer') {
      presence.runs(message.atMs, timer?.session === message.session)
      timer = message
      if (message.saved) told.resolve()
    }
    if (message.type === 'timer.stopped') {
      stopped = message
      presence.stop()
    }
    if (message.type === 'refused') told.reject(new Error(`${message.code}: ${message.message}`))
  }

  async function connect(): Promise<void> {
    const url = new URL(pathOf('liveWork', { practice }), consoleUrl)
    url.protocol = 'ws:'
    socket = new WebSocket(url, { headers: { cookie } })
    const ready = Promise.withResolvers<void>()
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as WorkMessage
      hear(message)
      if (message.type === 'hello') ready.resolve()
    })
    socket.addEventListener('close', ({ code, reason }) =>
      ready.reject(new Error(`closed ${code} ${reason}`)),
    )
    socket.addEventListener('error', () => ready.reject(new Error('no connection')))
    await ready.promise
    clearInterval(heartbeat)
    heartbeat = setInterval(() => {
      if (!presence.isCounted || socket.readyState !== socket.OPEN) return
      presence.prove()
      say({ type: 'presence', ...presence.sign() })
    }, heartbeatMs)
  }

  /** Says something and waits until the timer's beginning is durable, or it was refused. */
  function ask(message: (request: number) => WorkRequest): Promise<void> {
    told = Promise.withResolvers()
    request += 1
    say(message(request))
    return told.promise
  }

  await connect()
  return {
    user,
    get timer() {
      return timer
    },
    get stopped() {
      return stopped
    },
    get presentMs() {
      return presence.presentMs
    },
    start: (patient) =>
      ask((request) => ({ type: 'timer.start', request, patient, program: 'RPM', category: 'data-review' })),
    stop() {
      presence.count()
      request += 1
      say({ type: 'timer.stop', request, reason: 'left', atMs: presence.sign().atMs })
    },
    cut() {
      presence.count()
      presence.stop()
      clearInterval(heartbeat)
      socket.close()
    },
    async resume() {
      await connect()
      if (timer === undefined) return false
      const { session } = timer
      try {
        await ask((request) => ({ type: 'timer.resume', request, session, ...presence.sign() }))
        return true
      } catch (error) {
        if (!(error as Error).message.startsWith('TIMER_LOST')) throw error
        presence.lose()
        return false
      }
    },
  }
}

/** How long a person has been present with a timer running, by their own stopwatch. */
function createPresence() {
  let presentMs = 0
  /** `presentMs` at the last proof that was sent. */
  let provenMs = 0
  let since: number | undefined
  /** When the session began, as far as is known: what is told late seems to have begun late. */
  let zeroMs = 0

  function count(): void {
    if (since === undefined) return
    const now = performance.now()
    presentMs += now - since
    since = now
  }

  return {
    get presentMs() {
      return presentMs
    },
    get isCounted() {
      return since !== undefined
    },
    count,
    /** The timer runs since `atMs` ago: of the same session as before, or of another one. */
    runs(atMs: number, isSame: boolean): void {
      const beganMs = performance.now() - atMs
      if (isSame) zeroMs = Math.min(zeroMs, beganMs)
      else [presentMs, provenMs, zeroMs] = [0, 0, beganMs]
      since ??= performance.now()
    },
    sign: () => ({ idleMs: 0, atMs: Math.max(0, Math.round(performance.now() - zeroMs)) }),
    prove(): void {
      count()
      provenMs = presentMs
    },
    stop(): void {
      since = undefined
    },
    /** What was not proven does not count. */
    lose(): void {
      ;[presentMs, since] = [provenMs, undefined]
    },
  }
}
