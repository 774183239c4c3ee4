import { Readable } from 'node:stream'
import {
  type ChainLink,
  type ChainSeal,
  decisionsAbout,
  evaluateMonth,
  explainMonth,
  isSameLine,
  linkOf,
  type StandingClaim,
  standingClaims,
  verifyLinks,
} from '@cufflink/billing'
import { failure } from '@cufflink/contracts'
import { actorOf } from '../access/principal.ts'
import { type Commands, envelope, nameFor, notInFuture } from '../api/commands.ts'
import { saveIfFirst } from '../api/deciding.ts'
import { type Asked, goneWith } from '../api/operation-routes.ts'
import { readPage } from '../api/queues.ts'
import { createKeyedMutex } from '../keyed-mutex.ts'
import { createFeeds } from '../live/feeds.ts'
import { outletOf } from '../live/outlet.ts'
import { serve } from '../live/routes.ts'
import type { Closings } from './closings.ts'
import { type EvidenceOptions, findEvidence } from './evidence-file.ts'
import { type MonthFeedOptions, openMonthFeed } from './month-feed.ts'
import { sheetOf } from './month-lines.ts'
import { sha256 } from './sha256.ts'

/** Anyone who opens the sheet within this time is told how the last closing ended. */
const TOLD_FOR_MS = 60_000
/** A closing of so many lines is asked for by name: a list of 100,000 lines is some 8 MB. */
const CLOSING_BODY_BYTES = 16_777_216

export type ClaimOptions = MonthFeedOptions & {
  readonly commands: Commands
  readonly closings: Closings
  readonly evidence: EvidenceOptions
}

