import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LedgerReader, ledgerVariables, openLedger, openSqliteReader } from '@cufflink/ledger'
import { clockVariables, createClock, createLogger, loadConfig } from '@cufflink/runtime'
import { recountTallies } from '@cufflink/tracker'
import { openViews, viewsVariables } from '@cufflink/views'
import { Type } from 'typebox'

// `cufflink verify --tallies`: whether each patient's tally is what the whole ledger comes to, folded again and counted a second time, each
// clinician's month what it comes to folded again, and each practice's counts those of the tallies.

const Settings = Type.Object({ ...ledgerVariables, ...viewsVariables, ...clockVariables })

/** @returns what to say, and whether every tally and count is what the ledger comes to. */
export async function verifyTallies(
  env: Readonly<Record<string, string | undefined>>,
  says: (line: string) => void,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-recount-')))
  // It goes also when the process is told to end.
  process.once('exit', () => folder.remove())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const settings = loadConfig(Settings, { env })
  const isEmbedded = settings.LEDGER_ENGINE === 'sqlite'
  const opened: LedgerReader = isEmbedded ? openSqliteReader(settings.STATE_DIR) : await openLedger(settings)
  const ledger = stack.adopt(opened, (one) => one.close())
  const views = stack.adopt(await openViews(settings, { warn: says }), (one) => one.close())
  const logger = createLogger({ service: 'verify', level: 'error' })
  const clock = createClock(settings)
  const recounted = await recountTallies({ ledger, views, folder: folder.path, clock, logger, says })
  const { patients, differing, miscounted, behind } = recounted
  return {
    isWhole: differing.length === 0 && miscounted.length === 0,
    text: [
      ...differing.map(
        ({ name, folded, counted }) =>
          `${name}: ${[...said('folded again', folded), ...said('counted a second time', counted)].join('; ')}`,
      ),
      ...miscounted.map(({ practice, states }) => `${practice}, miscounted: ${states.join(', ')}`),
      differing.length === 0
        ? `The tallies of ${patients} patients and of their clinicians are what the ledger comes to.`
        : `${differing.length} of the tallies of ${patients} patients and of their clinicians are not what the ledger comes to.`,
      ...(behind > 0 ? [`The trackers have ${behind} facts to fold yet; what differs may be of these.`] : []),
      '',
    ].join('\n'),
  }
}

const said = (how: string, fields: readonly string[]): string[] =>
  fields.length === 0 ? [] : [`${how}, ${fields.join(', ')}`]
