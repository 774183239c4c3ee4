import { CufflinkError, type Fact, type FactOf, type FactType, failure, keyOf } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import type { Commands } from './commands.ts'

/** Changes of one record that cross, each of which costs those that lose to it another round. */
const ROUNDS = 8

/**
 * Decides on the record as it stands and saves what follows; when another change came first, on the one that holds then.
 * `part` tells the facts of each round apart.
 * @throws {CufflinkError} VERSION_CONFLICT after too many rounds, and what `decideAndSave` throws
 */
export async function onWhatHolds(decideAndSave: (part: string) => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      return await decideAndSave(round === 0 ? '' : `round-${round}`)
    } catch (error) {
      const isLost = error instanceof CufflinkError && error.code === 'VERSION_CONFLICT'
      if (!isLost || round === ROUNDS) throw error
    }
  }
}

/**
 * Saves a fact of the topic `activity` that names the one it was made from; `held` reads those that hold.
 * @throws {CufflinkError} VERSION_CONFLICT: another, perhaps of another console, lies before it on the ledger, and it counts for nothing
 */
export async function saveIfFirst(
  { save, documents }: Pick<Commands, 'save' | 'documents'>,
  fact: Fact,
  held: () => Promise<readonly Fact[]>,
): Promise<void> {
  await save(fact)
  await documents.caughtUp(keyOf(fact))
  if (!(await held()).some(({ id }) => id === fact.id)) throw failure('VERSION_CONFLICT')
}

type RecordOfActivity<Type extends FactType> = {
  readonly type: Type
  /** Its key on the ledger. */
  readonly key: string
  /** The document in which its facts are. */
  readonly read: () => Promise<FactList>
}

/**
 * Changes a record of the topic `activity`: `make` gets the one that holds, and says what it becomes; or nothing, so that it stays.
 * @throws {CufflinkError} VERSION_CONFLICT after too many rounds · VIEWS_UNAVAILABLE: what views that are just being filled do not say yet must
 *   not be overwritten
 */
export async function changeRecord<Type extends FactType>(
  commands: Pick<Commands, 'save' | 'documents'>,
  { type, key, read }: RecordOfActivity<Type>,
  make: (before: FactOf<Type> | undefined, part: string) => FactOf<Type> | Promise<FactOf<Type> | undefined>,
): Promise<void> {
  const isOfType = (fact: Fact): fact is FactOf<Type> => fact.type === type
  const held = async () => (await read()).map(({ fact }): Fact => fact).filter(isOfType)
  await onWhatHolds(async (part) => {
    await commands.documents.caughtUp(key)
    const made = await make((await held()).at(-1), part)
    if (made !== undefined) await saveIfFirst(commands, made, held)
  })
}
