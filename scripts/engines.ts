import { obtainEngines } from '@cufflink/testkit'

// Gets every engine that the tests and the fleet run need, and says for each what it found or did.

const engines = obtainEngines((line) => console.log(line))
for (const engine of engines) {
  const what =
    engine.outcome === 'missing'
      ? `missing: ${engine.how}`
      : `${engine.version.padEnd(16)} ${engine.outcome}: ${engine.where}`
  console.log(`${engine.engine.padEnd(14)} ${what}`)
}
process.exitCode = engines.some(({ outcome }) => outcome === 'missing') ? 1 : 0
