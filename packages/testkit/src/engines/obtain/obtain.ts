import { fetchKafkaJars, hasKafkaJars, KAFKA_VERSION } from '../kafka/kafka-jars.ts'
import { pathOf } from '../programs.ts'
import { hasApt, installPackages, mayInstall } from './obtain-debian.ts'
import type { Found, Need } from './obtain-needs.ts'
import { needs } from './obtain-needs.ts'

/** What came of looking for an engine. `how` says in a line how to get one that is missing. */
export type Obtained =
  | ({ readonly engine: string; readonly outcome: 'named' | 'found' | 'installed' } & Found)
  | { readonly engine: string; readonly outcome: 'missing'; readonly how: string }

/**
 * Gets every engine of the tests, once: the one that the environment names, else what the machine has, else, as root on a
 * Debian or Ubuntu, its package; Kafka's jars through Maven. `say` hears what is about to take a while, and what failed.
 */
export const obtainEngines = (say: (line: string) => void): readonly Obtained[] =>
  needs.map((need) => obtain(need, say))

function obtain(need: Need, say: (line: string) => void): Obtained {
  const { engine, variable } = need
  const named = process.env[variable]
  if (named !== undefined && named !== '') {
    return {
      engine,
      outcome: 'named',
      version: need.find()?.version ?? 'unknown',
      where: `${variable}=${named}`,
    }
  }
  const found = need.find()
  if (found !== undefined) return { engine, outcome: 'found', ...found }
  bring(need, say)
  const brought = need.find()
  return brought === undefined
    ? { engine, outcome: 'missing', how: howToGet(need) }
    : { engine, outcome: 'installed', ...brought }
}

function bring(need: Need, say: (line: string) => void): void {
  const packages = need.debian()
  if (packages.length > 0 && mayInstall()) {
    say(`${need.engine}: installing the Debian packages ${packages.join(', ')}; this may take a minute.`)
    const why = installPackages(packages)
    if (why !== undefined) say(`${need.engine}: apt-get failed: ${why}`)
  }
  const maven = pathOf('mvn')
  if (need.engine === 'Kafka' && !hasKafkaJars() && maven !== undefined) {
    say(`Kafka: fetching Kafka ${KAFKA_VERSION} (54 MB) with Maven into .engines; this may take a minute.`)
    const why = fetchKafkaJars(maven)
    if (why !== undefined) say(`Kafka: Maven failed: ${why}`)
  }
}

function howToGet(need: Need): string {
  const packages = need.debian()
  if (packages.length === 0 || !hasApt()) return need.otherwise
  return `${mayInstall() ? '' : 'sudo '}apt-get install --no-install-recommends ${packages.join(' ')}`
}
