import { Readable } from 'node:stream'
import {
  type ChainLink,
  type ChainSeal,
  decisionsAbout,
  evaluateMonth,
  explainMonth,
  isSameLine,
  type LineName,
  linkOf,
  standingClaims,
  verifyLinks,
} from '@cufflink/billing'
import { actorOf } from '../access/principal.ts'
import { answering, type Commands } from '../api/carry-out.ts'
import { goneWith } from '../api/operation-routes.ts'
import { readPage } from '../api/queues.ts'
import * as decide from '../decide/claims.ts'
import { nameFor } from '../decide/command.ts'
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
  const { routes, documents, practices, charts } = commands
  const answer = answering(commands)
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

  type OfLine = {
    readonly params: { readonly practice: string; readonly patient: string }
    readonly body: LineName
  }
  async function lockedLine({ params: { practice, patient }, body }: OfLine) {
    const { claims } = await documents.activity(practice, patient, { claims: [body.to.slice(0, 4)] })
    return { claim: standingClaims(claims).find((claim) => isSameLine(claim, body)) }
  }
  answer('submitClaim', lockedLine, decide.submitClaim)
  answer('unlockClaim', lockedLine, decide.unlockClaim)
  answer('settleChange', lockedLine, decide.settleChange)
  answer(
    'decideHeld',
    async ({ params, body }) => {
      const practice = await practices.get(params.practice)
      const chart = await charts.get(practice, params.patient, { month: body.to.slice(0, 7) })
      const held = sheetOf(chart).find(({ line }) => line?.status === 'held' && isSameLine(line, body))
      return { decisions: decisionsAbout(chart.claims, body), heldUnits: held?.line?.units ?? 0 }
    },
    decide.decideHeld,
    // Who decides on what is held finds what was decided just before.
    ({ params }) => `held ${params.practice}/${params.patient}`,
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

  evidenceRoutes(options)
  return { closeAll: months.closeAll }
}

/** What a month's lines stand on: in words, checked, and as a file. */
function evidenceRoutes({ commands, evidence: found }: ClaimOptions): void {
  const { routes, practices, charts } = commands

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
    const evidence = await findEvidence(params.practice, found)
    for await (const line of evidence.lines(signal)) {
      if (line.type === 'month.closed') seals.push(line)
      else links.push(linkOf(line, sha256))
    }
    return { closings: seals.length, lines: links.length, faults: [...verifyLinks(links, seals)] }
  })

  routes.answer('exportEvidence', async ({ params, reply }) => {
    const evidence = await findEvidence(params.practice, found)
    void reply.type('application/x-ndjson')
    return Readable.from(textOf(evidence.lines(goneWith(reply))))
  })
}
