/**
 * `npm run soak -- --minutes 20`: the fault tests for as long as one likes. 500 devices publish without a break while
 * gateway, trackers, console, Redis and Kafka are killed with −9 and started again, one at a time, in a random order that
 * takes each equally often; then the audit. Twenty minutes are about 25 kills each on two cores.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { obtainEngines } from '@cufflink/testkit'
import { violations } from '../tests/faults/observed.ts'
import { comeToRest, more } from '../tests/faults/steps.ts'
import { type Distributed, startDistributed } from '../tests/faults/system.ts'

const ENOUGH_KILLS = 25
const LONGEST_ABSENCE_MS = 3_000
const SHOWN = 20

const options = {
  minutes: { type: 'string', default: '20' },
  devices: { type: 'string', default: '500' },
  rate: { type: 'string', default: '500' },
} as const

function parse() {
  try {
    return parseArgs({ options })
  } catch (error) {
    const usage = 'Usage: npm run soak -- [--minutes 20] [--devices 500] [--rate 500]'
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    process.exit(1)
  }
}
const { values } = parse()
const minutes = positive('minutes')
const perSecond = positive('rate')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

obtainEngines(say)
say(
  `Starting engines, services and ${values.devices} devices; ${minutes} min at ${perSecond} readings a second …`,
)
await using system = await startDistributed({
  devices: positive('devices'),
  // A few devices bring all of the load, for hours.
  env: { MQTT_DEVICE_READINGS_PER_DAY: '1000000000' },
})
const startedAt = performance.now()
const kills = await killAtRandom(system, startedAt + minutes * 60_000)
say('At rest, and the audit …')
const tallyMs = await comeToRest(system)
const found = await violations(system)
report()
process.exitCode = found.length === 0 ? 0 : 1

function positive(name: keyof typeof values): number {
  const value = Number(values[name])
  if (Number.isFinite(value) && value > 0) return value
  process.stderr.write(`--${name} must be a number above 0.\n`)
  process.exit(1)
}

/** Kills one after the other until the time is up. @returns for each, how long each next 100 PUBACKs took, ms. */
async function killAtRandom({ fleet, services, redis, kafka }: Distributed, until: number) {
  const victims = {
    gateway: services.gateway,
    'tracker 1': services.trackers[0]!,
    'tracker 2': services.trackers[1]!,
    console: services.console,
    Redis: redis,
    Kafka: kafka.nodes[0]!,
  }
  const names = Object.keys(victims) as (keyof typeof victims)[]
  const recoveries = new Map<string, number[]>(names.map((name) => [name, []]))
  fleet.publish(perSecond)
  let bag: typeof names = []
  while (performance.now() < until) {
    if (bag.length === 0) bag = [...names]
    const [name] = bag.splice(Math.floor(Math.random() * bag.length), 1)
    await more(fleet, 100, 'acknowledged')
    await pause(Math.random() * 1_000)
    await victims[name!].kill()
    await pause(Math.random() * LONGEST_ABSENCE_MS)
    await victims[name!].start()
    recoveries.get(name!)!.push(await more(fleet, 100, 'acknowledged'))
  }
  return recoveries
}

function report(): void {
  const { sent, acknowledged } = system.fleet
  say('')
  say('killed      times   longest wait for 100 PUBACKs after its start')
  for (const [name, recoveries] of kills) {
    const longest = Math.round(Math.max(0, ...recoveries))
    const few = recoveries.length < ENOUGH_KILLS ? `   (fewer than ${ENOUGH_KILLS})` : ''
    say(`${name.padEnd(11)} ${String(recoveries.length).padStart(5)}   ${longest} ms${few}`)
  }
  say('')
  say(
    `${sent} readings sent, ${acknowledged} acknowledged, tallied ${Math.round(tallyMs)} ms after the last PUBACK`,
  )
  for (const { promise, subject, what } of found.slice(0, SHOWN)) say(`${promise} broken: ${subject} ${what}`)
  if (found.length > SHOWN) say(`and ${found.length - SHOWN} more`)
  say(
    found.length === 0
      ? 'Nothing was lost, invented, disordered or miscounted.'
      : `${found.length} violations`,
  )
}
