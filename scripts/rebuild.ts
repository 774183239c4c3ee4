import { type LedgerReader, ledgerVariables, openLedger, openSqliteReader } from '@cufflink/ledger'
import { clockVariables, createClock, createLogger, loadConfig } from '@cufflink/runtime'
import { type Rebuilt, rebuildViews } from '@cufflink/tracker'
import { viewsEngine, viewsVariables } from '@cufflink/views'
import { Type } from 'typebox'

// `cufflink rebuild`: the next generation of the views, from the ledger.

const Settings = Type.Object({ ...ledgerVariables, ...viewsVariables, ...clockVariables })

/** @returns what to say, and whether the views were what the ledger comes to. */
export async function rebuild(
  env: Readonly<Record<string, string | undefined>>,
  { dryRun, says }: { readonly dryRun: boolean; says(line: string): void },
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  await using stack = new AsyncDisposableStack()
  const settings = loadConfig(Settings, { env })
  const isEmbedded = settings.LEDGER_ENGINE === 'sqlite'
  const opened: LedgerReader = isEmbedded ? openSqliteReader(settings.STATE_DIR) : await openLedger(settings)
  const ledger = stack.adopt(opened, (one) => one.close())
  const engine = await viewsEngine(settings, { warn: says })
  const logger = createLogger({ service: 'rebuild', level: 'error' })
  const clock = createClock(settings)
  const rebuilt = await rebuildViews({ ledger, engine, clock, logger, dryRun, says })
  return { text: textOf(rebuilt), isWhole: rebuilt.differing.length === 0 }
}

function textOf({ outcome, live, patients, differing, behind }: Rebuilt): string {
  if (outcome === 'cleaned') return `The earlier rebuild is complete. Generation ${live} is live.\n`
  const verb = outcome === 'flipped' ? 'were' : 'are'
  return [
    ...differing.map(({ patient, fields }) => `${patient}: ${fields.join(', ')}`),
    differing.length === 0
      ? `The views of ${patients} patients ${verb} what the ledger comes to.`
      : `The views of ${differing.length} of ${patients} patients ${verb} not what the ledger comes to.`,
    ...(behind > 0 ? [`The trackers had ${behind} facts to fold yet; what differs may be of these.`] : []),
    ...(outcome === 'flipped' ? [`Generation ${live} is live, filled from the ledger.`] : []),
    '',
  ].join('\n')
}
