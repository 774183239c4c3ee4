import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LedgerReader, ledgerVariables, openLedger, openSqliteReader } from '@cufflink/ledger'
import { loadConfig } from '@cufflink/runtime'
import {
  openViews,
  type PartitionHead,
  type RememberedFact,
  verifyLedger,
  viewsVariables,
  type Witness,
  witnessesOf,
} from '@cufflink/views'
import { Type } from 'typebox'

// `cufflink verify`: whether the ledger still holds what the views, and heads that were kept elsewhere, remember of it.

const Settings = Type.Object({ ...ledgerVariables, ...viewsVariables })

export type VerifyOptions = {
  /** A file of heads that an earlier run saved. */
  readonly against?: string | undefined
  /** Where to save the heads as they are now. */
  readonly save?: string | undefined
}

/** @returns what to say, and whether the ledger is whole. */
export async function verifyCommand(
  env: Readonly<Record<string, string | undefined>>,
  { against, save }: VerifyOptions,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  await using stack = new AsyncDisposableStack()
  const settings = loadConfig(Settings, { env })
  const kept = against === undefined ? { heads: [], facts: [] } : savedIn(against)
  const isEmbedded = settings.LEDGER_ENGINE === 'sqlite'
  const opened: LedgerReader = isEmbedded ? openSqliteReader(settings.STATE_DIR) : await openLedger(settings)
  const ledger = stack.adopt(opened, (one) => one.close())
  const files = ['views.db', 'leases.db'].map((name) => join(settings.STATE_DIR, name))
  const hasViews = settings.VIEWS_ENGINE === 'redis' || files.some((path) => existsSync(path))
  const remembered: Witness[] = [...kept.heads]
  if (hasViews) {
    const views = stack.adopt(await openViews(settings, { warn: (line) => console.error(line) }), (one) =>
      one.close(),
    )
    remembered.push(...(await witnessesOf(views, ledger.partitions)))
  }
  const now = Date.now()
  const verified = await verifyLedger(ledger, { heads: remembered, facts: kept.facts, now })
  const { heads, facts, faults, unwitnessed } = verified
  if (save !== undefined)
    writeFileSync(save, [...heads, ...facts].map((one) => `${JSON.stringify(one)}\n`).join(''))
  const chained = heads.reduce((sum, { next }) => sum + next, 0)
  return {
    isWhole: faults.length === 0,
    text: [
      ...faults.map(({ topic, partition, what }) => `${topic}/${partition}: ${what}.`),
      ...heads.map(({ topic, partition, next, head }) => `${topic}/${partition}  ${next} facts  ${head}`),
      faults.length === 0
        ? `Whole: ${chained} facts compared with ${remembered.length} heads, ${facts.length} with ${kept.facts.length} that were saved.`
        : `${faults.length} faults.`,
      ...(unwitnessed > 0
        ? [`Nothing to compare with for ${unwitnessed} partitions: neither views nor --against know of them.`]
        : []),
      '',
    ].join('\n'),
  }
}

type Saved = { readonly heads: readonly Witness[]; readonly facts: readonly RememberedFact[] }

function savedIn(path: string): Saved {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as PartitionHead | RememberedFact)
  const by = 'the saved heads'
  return {
    heads: lines.flatMap((line) => ('head' in line ? [{ ...line, by }] : [])),
    facts: lines.flatMap((line) => ('head' in line ? [] : [line])),
  }
}