async function* textOf(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`
}

/** The month's sheet and its closing; locked lines and what becomes of them; their evidence. */
export function claimRoutes(options: ClaimOptions): { closeAll(): void } {
  const { commands, closings } = options
  const { routes, save, documents, practices, charts, clock } = commands
  /** Who decides on what is held finds what was decided just before. */
  const inTurn = createKeyedMutex()
  const months = createFeeds((name) => openMonthFeed(JSON.parse(name), options))
  const hold = (practice: string, month: string) => months.hold(JSON.stringify({ practice, month }))

  routes.socket('liveMonth', (socket, { params }) => {
    serve(socket, hold(params.practice, params.month), (feed) => feed.join(outletOf(socket)))
  })

  routes.answer(
    'closeMonth',
    async (asked) => {
      const { params, body, who } = asked
      const { practice, month } = params
      const closing = nameFor('c', asked)
      // Held until it has ended, so that a person who looks in between is told.
      const { feed, release } = hold(practice, month)
      const telling = await feed
      const watching = {
        progress: telling.locking,
        ended(ended: Parameters<typeof telling.ended>[0]) {
          telling.ended(ended)
          // A page whose line was down just then is told when it is back.
          setTimeout(release, TOLD_FOR_MS).unref()
        },
      }
      try {
        await closings.begin({ closing, practice, month, lines: body.lines, by: actorOf(who), watching })
      } catch (error) {
        release()
        throw error
      }
      return { closing }
    },
    { bodyLimit: CLOSING_BODY_BYTES },
  )

  /** @throws {CufflinkError} LINE_NOT_LOCKED */
  async function requireLocked(
    { practice, patient }: { practice: string; patient: string },
    line: { code: string; from: string; to: string },
  ): Promise<StandingClaim> {
    const { claims } = await documents.activity(practice, patient, { claims: [line.to.slice(0, 4)] })
    const { code, from, to } = line
    const found = standingClaims(claims).find(
      (one) => one.code === code && one.from === from && one.to === to,
    )
    if (found === undefined) throw failure('LINE_NOT_LOCKED')
    return found
  }

  /** @throws {CufflinkError} LINE_NOT_HELD · VERSION_CONFLICT: another console's decision came first */
  async function decideHeld(asked: Asked<'decideHeld'>): Promise<void> {
    const { params, body } = asked
    const { practice, patient } = params
    const chart = await charts.get(await practices.get(practice), patient, { month: body.to.slice(0, 7) })
    const decisions = decisionsAbout(chart.claims, body)
    if (decisions.some(({ id }) => id === asked.id)) return
    if (body.decision !== 'reopened') {
      const held = sheetOf(chart).find(({ line }) => line?.status === 'held' && isSameLine(line, body))
      if (held?.line === undefined || body.units < 1 || body.units > held.line.units)
        throw failure('LINE_NOT_HELD')
    }
    const before = decisions.at(-1)?.id
    const data = { ...body, patient, ...(before !== undefined && { replaces: before }) }
    const decided = { ...envelope(asked, clock), v: 2, type: 'claim.decided', data } as const
    await saveIfFirst(commands, decided, async () => {
      const { claims } = await documents.activity(practice, patient, { claims: [body.to.slice(0, 4)] })
      return decisionsAbout(claims, body)
    })
  }

  routes.answer('submitClaim', async (asked) => {
    const { params, body } = asked
    await requireLocked(params, body)
    const { submittedAt = clock.now(), ...rest } = body
    notInFuture(submittedAt, clock)
    const data = { ...rest, patient: params.patient, submittedAt }
    await save({ ...envelope(asked, clock), type: 'claim.submitted', data })
  })

  routes.answer('unlockClaim', async (asked) => {
    const { params, body } = asked
    const { submittedAt } = await requireLocked(params, body)
    const { submitted = false, ...data } = body
    if (submittedAt !== undefined && !submitted) throw failure('LINE_SUBMITTED')
    await save({
      ...envelope(asked, clock),
      type: 'claim.unlocked',
      data: { ...data, patient: params.patient },
    })
  })

  routes.answer('decideHeld', (asked) =>
    inTurn(`${asked.params.practice}/${asked.params.patient}`, () => decideHeld(asked)),
  )

  routes.answer('listChanges', async ({ params }) => {
    const { found, totalCents, page } = await readPage(commands, params, {
      queue: 'changes',
      wanted: (claims) => ({ claims }),
      shown: (activity, { patient, name }) =>
        standingClaims(activity.claims).flatMap(({ change, submittedAt }) => {
          if (change === undefined) return []
          const { kind: _, ...data } = change.data
          return [{ ...data, patient, name, foundAt: change.foundAt, submitted: submittedAt !== undefined }]
        }),
      nameOf: ({ oldCode, from, to }) => `${oldCode} ${from} ${to}`,
    })
    const changes = found.toSorted((one, other) => one.foundAt - other.foundAt)
    return { changes, totalCents, ...page }
  })

  routes.answer('queueVersions', async ({ params: { practice } }) => {
    const [entries, changes] = await Promise.all([
      documents.queue('entries', practice),
      documents.queue('changes', practice),
    ])
    return { entries: entries.version, changes: changes.version }
  })

  routes.answer('settleChange', async (asked) => {
    const { params, body } = asked
    const { change } = await requireLocked(params, body)
    if (change === undefined) throw failure('CHANGE_UNKNOWN')
    await save({
      ...envelope(asked, clock),
      type: 'claim.settled',
      data: { ...body, patient: params.patient },
    })
  })

  routes.answer('explainMonth', async ({ params, reply }) => {
    const practice = await practices.get(params.practice)
    const chart = await charts.get(practice, params.patient, { month: params.month })
    void reply.type('text/plain; charset=utf-8')
    return explainMonth(evaluateMonth(chart.input, params.month))
  })

  routes.answer('verifyEvidence', async ({ params, reply }) => {
    const signal = goneWith(reply)
    const seals: ChainSeal[] = []
    const links: ChainLink[] = []
    const evidence = await findEvidence(params.practice, options.evidence)
    for await (const line of evidence.lines(signal)) {
      if (line.type === 'month.closed') seals.push(line)
      else links.push(linkOf(line, sha256))
    }
    return { closings: seals.length, lines: links.length, faults: [...verifyLinks(links, seals)] }
  })

  routes.answer('exportEvidence', async ({ params, reply }) => {
    const evidence = await findEvidence(params.practice, options.evidence)
    void reply.type('application/x-ndjson')
    return Readable.from(textOf(evidence.lines(goneWith(reply))))
  })

  return { closeAll: months.closeAll }
}
